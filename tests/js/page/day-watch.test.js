/** A page that stays open over midnight says of yesterday's times that they are yesterday's. */

import assert from "node:assert/strict";
import { afterEach, test, mock } from "node:test";
import { rewriteTimes, watchDay } from "../../../static/js/page/day-watch.js";
import { localTime, timestamp } from "../../../static/js/text/format.js";
import { FakeElement, makeDocument } from "../elements.js";

afterEach(() => mock.timers.reset());

test("at midnight, and as a machine wakes on another day, times are written anew", () => {
  const before = new Date(2026, 11, 31, 23, 59, 58);
  mock.timers.enable({ apis: ["setInterval", "Date"], now: before.getTime() });
  const page = makeDocument();
  Object.assign(globalThis, { addEventListener: () => {} });
  const time = new FakeElement();
  Object.assign(time.dataset, { at: timestamp(before) });
  time.textContent = localTime(timestamp(before));
  const root = /** @type {ParentNode} */ (/** @type {unknown} */ ({ querySelectorAll: () => [time] }));
  let days = 0;
  watchDay(() => {
    days += 1;
    rewriteTimes(root);
  });

  mock.timers.tick(1000);
  assert.deepEqual([days, time.textContent], [0, "23:59:58"]);
  mock.timers.tick(1000);
  assert.equal(days, 1);
  assert.match(time.textContent, /31.*2026.*23:59:58/);
  mock.timers.tick(60_000);
  assert.equal(days, 1);

  mock.timers.setTime(new Date(2027, 0, 3, 8).getTime());
  page.listeners.visibilitychange();
  assert.equal(days, 2);
});

test("another zone is found out also where its clocks agree with those of before at this time of the year", () => {
  process.env.TZ = "Europe/Berlin";
  mock.timers.enable({ apis: ["setInterval", "Date"], now: Date.UTC(2026, 0, 5, 12) });
  makeDocument();
  Object.assign(globalThis, { addEventListener: () => {} });
  let changes = 0;
  watchDay(() => {
    changes += 1;
  });
  mock.timers.tick(1000);
  assert.equal(changes, 0);
  process.env.TZ = "Africa/Lagos";
  mock.timers.tick(1000);
  assert.equal(changes, 1);
});
