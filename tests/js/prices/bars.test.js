/** Bars: what the server has, carried on by quotes; and which of them are seen. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { kept, MARGIN, newest, oldest, scrolled, zoomed } from "../../../static/js/chart/bar-range.js";
import { Bars, barTime } from "../../../static/js/prices/bars.js";
import { randomness } from "../server.js";

/** @import {Bar, Quote} from "../../../static/js/prices/bars.js" */

const NINE = 1_784_970_000;

/** @param {number} minute @param {string} open @param {string} high @param {string} low @param {string} close @returns {Bar} */
function bar(minute, open, high, low, close) {
  return { time: NINE + 60 * minute, open, high, low, close, volume: "7" };
}

/** @param {number} seconds since nine @param {string|null} last @returns {Quote} */
function quote(seconds, last) {
  return { symbol: "AAPL", bid: "1", ask: "2", last, change: null, at: (NINE + seconds) * 1000 };
}

/** @param {Bar|undefined} shown */
function prices(shown) {
  return shown && [shown.open, shown.high, shown.low, shown.close];
}

test("a moment belongs to the minute that it lies in", () => {
  assert.equal(barTime(NINE * 1000), NINE);
  assert.equal(barTime(NINE * 1000 + 59_999), NINE);
  assert.equal(barTime(NINE * 1000 + 60_000), NINE + 60);
});

test("quotes carry the last bar on, and the next minute begins the next one", () => {
  const bars = new Bars();
  bars.load([bar(0, "585.1", "585.4", "585", "585.2")]);
  assert.deepEqual(prices(bars.take(quote(30, "585.45"))?.bar), ["585.1", "585.45", "585", "585.45"]);
  assert.deepEqual(prices(bars.take(quote(31, "584.9"))?.bar), ["585.1", "585.45", "584.9", "584.9"]);
  const taken = bars.take(quote(61, "585"));
  assert.deepEqual(prices(taken?.bar), ["585", "585", "585", "585"]);
  assert.deepEqual([taken?.isNew, taken?.skipped], [true, false]);
  assert.deepEqual(
    bars.all.map(({ time }) => time - NINE),
    [0, 60],
  );
});

test("prices are compared as decimals: 9.9 is below 10, and 100.10 is 100.1", () => {
  const bars = new Bars();
  bars.load([bar(0, "10", "10", "9.9", "10")]);
  bars.take(quote(1, "100.1"));
  bars.take(quote(2, "9.95"));
  assert.deepEqual(prices(bars.last), ["10", "100.1", "9.9", "9.95"]);
});

test("what is older than the newest price, or has none, changes nothing", () => {
  const bars = new Bars();
  bars.load([bar(1, "10", "10", "10", "10")]);
  assert.equal(bars.take(quote(59, "99")), null);
  bars.take(quote(70, "11"));
  assert.equal(bars.take(quote(69, "99")), null);
  assert.equal(bars.take(quote(71, null)), null);
  assert.deepEqual(prices(bars.last), ["10", "11", "10", "11"]);
  assert.equal(bars.all.length, 1);
});

test("minutes without a price have no bar, and are told of", () => {
  const bars = new Bars();
  bars.load([bar(0, "10", "10", "10", "10")]);
  const taken = bars.take(quote(185, "12"));
  assert.equal(taken?.skipped, true);
  assert.equal(bars.all.length, 2);
  assert.equal(bars.last?.time, NINE + 180);
});

test("the first quote of an instrument without prices is its first bar", () => {
  const bars = new Bars();
  bars.load([]);
  const taken = bars.take(quote(5, "10"));
  assert.deepEqual([taken?.isNew, taken?.skipped], [true, false]);
  assert.deepEqual(prices(bars.last), ["10", "10", "10", "10"]);
});

test("quotes that came while the history was on its way are on top of it", () => {
  const bars = new Bars();
  bars.begin();
  bars.take(quote(50, "12"));
  bars.take(quote(65, "13"));
  bars.take(quote(66, "11"));
  bars.load([bar(-1, "9", "9", "9", "9"), bar(0, "10", "11", "10", "11")]);
  assert.deepEqual(
    bars.all.map(({ time }) => (time - NINE) / 60),
    [-1, 0, 1],
  );
  assert.deepEqual(prices(bars.last), ["13", "13", "11", "11"]);

  bars.begin();
  bars.take(quote(67, "10.5"));
  bars.load([bar(0, "10", "12", "10", "12"), bar(1, "13", "14", "11", "11")]);
  assert.deepEqual(prices(bars.last), ["13", "14", "10.5", "10.5"]);
  assert.equal(bars.all.length, 2);
});

