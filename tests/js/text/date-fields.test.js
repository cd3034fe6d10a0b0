/** Dates that people type: read, bounded, and never an exception. */

import assert from "node:assert/strict";
import { test } from "node:test";

process.env.TZ = "America/New_York";
const { fieldText, isMoment, readMoment, SPANS } = await import("../../../static/js/text/date-fields.js");

test("a date of the field becomes a moment, and comes back as the same local time", () => {
  assert.deepEqual(readMoment("2026-01-31T09:30"), { stamp: "2026-01-31T14:30:00.000000Z", problem: "" });
  assert.deepEqual(readMoment("2026-07-31T09:30:05"), { stamp: "2026-07-31T13:30:05.000000Z", problem: "" });
  assert.equal(fieldText("2026-07-31T13:30:05.000000Z"), "2026-07-31T09:30:05");
  assert.deepEqual(readMoment(""), { stamp: "", problem: "" });
  assert.equal(fieldText(""), "");
});

test("a year of six digits, one of long ago and one past the last are told, and nothing is thrown", () => {
  for (const text of ["202612-01-01T09:00", "not a date", "2026-13-01T00:00"]) {
    assert.match(readMoment(text).problem, /^Enter a date and a time/, text);
  }
  // The last is of the year 10000 in UTC.
  for (const text of ["+202612-01-01T09:00", "0020-01-01T09:00", "0000-01-01T00:00", "9999-12-31T23:59:59"]) {
    assert.match(readMoment(text).problem, /^The year must be from 1970 to 9999/, text);
  }
  assert.match(readMoment("", true).problem, /^Enter a date and a time/);
  for (const stamp of ["nonsense", "+202612-01-01T00:00:00.000000Z", "2026-01-31"]) {
    assert.equal(isMoment(stamp), false);
    assert.equal(typeof fieldText(stamp), "string");
  }
  assert.equal(isMoment("2026-01-31T14:30:00.000000Z"), true);
});

test("today, yesterday and seven days are local days, also when the clocks change", () => {
  const now = new Date("2026-03-09T01:30:00-04:00");
  const midnight = "2026-03-09T04:00:00.000000Z";
  assert.deepEqual(SPANS.today?.(now), { created_after: midnight, created_before: "" });
  const yesterday = { created_after: "2026-03-08T05:00:00.000000Z", created_before: midnight };
  assert.deepEqual(SPANS.yesterday?.(now), yesterday);
  assert.equal(SPANS.week?.(now).created_after, "2026-03-03T05:00:00.000000Z");
});
