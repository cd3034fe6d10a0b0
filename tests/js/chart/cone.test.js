/** The cone: its shape between the times that the server names, when it is read, and what is said of it. */

import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { opening } from "../../../static/js/chart/bar-range.js";
import { ConeFeed } from "../../../static/js/chart/cone/feed.js";
import { between, placed, reaching, slicesOf, spread } from "../../../static/js/chart/cone/shape.js";
import { coneRows, spanText, whyNone } from "../../../static/js/chart/cone/words.js";
import { ApiError } from "../../../static/js/net/api.js";

/**
 * @import {Answer} from "../../../static/js/chart/cone/feed.js"
 * @import {Cone} from "../../../static/js/chart/cone/shape.js"
 */

const NINE = Date.UTC(2026, 0, 5, 9) / 1000;
const MINUTE_MS = 60_000;

/** @param {number} minutes @param {number} near @param {number} far @returns {Cone["bands"][0]} around 100 */
function band(minutes, near, far) {
  const level = (/** @type {number} */ each, /** @type {number} */ by) => ({
    level: each,
    low: String(100 - by),
    high: String(100 + 2 * by),
  });
  return { minutes, levels: [level(0.8, near), level(0.95, far)] };
}

/** @param {Cone["bands"]} bands @returns {Cone} */
function cone(...bands) {
  return { from: NINE, close: "100", bands };
}

test("between the times that are named each edge grows like the square root of time", () => {
  const knots = [0, 4, 9].map((minutes) => ({ minutes, by: minutes === 9 ? 12 : minutes }));
  assert.equal(between(knots, 0), 0);
  assert.equal(between(knots, 1), 2);
  assert.equal(between(knots, 4), 4);
  assert.equal(between(knots, 6.25), 8);
  assert.equal(between(knots, 9), 12);
  assert.ok(Number.isNaN(between(knots, 10)));
});

test("a cone has bounds for each minute, from its close to the longest time with bounds, at the bar that ends then", () => {
  const late = { minutes: 240, unavailable: "Needs 57 more hours of prices." };
  const slices = slicesOf(cone(band(16, 8, 16), band(4, 4, 8), late));
  assert.equal(slices.length, 17);
  assert.deepEqual(slices[0], { time: NINE - 60, bounds: Array(2).fill({ low: 100, high: 100 }) });
  assert.deepEqual(slices[1]?.bounds[1], { low: 98, high: 104 });
  assert.deepEqual(slices[4], {
    time: NINE + 180,
    bounds: [
      { low: 92, high: 116 },
      { low: 96, high: 108 },
    ],
  });
  assert.deepEqual(slices[9]?.bounds[0], { low: 88, high: 124 });
  assert.equal(slices[16]?.time, NINE + 15 * 60);
  slices.forEach(({ bounds: [far, near] }, minute) => {
    assert.ok(far && near && far.low <= near.low && near.high <= far.high);
    assert.ok(minute === 0 || far.high > (slices[minute - 1]?.bounds[0]?.high ?? 0));
  });
  assert.deepEqual(slicesOf(cone(late)), []);
  assert.deepEqual(slicesOf(cone()), []);
});