test("a history read again takes the place of what was there, but not of a bar begun since", () => {
  const bars = new Bars();
  bars.load([bar(0, "10", "10", "10", "10")]);
  bars.take(quote(400, "12"));
  bars.begin();
  bars.load([bar(0, "10", "10", "10", "10"), bar(3, "11", "11", "11", "11"), bar(6, "12", "12", "12", "12")]);
  assert.deepEqual(
    bars.all.map(({ time }) => (time - NINE) / 60),
    [0, 3, 6],
  );
});

test("whatever quotes come in whatever order, bars stay one a minute, in order, and hold their own prices", () => {
  const random = randomness(5);
  const bars = new Bars();
  for (let i = 0; i < 2000; i += 1) {
    if (i % 500 === 0) bars.begin();
    if (i % 700 === 0) bars.load(bars.all.slice(0, -1));
    bars.take(quote(Math.floor(i / 3 + random() * 200 - 100), (10 + random()).toFixed(2)));
  }
  assert.ok(bars.all.length > 5);
  bars.all.forEach(({ time, open, high, low, close }, i) => {
    assert.equal(time % 60, 0);
    assert.ok(i === 0 || time > (bars.all[i - 1]?.time ?? 0));
    for (const each of [open, close]) assert.ok(Number(low) <= Number(each) && Number(each) <= Number(high));
  });
});

test("one scrolls and zooms between the oldest bar and a little beyond the newest, and always sees some", () => {
  const count = 300;
  const at = newest({ from: 0, to: 80 }, count);
  assert.deepEqual(at, { from: count - 1 + MARGIN - 80, to: count - 1 + MARGIN });
  assert.deepEqual(scrolled(at, 0.5, count), at);
  assert.deepEqual(scrolled(at, -0.1, count), { from: at.from - 8, to: at.to - 8 });
  assert.deepEqual(oldest(at, count), { from: -1, to: 79 });
  assert.deepEqual(scrolled(oldest(at, count), -1, count), oldest(at, count));
  assert.deepEqual(zoomed(at, 0.5, count), { from: at.to - 40, to: at.to });
  assert.equal(zoomed(at, 0.0001, count).to - zoomed(at, 0.0001, count).from, 10);
  const wide = zoomed(at, 1000, count);
  assert.deepEqual(wide, { from: -1, to: count - 1 + MARGIN });
  for (const few of [0, 1, 3]) {
    const { from, to } = newest({ from: -20, to: 5 }, few);
    assert.ok(from <= 0 && to >= few - 1);
  }
});

test("who has scrolled back sees the same minutes once the history is read anew", () => {
  const minutes = (/** @type {number} */ from, /** @type {number} */ to) =>
    Array.from({ length: to - from }, (_, i) => ({ time: NINE + 60 * (from + i) }));
  const before = minutes(0, 300);
  const range = { from: 100, to: 150 };
  const shown = (/** @type {{from: number, to: number}|null} */ seen, /** @type {{time: number}[]} */ bars) =>
    seen && bars[seen.from]?.time;
  assert.equal(shown(kept(range, before, minutes(30, 330)), minutes(30, 330)), before[100]?.time);
  assert.equal(shown(kept(range, before, minutes(-20, 310)), minutes(-20, 310)), before[100]?.time);
  const thinned = minutes(0, 310).filter((_, i) => i < 50 || i > 60); // minutes without a trade
  assert.equal(shown(kept(range, before, thinned), thinned), before[100]?.time);
  const late = minutes(200, 500); // what was seen is kept no more: the oldest there is
  assert.deepEqual(kept(range, before, late), { from: 0, to: 50 });
  assert.equal(kept({ from: 260, to: 310 }, before, minutes(30, 330)), null); // the newest is in sight
  assert.equal(kept(range, [], minutes(0, 9)), null);
  assert.equal(kept(range, before, []), null);
});
