/** How old prices are on the screen, counted only where it was measured. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { now, ServerClock } from "../../../static/js/net/clock.js";
import { PriceLatency } from "../../../static/js/prices/price-latency.js";
import { frame } from "../elements.js";
import { Time } from "../sockets.js";

const AHEAD = 5000;
const KNOWN = new Set(["AAPL", "MSFT"]);

/** @type {Time} */
let time;
/** @type {PriceLatency} */
let figures;

beforeEach(() => {
  time = new Time();
  const clock = new ServerClock();
  clock.add(now(), now() + AHEAD, now() + AHEAD, now());
  figures = new PriceLatency(clock);
});

afterEach(() => {
  time.end();
  Reflect.deleteProperty(globalThis, "document");
});

/** A quote whose tick was so long ago. @param {string} symbol @param {number} ago milliseconds */
function ticked(symbol, ago) {
  return { symbol, bid: null, ask: null, last: "1", change: null, at: now() + AHEAD - ago };
}

/** @param {number} after milliseconds */
function draw(after) {
  figures.drawn();
  time.pass(after);
  frame();
}

/** @param {number|null|undefined} actual @param {number} expected */
function close(actual, expected) {
  assert.ok(actual != null && Math.abs(actual - expected) <= expected * 0.02, `${actual} instead of ${expected}`);
}

test("the way to the screen ends with the frame that shows it, on the server's clock", () => {
  figures.took([ticked("AAPL", 100)], 1, now(), KNOWN);
  draw(50);
  const [p50, p99] = figures.toScreen(0.5, 0.99);
  close(p50, 150);
  close(p99, 150);
});

test("what was there before it was asked for measures nothing, and is no change", () => {
  figures.took([ticked("AAPL", 100), ticked("NEW", 60_000)], 1, now(), KNOWN);
  draw(50);
  close(figures.toScreen(1)[0], 150);
  assert.equal(figures.conflation, 1);

  figures.took([ticked("OTHER", 60_000)], 0, now(), KNOWN);
  draw(50);
  close(figures.toScreen(1)[0], 150);
  assert.equal(figures.conflation, 1);
});

test("a hidden tab measures nothing, and neither does what waited in it", () => {
  figures.took([ticked("AAPL", 100)], 1, now(), KNOWN);
  Object.defineProperty(globalThis, "document", { value: { hidden: true }, configurable: true });
  figures.interrupt();
  figures.took([ticked("AAPL", 100)], 1, now(), KNOWN);
  draw(50);
  assert.deepEqual(figures.toScreen(0.5), [null]);
});

test("while the clocks are not known nothing is measured", () => {
  figures = new PriceLatency(new ServerClock());
  figures.took([ticked("AAPL", 100)], 1, now(), KNOWN);
  draw(50);
  assert.deepEqual(figures.toScreen(0.5), [null]);
});

test("a slow minute is forgotten in the next", () => {
  figures.took([ticked("AAPL", 9000)], 1, now(), KNOWN);
  draw(50);
  for (let second = 0; second < 80; second += 1) {
    figures.took([ticked("AAPL", 100)], 1, now(), KNOWN);
    draw(50);
    time.pass(1000);
  }
  close(figures.toScreen(1)[0], 150);
});

test("after a rest longer than a minute only what came since counts", () => {
  figures.took([ticked("AAPL", 9000)], 1, now(), KNOWN);
  draw(50);
  time.pass(90_000);
  figures.took([ticked("AAPL", 100)], 1, now(), KNOWN);
  draw(50);
  close(figures.toScreen(1)[0], 150);
});

test("the rate is that of the last five seconds, the ratio tells how many changes each price stands for", () => {
  assert.equal(figures.conflation, null);
  figures.took([ticked("AAPL", 1), ticked("MSFT", 1)], 30, now(), KNOWN);
  assert.equal(figures.perSecond, 6);
  assert.equal(figures.conflation, 15);
  time.pass(6000);
  assert.equal(figures.perSecond, 0);
});

test("the newest tick is known, whichever symbol it is of, and its age is never below nothing", () => {
  assert.equal(figures.newest, null);
  const newest = ticked("MSFT", 20);
  figures.took([newest], 1, now(), KNOWN);
  figures.took([ticked("AAPL", 500)], 1, now(), KNOWN);
  assert.equal(figures.newest, newest.at);
  close(figures.age(newest.at), 20);
  assert.equal(figures.age(newest.at + 60_000), 0);
});
