/** What the chart says, in a time zone that is half an hour off. */

import assert from "node:assert/strict";
import { test } from "node:test";

process.env.TZ = "Asia/Kolkata";
const { barTexts, chartLabel, legendText, momentText, tickText } = await import("../../../static/js/chart/words.js");
const { fullTime, localTime, readZone } = await import("../../../static/js/text/format.js");

test("times on the chart are the person's own, and a day is named where it begins there", () => {
  const midnight = Date.UTC(2026, 0, 5, 18, 30) / 1000;
  assert.match(tickText(midnight, true), /06/);
  assert.doesNotMatch(tickText(midnight, true), /:/);
  assert.equal(tickText(midnight + 60, false), "00:01");
  assert.equal(tickText(Date.UTC(2026, 0, 5) / 1000, false), "05:30");
  assert.match(momentText(midnight + 60), /06.*00:01/);
  assert.equal(momentText(midnight + 60, new Date((midnight + 3600) * 1000)), "00:01");
  assert.match(momentText(midnight - 60, new Date((midnight + 3600) * 1000)), /05.*23:59/);
});

test("where the machine is taken to another zone, all times are written by its clocks", () => {
  const at = Date.UTC(2026, 0, 5, 18, 31);
  const texts = () => [tickText(at / 1000, false), momentText(at / 1000, new Date(at)), localTime(at, new Date(at))];
  assert.deepEqual(texts(), ["00:01", "00:01", "00:01:00"]);
  process.env.TZ = "America/New_York";
  readZone();
  assert.deepEqual(texts(), ["13:31", "13:31", "13:31:00"]);
  assert.match(tickText(at / 1000, true), /05/);
  assert.match(fullTime("2026-01-05T18:31:00.000000Z"), /05.*2026.*13:31:00/);
  process.env.TZ = "Asia/Kolkata";
  readZone();
});

test("the chart's words have the instrument's decimals, and a minus that is read as one", () => {
  const bar = { time: 0, open: "585.3", high: "586", low: "585.25", close: "585.4", volume: null };
  assert.deepEqual(barTexts(bar, 2).slice(1), ["585.30", "586.00", "585.25", "585.40", "–"]);
  assert.match(legendText(bar, 2), / {2}O\u00a0585\.30 {2}H\u00a0586\.00 {2}L\u00a0585\.25 {2}C\u00a0585\.40$/);
  assert.equal(legendText(undefined, 2), "");
  const facts = { symbol: "AAPL", last: "585.40", change: "+0.42 %", away: "" };
  assert.equal(
    chartLabel(facts),
    "Chart of AAPL, one-minute bars, last price 585.40, change +0.42 % since the day’s open.",
  );
  assert.equal(
    chartLabel({ ...facts, change: "", away: "Offline since 09:30:00." }),
    "Chart of AAPL, one-minute bars, last price 585.40. Offline since 09:30:00.",
  );
});
