/** Every event is applied once and in order; a gap is asked for, and counted as it arrived. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Feed } from "../../../static/js/stream/feed.js";
import { randomness, Server } from "../server.js";

/** @import {OrderEvent} from "../../../static/js/orders/order.js" */

/** @param {number} count @returns {OrderEvent[]} */
function events(count) {
  const server = new Server();
  return Array.from({ length: count }, () => server.place());
}

/** @param {number} after @param {number} head */
function following(after, head) {
  const feed = new Feed();
  feed.startAfter(after);
  feed.subscribed(head);
  return feed;
}

/** @param {{fresh: OrderEvent[]}} outcome */
function numbers({ fresh }) {
  return fresh.map(({ seq }) => seq);
}

test("what follows the last event is applied, in order", () => {
  const feed = following(0, 3);
  const outcome = feed.take(events(3));
  assert.deepEqual(numbers(outcome), [1, 2, 3]);
  assert.equal(outcome.ask, false);
  assert.equal(feed.last, 3);
  assert.ok(feed.caughtUp);
});

test("what was applied before is dropped and counted", () => {
  const feed = following(0, 3);
  const all = events(3);
  feed.take(all.slice(0, 2));
  assert.deepEqual(numbers(feed.take(all)), [3]);
  assert.equal(feed.duplicates, 2);
  assert.equal(feed.gaps, 0);
});

test("a gap is counted and asked for; what comes before the answer is not applied", () => {
  const feed = following(0, 0);
  const all = events(5);
  assert.deepEqual(feed.take(all.slice(0, 1)), { fresh: all.slice(0, 1), ask: false });
  assert.deepEqual(feed.take(all.slice(3, 4)), { fresh: [], ask: true });
  assert.deepEqual(feed.take(all.slice(4)), { fresh: [], ask: false });
  assert.equal(feed.gaps, 1);
  assert.equal(feed.last, 1);
  feed.subscribed(5);
  assert.deepEqual(numbers(feed.take(all.slice(1))), [2, 3, 4, 5]);
  assert.equal(feed.gaps, 1);
});

test("a frame with a gap inside is applied up to the gap", () => {
  const feed = following(0, 0);
  const [first, , third] = events(3);
  const outcome = feed.take(/** @type {OrderEvent[]} */ ([first, third]));
  assert.deepEqual(numbers(outcome), [1]);
  assert.equal(outcome.ask, true);
  assert.equal(feed.head, 3);
});

test("a heartbeat that is ahead asks only the second time, with nothing received in between", () => {
  const feed = following(0, 0);
  const all = events(3);
  assert.equal(feed.heartbeat(1), false);
  feed.take(all.slice(0, 1));
  assert.equal(feed.heartbeat(2), false);
  assert.equal(feed.heartbeat(3), true);
  assert.equal(feed.gaps, 1);
  assert.equal(feed.heartbeat(3), false, "the answer is awaited");
});

test("a heartbeat that agrees clears the suspicion", () => {
  const feed = following(0, 0);
  feed.heartbeat(1);
  feed.take(events(1));
  assert.equal(feed.heartbeat(1), false);
  assert.equal(feed.heartbeat(2), false);
  assert.equal(feed.gaps, 0);
});

test("before a position is known nothing is applied", () => {
  const feed = new Feed();
  feed.subscribed(7);
  assert.equal(feed.last, 7);
  const unborn = new Feed();
  assert.deepEqual(unborn.take(events(1)), { fresh: [], ask: false });
  assert.equal(unborn.heartbeat(4), false);
});

test("a reset goes on from its head, also from a lower one", () => {
  const feed = following(10, 10);
  feed.reset(1);
  assert.equal(feed.head, 1);
  assert.deepEqual(numbers(feed.take(events(2))), [2]);
  assert.equal(feed.duplicates, 1);
});

test("a paused feed applies nothing and resumes where it stopped", () => {
  const feed = following(0, 0);
  const all = events(3);
  feed.take(all.slice(0, 1));
  feed.stop();
  assert.deepEqual(numbers(feed.take(all.slice(1))), []);
  assert.equal(feed.last, 1);
  feed.subscribed(3);
  assert.ok(!feed.caughtUp);
  assert.deepEqual(numbers(feed.take(all.slice(1))), [2, 3]);
});

test("over a link that loses, repeats and reorders, every event is applied exactly once and in order", () => {
  const all = events(60);
  for (let seed = 1; seed <= 50; seed += 1) {
    const random = randomness(seed);
    const feed = following(0, 60);
    /** @type {number[]} */
    const applied = [];
    let next = 0;
    for (let round = 0; feed.last !== 60 && round < 5000; round += 1) {
      let ask = false;
      if (next >= 60) {
        ask = feed.heartbeat(60);
      } else {
        const fate = random();
        const outcome = feed.take(
          [all[fate < 0.1 ? Math.max(0, next - 2) : next]].filter((event) => event !== undefined),
        );
        if (fate >= 0.1) next += fate < 0.3 ? 2 : 1;
        applied.push(...numbers(outcome));
        ask = outcome.ask;
      }
      if (ask) {
        next = Number(feed.last);
        feed.subscribed(60);
      }
    }
    assert.deepEqual(applied, numbers({ fresh: all }), `seed ${seed}`);
  }
});
