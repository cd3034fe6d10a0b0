/** The curve of a touch: over the square root of time, from nothing on, with its interval, as far as it is known. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { curve, MINUTES, xOf, yOf } from "../../../static/js/forecast/curve.js";
import { chance, forecast, without } from "./forecasts.js";

const SIZE = { width: 100, height: 50 };

test("a quarter of the time is half of the way, and the longest horizon all of it", () => {
  assert.deepEqual(
    [0, 60, 240].map((minutes) => xOf(minutes, SIZE)),
    [0, 50, 100],
  );
  assert.equal(MINUTES.at(-1), 240);
  assert.deepEqual(
    [0, 0.5, 1, 1.2, -1].map((share) => yOf(share, SIZE)),
    [50, 25, 0, 0, 50],
  );
});

test("line, band and trade-through go through what was forecast", () => {
  const all = [
    forecast(60, chance(0.5, 0.4, 0.6), { trade_through: chance(0.2) }),
    forecast(240, chance(0.8, 0.7, 0.9)),
  ];
  const { line, band, through } = curve(all, SIZE);
  assert.equal(line, "M0.0 50.0L50.0 25.0L100.0 10.0");
  assert.equal(band, "M0.0 50.0L50.0 20.0L100.0 5.0L100.0 15.0L50.0 30.0L0.0 50.0Z");
  assert.equal(through, "M0.0 50.0L50.0 40.0L100.0 34.5");
});

test("at the market the line begins at the top", () => {
  assert.equal(curve([forecast(60, chance(1))], SIZE).line, "M0.0 0.0L50.0 0.0");
});

test("it ends where nothing is known, and is nothing without a number", () => {
  assert.equal(curve([forecast(60, chance(0.5)), without(240, "Too few bars.")], SIZE).line, "M0.0 50.0L50.0 25.0");
  assert.deepEqual(curve([without(60, "No.")], SIZE), { line: "", band: "", through: "" });
});