test("its minutes lie on their bars; ahead each has a place, and a minute that had no bar has none", () => {
  const slices = slicesOf(cone(band(5, 1, 2)));
  const places = (/** @type {number[]} */ ...minutes) =>
    placed(
      slices,
      minutes.map((minute) => ({ time: NINE + minute * 60 })),
    ).map(({ place }) => place);
  assert.deepEqual(places(-3, -2, -1), [2, 3, 4, 5, 6, 7]);
  assert.deepEqual(places(-2, -1, 0), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(places(-2, -1, 2), [1, 2, 3, 4]);
  assert.deepEqual(places(-9, 0), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(places(-9, -8), [8, 9, 10, 11, 12, 13]);
  assert.deepEqual(places(7, 8), []);
  assert.deepEqual(places(), []);
});

test("the price axis reaches for what is in sight of it, and its outer band does not flatten the bars", () => {
  const shape = placed(slicesOf(cone(band(4, 1, 2), band(9, 2, 3))), [{ time: NINE - 60 }]);
  const range = (/** @type {number} */ minValue, /** @type {number} */ maxValue) => ({ minValue, maxValue });
  assert.deepEqual(spread(shape, { from: -20, to: 4 }), [range(98, 104), range(99, 102)]);
  assert.deepEqual(spread(shape, { from: -20, to: 400 }), [range(97, 106), range(98, 104)]);
  assert.equal(spread(shape, { from: -20, to: -1 }), null);
  const bars = range(99, 101);
  assert.deepEqual(reaching(bars, null), bars);
  assert.deepEqual(reaching(bars, [range(98.5, 100.5), range(99.5, 100.2)]), range(98.5, 101));
  assert.deepEqual(reaching(bars, [range(50, 150), range(98, 102)]), range(97, 103));
  assert.deepEqual(reaching(bars, [range(50, 150), range(60, 140)]), range(60, 140));
});

test("a chart opens with the same bars in sight, and beside them as much of the next hour as fits", () => {
  const plain = { barSpacing: 6, rightOffset: 16 };
  assert.deepEqual(opening(600, 0), plain);
  assert.deepEqual(opening(600, 10), plain);
  assert.deepEqual(opening(0, 60), plain);
  assert.deepEqual(opening(80, 60), plain);
  for (const width of [300, 360, 480, 700]) {
    const { barSpacing, rightOffset } = opening(width, 60);
    assert.ok(Math.abs(width / barSpacing - rightOffset - (width / 6 - 16)) < 1e-9, `${width}`);
    assert.ok(barSpacing >= 4 && rightOffset > 16 && rightOffset <= 60, `${width}`);
  }
  assert.equal(opening(700, 60).rightOffset, 60);
});

/** A page's feed at 09:00:30 whose answers the test gives by hand. */
function follow() {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: (NINE + 30) * 1000 });
  const sight = Object.assign(new EventTarget(), { hidden: false });
  /** @type {{at: number, symbol: string, signal: AbortSignal, answer: (body: Answer) => Promise<void>, fail: () => Promise<void>}[]} */
  const asked = [];
  const settled = () => new Promise((done) => setImmediate(() => done(undefined)));
  const read = (/** @type {string} */ symbol, /** @type {AbortSignal} */ signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      asked.push({
        at: (Date.now() / 1000 - NINE) % 3600,
        symbol,
        signal,
        answer: (body) => settled(resolve(body)),
        fail: () => settled(reject(new ApiError(503, { message: "It is broken." }))),
      });
    });
  const feed = new ConeFeed(/** @type {any} */ (read), Date.now, sight, () => 0);
  const hide = (/** @type {boolean} */ hidden) => {
    sight.hidden = hidden;
    sight.dispatchEvent(new Event("visibilitychange"));
  };
  const pass = (/** @type {number} */ seconds) => mock.timers.tick(seconds * 1000);
  const times = () => asked.map(({ at, symbol }) => `${symbol} ${at}`);
  const last = () => asked.at(-1) ?? assert.fail("Nothing was asked.");
  return { feed, asked, hide, pass, times, last };
}

afterEach(() => mock.timers.reset());

const ANSWER = { ...cone(band(5, 1, 2)), symbol: "AAPL" };

test("it is read when it is shown and four seconds after each full minute, until the chart is closed", async () => {
  const { feed, pass, times, last } = follow();
  let changes = 0;
  feed.addEventListener("changed", () => {
    changes += 1;
  });
  feed.show("AAPL");
  feed.show("AAPL");
  assert.equal(feed.answer, null);
  await last().answer(ANSWER);
  assert.equal(feed.answer, ANSWER);
  pass(33);
  assert.deepEqual(times(), ["AAPL 30"]);
  pass(1);
  assert.deepEqual(times(), ["AAPL 30", "AAPL 64"]);
  assert.equal(feed.answer, ANSWER);
  const reason = { unavailable: "The price is 4 min old." };
  await last().answer(reason);
  assert.equal(feed.answer, reason);
  assert.equal(changes, 2);
  feed.rest();
  pass(120);
  assert.equal(times().length, 2);
});

