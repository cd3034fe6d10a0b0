/** The marks of the time axis, by the person's own clock: in zones of half and quarter hours and when the clocks change. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, weigh, weight } from "../../../static/js/chart/time-marks.js";

const HOUR = 3600;

/** @param {string} zone @param {() => void} check */
function within(zone, check) {
  const before = process.env.TZ;
  process.env.TZ = zone;
  new Date().getTimezoneOffset();
  try {
    check();
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
}

/** The local times of the marks that weigh at least so much, of a bar a minute. @param {string} from ISO @param {number} hours @param {number} least */
function marks(from, hours, least) {
  const start = Date.parse(from) / 1000;
  const points = Array.from({ length: hours * 60 }, (_, i) => ({ originalTime: start + i * 60, timeWeight: 0 }));
  weigh(points, 0);
  const strong = points.filter(({ timeWeight }) => timeWeight >= least);
  return strong.map(({ originalTime }) => new Date(originalTime * 1000).toTimeString().slice(0, 5));
}

test("the first mark of each local day is the strongest of its day, in every zone", () => {
  for (const zone of ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "Australia/Adelaide", "Etc/GMT+1"]) {
    within(zone, () => {
      assert.deepEqual(marks("2026-01-14T07:07:00Z", 48, DAY), ["00:00", "00:00"], zone);
      const hours = new Set(marks("2026-01-14T07:07:00Z", 24, 30).map((text) => text.slice(3)));
      assert.deepEqual([...hours], ["00"], zone);
    });
  }
});

test("a day begins with its first bar, where there is none at midnight", () => {
  within("Asia/Kolkata", () => {
    const [evening, morning] = [Date.parse("2026-01-14T18:00:00Z") / 1000, Date.parse("2026-01-14T20:40:00Z") / 1000];
    assert.equal(weight(morning, evening), DAY);
    assert.ok(weight(morning + 60, morning) < DAY);
  });
});

test("the day on which the clocks change begins once, and its hours stay full ones", () => {
  within("America/New_York", () => {
    for (const day of ["2026-03-08", "2026-11-01"]) {
      assert.deepEqual(marks(`${day}T00:00:00Z`, 30, DAY), ["00:00", "00:00"]);
      assert.ok(marks(`${day}T00:00:00Z`, 30, 30).every((text) => text.endsWith(":00")));
    }
  });
});

test("a new month and a new year weigh more than a day", () => {
  within("Asia/Kathmandu", () => {
    const midnight = Date.parse("2026-12-31T18:15:00Z") / 1000;
    assert.ok(weight(midnight, midnight - 60) > weight(midnight - 31 * 24 * HOUR, midnight - 31 * 24 * HOUR - 60));
    assert.ok(weight(midnight - 31 * 24 * HOUR, midnight - 31 * 24 * HOUR - 60) > DAY);
  });
});

test("points that come later are weighed by the one before them, and those before stay as they are", () => {
  within("UTC", () => {
    const start = Date.parse("2026-01-14T23:58:00Z") / 1000;
    const points = [0, 60, 120].map((seconds) => ({ originalTime: start + seconds, timeWeight: 1 }));
    weigh(points, 2);
    assert.deepEqual(
      points.map(({ timeWeight }) => timeWeight),
      [1, 1, DAY],
    );
  });
});
