/** A touch in whole percents, in words where its interval is wide, and never as more than is known. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cellText,
  cellTitle,
  chanceText,
  duration,
  medianText,
  percent,
  reasonText,
  signedChance,
  soleReason,
} from "../../../static/js/forecast/words.js";
import { localTime } from "../../../static/js/text/format.js";
import { chance, forecast, without } from "./forecasts.js";

test("percents are whole, and only what is certain is 100", () => {
  const shares = [0, 0.0001, 0.00999, 0.01, 0.29, 0.495, 0.99, 0.99001, 0.9999, 1];
  assert.deepEqual(shares.map(percent), ["<1", "<1", "<1", "1", "29", "50", "99", ">99", ">99", "100"]);
});

test("an interval is told from low to high, by one number where both round to it, and is open at the ends", () => {
  const text = (/** @type {number} */ low, /** @type {number} */ high) =>
    chanceText(chance((low + high) / 2, low, high));
  assert.equal(text(0.31, 0.36), "31–36");
  assert.equal(text(0.312, 0.358), "31–36");
  assert.equal(text(0.029, 0.031), "3");
  assert.equal(text(0, 0), "<1");
  assert.equal(text(0.002, 0.008), "<1");
  assert.equal(text(0.005, 0.01), "<2");
  assert.equal(text(0.004, 0.044), "<5");
  assert.equal(text(0.01, 0.04), "1–4");
  assert.equal(text(0.95, 0.99), "95–99");
  assert.equal(text(0.955, 0.995), ">95");
  assert.equal(text(0.99, 1), ">98");
  assert.equal(text(0.993, 0.999), ">99");
});

test("at or through the market it is 100, whatever the interval, and never elsewhere", () => {
  assert.equal(chanceText(chance(1, 1, 1)), "100");
  assert.equal(chanceText(chance(1, 0.7, 1)), "100");
  assert.equal(chanceText(chance(0.999, 1, 1)), ">99");
});

test("15 points are a number, more are a word", () => {
  assert.equal(chanceText(chance(0.3, 0.21, 0.36)), "21–36");
  assert.equal(chanceText(chance(0.3, 0.21, 0.361)), "maybe");
  assert.equal(chanceText(chance(0.2, 0.1, 0.25)), "10–25");
  assert.equal(chanceText(chance(0.2, 0.1, 0.251)), "unlikely");
  assert.equal(chanceText(chance(0.2, 0, 0.35)), "unlikely");
  assert.equal(chanceText(chance(0.2, 0.1, 0.3501)), "maybe");
  assert.equal(chanceText(chance(0.8, 0.65, 0.9)), "likely");
  assert.equal(chanceText(chance(0.8, 0.6499, 0.9)), "maybe");
});

test("a number has its sign, a word has none", () => {
  assert.equal(signedChance(chance(0.33, 0.31, 0.36)), "31–36 %");
  assert.equal(signedChance(chance(0.33, 0.1, 0.6)), "maybe");
});

test("a cell tells the horizons in their order, with one sign after the last number", () => {
  const all = [
    forecast(5, chance(0.03, 0.026, 0.034)),
    forecast(15, chance(0.33, 0.31, 0.36)),
    forecast(60, chance(0.72, 0.7, 0.74)),
  ];
  assert.equal(cellText(all), "3 · 31–36 · 70–74 %");
  assert.equal(cellText([all[0], forecast(15, chance(0.3, 0.1, 0.6)), without(60, "No.")]), "3 % · maybe · –");
  assert.equal(cellText([forecast(5, chance(0.1, 0, 0.3)), forecast(15, chance(0.5, 0.3, 0.6))]), "unlikely · maybe");
  assert.equal(cellText([without(5, "No."), without(15, "No.")]), "–");
  assert.equal(cellText([]), "");
});

test("a title has a line a horizon, the median, and as of when", () => {
  const all = [forecast(5, chance(0.03, 0.026, 0.034)), forecast(15, chance(0.33, 0.31, 0.36)), without(60, "", 1000)];
  assert.deepEqual(cellTitle(all).split("\n"), [
    "touch within 5 min 3 % · trade through 29–34 %",
    "touch within 15 min 31–36 % · trade through 29–34 %",
    "touch within 60 min: needs 17 more hours",
    "median time to touch 23 min",
    `as of ${localTime("2026-12-01T14:00:00.123456Z")}`,
  ]);
  assert.equal(cellTitle(all, "of the stop", "no contact").split("\n").at(-1), "no contact");
});

test("one reason for all horizons is told once", () => {
  const old = [5, 15, 60].map((minutes) => without(minutes, "The price is 4 min old."));
  assert.equal(cellTitle(old), "The price is 4 min old.");
  assert.equal(soleReason(old), "The price is 4 min old.");
  assert.equal(soleReason([...old.slice(1), forecast(5, chance(0.3, 0.3, 0.3))]), "");
  assert.equal(soleReason([]), "");
});

test("what is missing is told in minutes below an hour and a half, else in hours, rounded up", () => {
  const needs = (/** @type {number} */ wait) => reasonText(without(60, "Too few bars.", wait));
  assert.deepEqual([0, 1, 2, 89].map(needs), [
    "needs 1 more minute",
    "needs 1 more minute",
    "needs 2 more minutes",
    "needs 89 more minutes",
  ]);
  assert.deepEqual([90, 120, 121, 1020].map(needs), [
    "needs 2 more hours",
    "needs 2 more hours",
    "needs 3 more hours",
    "needs 17 more hours",
  ]);
  assert.equal(reasonText(without(60, "The price is 4 min old.")), "The price is 4 min old.");
});

test("times are told in minutes, then in hours", () => {
  assert.deepEqual([0, 0.9, 1, 23.4, 89.4, 90, 120, 185].map(duration), [
    "<1 min",
    "<1 min",
    "1 min",
    "23 min",
    "89 min",
    "1 h 30 min",
    "2 h",
    "3 h 5 min",
  ]);
  const with_ = (/** @type {number|null} */ half) =>
    [5, 15].map((minutes) => ({ ...forecast(minutes, chance(0.3)), median_minutes: half }));
  assert.equal(medianText(with_(23.4)), "median time to touch 23 min");
  assert.equal(medianText([...with_(null), without(60, "No.")]), "median time to touch over 15 min");
  assert.equal(medianText([without(60, "No.")]), "");
});

test("no text promises more than a touch", () => {
  const all = [5, 15, 60].map((minutes) => forecast(minutes, chance(0.33, 0.31, 0.36), { median_minutes: null }));
  assert.doesNotMatch(cellText(all) + cellTitle(all), /fill/i);
});