test("where there is no cone yet it is asked for again in ten seconds", async () => {
  const { feed, pass, times, last } = follow();
  feed.show("AAPL");
  await last().answer({ unavailable: "The forecast is being prepared." });
  pass(9.9);
  assert.deepEqual(times(), ["AAPL 30"]);
  pass(0.1);
  assert.deepEqual(times(), ["AAPL 30", "AAPL 40"]);
  await last().answer(ANSWER);
  pass(23.9);
  assert.equal(times().length, 2);
  pass(0.1);
  assert.deepEqual(times(), ["AAPL 30", "AAPL 40", "AAPL 64"]);
});

test("another symbol takes the cone away at once and gives up the request for the first", async () => {
  const { feed, last, asked } = follow();
  feed.show("AAPL");
  await last().answer(ANSWER);
  feed.show("MSFT");
  assert.equal(feed.answer, null);
  feed.show("AAPL");
  assert.equal(asked[1]?.signal.aborted, true);
  await asked[1]?.answer({ unavailable: "Not of this symbol." });
  assert.equal(feed.answer, null);
});

test("hidden, offline or switched off nothing is asked, and what was missed is asked for at once", async () => {
  const { feed, hide, pass, times, last } = follow();
  feed.show("AAPL");
  await last().answer(ANSWER);
  hide(true);
  pass(40);
  hide(false);
  assert.deepEqual(times(), ["AAPL 30", "AAPL 70"]);
  await last().answer(ANSWER);
  hide(true);
  hide(false);
  feed.away = true;
  feed.away = false;
  assert.equal(times().length, 2); // this minute's is there
  feed.away = true;
  pass(60);
  assert.equal(times().length, 2);
  assert.equal(feed.answer, ANSWER);
  feed.away = false;
  assert.equal(times().length, 3);
  feed.on = false;
  assert.equal(feed.answer, null);
  assert.equal(last().signal.aborted, true);
  pass(60);
  assert.equal(times().length, 3);
  feed.on = true;
  assert.equal(times().length, 4);
});

test("without an answer the old cone stays, for three minutes in all, and each minute another is tried", async () => {
  const { feed, pass, times, last } = follow();
  feed.show("AAPL");
  await last().answer(ANSWER);
  for (const _ of [1, 2]) {
    pass(MINUTE_MS / 1000);
    await last().fail();
  }
  assert.equal(feed.answer, ANSWER);
  assert.equal(times().length, 3);
  pass(59);
  assert.equal(feed.answer, ANSWER);
  pass(1);
  assert.equal(feed.answer, null);
  await last().answer(ANSWER);
  assert.equal(feed.answer, ANSWER);
  assert.equal(times().length, 4);
});

test("a cone from before a long sleep is gone when the page is seen again", async () => {
  const { feed, hide, last, asked } = follow();
  feed.show("AAPL");
  await last().answer(ANSWER);
  hide(true);
  mock.timers.setTime((NINE + 3600) * 1000);
  hide(false);
  assert.equal(feed.answer, null);
  assert.equal(asked.length, 2);
});

test("its figures have the instrument's decimals, and what has none says why", () => {
  const rows = coneRows(
    { from: NINE, close: "91000", bands: [band(5, 1.5, 2.25), { minutes: 240, unavailable: "Needs 57 more hours." }] },
    2,
  );
  assert.deepEqual(rows, [
    { time: "5 min", bounds: ["98.50 – 103.00", "97.75 – 104.50"], reason: "" },
    { time: "4 h", bounds: null, reason: "Needs 57 more hours." },
  ]);
  assert.deepEqual([1, 30, 60, 120].map(spanText), ["1 min", "30 min", "1 h", "2 h"]);
});

test("why there is no cone is said once it is known, and not beside one", () => {
  const late = (/** @type {number} */ minutes) => ({
    minutes,
    unavailable: `Needs ${minutes} more minutes of prices.`,
  });
  assert.equal(whyNone(null), "");
  assert.equal(whyNone({ unavailable: "The price is 4 min old." }), "The price is 4 min old.");
  assert.equal(whyNone(cone(late(1), late(5))), "Needs 1 more minutes of prices.");
  assert.equal(whyNone(cone(band(1, 1, 2), late(5))), "");
});
