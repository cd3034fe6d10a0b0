import assert from "node:assert/strict";
import { test } from "node:test";
import { Feed } from "../../static/js/feed.js";
import { created, order, random } from "./builders.js";

const events = (/** @type {number[]} */ ...seqs) => seqs.map((seq) => created(seq, order({ id: seq })));
const seqs = (/** @type {{seq: number}[]} */ list) => list.map(({ seq }) => seq);

/** A feed that is subscribed at this position. */
function listening(last = 0) {
  const feed = new Feed();
  feed.startAfter(last);
  feed.subscribed(last);
  return feed;
}

test("events that follow are applied in order", () => {
  const feed = listening(5);
  assert.deepEqual(seqs(feed.take(events(6, 7)).fresh), [6, 7]);
  assert.equal(feed.last, 7);
  assert.equal(feed.head, 7);
});

test("what was applied already is dropped and counted", () => {
  const feed = listening(5);
  const { fresh, ask } = feed.take(events(4, 5, 6, 6));
  assert.deepEqual(seqs(fresh), [6]);
  assert.equal(ask, false);
  assert.equal(feed.duplicates, 3);
});

test("a gap applies what comes before it, asks and is counted once", () => {
  const feed = listening(5);
  const { fresh, ask } = feed.take(events(6, 8, 9));
  assert.deepEqual(seqs(fresh), [6]);
  assert.equal(ask, true);
  assert.equal(feed.gaps, 1);
  assert.equal(feed.last, 6);
});

test("until the answer to a new subscription nothing is applied or counted", () => {
  const feed = listening(5);
  feed.take(events(7));
  assert.deepEqual(feed.take(events(8, 9)), { fresh: [], ask: false });
  assert.equal(feed.gaps, 1);
  feed.subscribed(9);
  assert.deepEqual(seqs(feed.take(events(6, 7, 8, 9)).fresh), [6, 7, 8, 9]);
  assert.equal(feed.caughtUp, true);
});

test("a heartbeat that is ahead asks the second time, not the first", () => {
  const feed = listening(5);
  assert.equal(feed.heartbeat(6), false);
  assert.equal(feed.heartbeat(6), true);
  assert.equal(feed.gaps, 1);
});

test("events between two heartbeats that are ahead mean that nothing was lost", () => {
  const feed = listening(5);
  assert.equal(feed.heartbeat(8), false);
  feed.take(events(6));
  assert.equal(feed.heartbeat(8), false);
  assert.equal(feed.heartbeat(8), true);
});

test("a heartbeat that is not ahead forgets the one that was", () => {
  const feed = listening(5);
  feed.heartbeat(6);
  feed.take(events(6));
  assert.equal(feed.heartbeat(6), false);
  assert.equal(feed.heartbeat(7), false);
});

test("without a position the subscription begins at the head", () => {
  const feed = new Feed();
  feed.subscribed(12);
  assert.deepEqual(seqs(feed.take(events(13)).fresh), [13]);
});

test("a reset goes on from the new head, also from a smaller one", () => {
  const feed = listening(50);
  feed.reset(7);
  assert.equal(feed.head, 7);
  assert.deepEqual(seqs(feed.take(events(8)).fresh), [8]);
});

test("after the end of a subscription nothing is applied", () => {
  const feed = listening(5);
  feed.stop();
  assert.deepEqual(feed.take(events(6)), { fresh: [], ask: false });
});

test("over a link that loses, repeats and reorders, every event is applied exactly once and in order", () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const chance = random(seed);
    const feed = listening(0);
    /** @type {number[]} */
    const applied = [];
    const head = 60;
    let next = 1;
    for (let round = 0; feed.last !== head && round < 5000; round += 1) {
      let ask = false;
      if (next > head) {
        ask = feed.heartbeat(head);
      } else {
        const fate = chance();
        const seq = fate < 0.1 ? Math.max(1, next - 2) : next;
        next = fate < 0.1 ? next : fate < 0.3 ? next + 2 : next + 1;
        const outcome = feed.take(events(seq));
        applied.push(...seqs(outcome.fresh));
        ask = outcome.ask;
      }
      if (ask) {
        next = Number(feed.last) + 1;
        feed.subscribed(head);
      }
    }
    assert.deepEqual(applied, Array.from({ length: head }, (_, i) => i + 1), `seed ${seed}`);
  }
});
