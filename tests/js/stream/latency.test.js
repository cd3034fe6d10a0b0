/** Save to screen is measured on one clock, from live events alone, and is never negative. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerClock } from "../../../static/js/net/clock.js";
import { Histogram } from "../../../static/js/net/histogram.js";
import { Latency } from "../../../static/js/stream/latency.js";
import { order, randomness } from "../server.js";

/** @import {OrderEvent} from "../../../static/js/orders/order.js" */

/** @param {number} actual @param {number} expected @param {number} [share] */
function close(actual, expected, share = 0.016) {
  assert.ok(Math.abs(actual - expected) <= Math.abs(expected) * share, `${actual} instead of ${expected}`);
}

/** @param {{committed: number, published: number|null}} hops @param {boolean} [replay] @returns {OrderEvent} */
function event(hops, replay) {
  const fields = {
    seq: 1,
    user: "alice",
    kind: "created",
    order: order(),
    changes: {},
    source: "rest",
    actor: null,
    at: "",
  };
  return { ...fields, hops, ...(replay && { replay }) };
}

/** A clock that is this far ahead of ours. @param {number} offset */
function clockAhead(offset) {
  const clock = new ServerClock();
  clock.add(1000, 1001 + offset, 1001 + offset, 1002);
  return clock;
}

test("the ping with the smallest round trip tells the offset, half of it the error", () => {
  const clock = new ServerClock();
  assert.equal(clock.known, false);
  clock.add(0, 130, 131, 61); // 60 there and back, the way there longer
  clock.add(100, 202, 203, 105); // 4 there and back
  clock.add(200, 340, 340, 280);
  close(clock.offset, 100, 0.01);
  assert.equal(clock.error, 2);
  assert.equal(clock.toLocal(1100), 1100 - clock.offset);
});

test("only the last sixteen pings count", () => {
  const clock = new ServerClock();
  clock.add(0, 100, 100, 0);
  for (let i = 0; i < 16; i += 1) clock.add(0, 110, 110, 20);
  assert.equal(clock.offset, 100);
  assert.equal(clock.error, 10);
});

test("a server's clock that is set anew is believed at once", () => {
  const clock = clockAhead(0);
  clock.add(2000, 3_602_005, 3_602_005, 2010);
  assert.equal(clock.offset, 3_600_000);
});

test("each hop and the whole way are counted, the server's times brought to this clock", () => {
  const latency = new Latency(clockAhead(5000));
  const hops = { committed: 15_000, published: 15_001 };
  latency.painted({ events: [event(hops)], sent: 15_003, received: 10_007, applied: 10_015 }, 10_031);
  const medians = Object.fromEntries(
    Object.entries(latency.hops).map(([hop, counts]) => [hop, counts.percentile(0.5)]),
  );
  const expected = { published: 1, sent: 2, received: 4, applied: 8, painted: 16 };
  for (const [hop, value] of Object.entries(expected)) close(medians[hop] ?? NaN, value);
  assert.equal(latency.last, 31);
  close(latency.total.percentile(0.5) ?? NaN, 31);
});

test("nothing is counted of replays, nor before the clocks are known", () => {
  const latency = new Latency(clockAhead(0));
  const replayed = [event({ committed: 1, published: null }), event({ committed: 1, published: 2 }, true)];
  latency.painted({ events: replayed, sent: 3, received: 4, applied: 5 }, 6);
  const early = new Latency(new ServerClock());
  early.painted({ events: [event({ committed: 1, published: 2 })], sent: 3, received: 4, applied: 5 }, 6);
  for (const { last, total } of [latency, early]) {
    assert.equal(last, null);
    assert.equal(total.percentile(0.5), null);
  }
});

test("a duration is never negative, however wrong the clocks are", () => {
  const latency = new Latency(clockAhead(-3_600_000));
  const hops = { committed: 10_000, published: 10_001 };
  latency.painted({ events: [event(hops)], sent: 10_002, received: 10_003, applied: 10_004 }, 10_005);
  assert.equal(latency.last, 0);
  assert.ok((latency.total.percentile(0.99) ?? -1) > 0);
});

test("the sparkline's memory is short", () => {
  const latency = new Latency(clockAhead(0));
  for (let i = 0; i < 100; i += 1) {
    latency.painted({ events: [event({ committed: 0, published: 0 })], sent: 0, received: 0, applied: 0 }, i);
  }
  assert.equal(latency.recent.length, 60);
  assert.equal(latency.recent.at(-1), 99);
});

test("percentiles are within 1.6 % from microseconds to seconds", () => {
  const random = randomness(7);
  const values = Array.from({ length: 5000 }, () => 10 ** (random() * 7 - 3)).sort((a, b) => a - b);
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  for (const share of [0.01, 0.5, 0.95, 0.99, 1]) {
    close(histogram.percentile(share) ?? NaN, values[Math.ceil(share * values.length) - 1] ?? NaN);
  }
});

test("a histogram takes what is too short or too long for it", () => {
  const histogram = new Histogram();
  histogram.add(0);
  close(histogram.percentile(1) ?? NaN, 0.001);
  histogram.add(3_600_000);
  close(histogram.percentile(1) ?? NaN, 2 ** 24 / 1000);
});
