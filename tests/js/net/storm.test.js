/** A thousand browsers that lose the same server come back one after the other. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "../../../static/js/net/backoff.js";
import { randomness } from "../server.js";

const CLIENTS = 1000;
const WINDOW_MS = 250;

/** The fullest of all windows. @param {number[]} times milliseconds */
function most(times) {
  const windows = new Map();
  for (const time of times) {
    const at = Math.floor(time / WINDOW_MS);
    windows.set(at, (windows.get(at) ?? 0) + 1);
  }
  return Math.max(...windows.values());
}

/** When each client tries, until the server is there again. @param {number} away milliseconds */
function attempts(away) {
  const random = randomness(7);
  /** @type {number[]} */
  const times = [];
  /** @type {number[]} */
  const back = [];
  for (let client = 0; client < CLIENTS; client += 1) {
    const backoff = new Backoff(random);
    let time = 0;
    do {
      time += backoff.next();
      times.push(time);
    } while (time < away);
    back.push(time);
  }
  return { times, back };
}

test("after a crash their first attempts are spread over a second", () => {
  const { times } = attempts(0);
  assert.ok(most(times) < 0.32 * CLIENTS, `${most(times)} in a quarter of a second`);
  assert.ok(Math.max(...times) <= 1000);
});

test("while the server is away they ask ever less, and do not return all at once", () => {
  const { times, back } = attempts(60_000);
  const late = times.filter((time) => time >= 30_000 && time < 60_000);
  assert.ok(late.length / 30 < 0.15 * CLIENTS, `${late.length} attempts in the second half minute`);
  assert.ok(most(back) < 0.05 * CLIENTS, `${most(back)} back in a quarter of a second`);
  assert.ok(Math.max(...back) <= 90_000);
});

test("a server that goes away is obeyed by each, and even one word to all is spread", () => {
  const random = randomness(11);
  const times = Array.from({ length: CLIENTS }, () => new Backoff(random).after(3000));
  assert.ok(Math.min(...times) >= 3000);
  assert.ok(Math.max(...times) <= 4500);
  assert.ok(most(times) < 0.25 * CLIENTS, `${most(times)} in a quarter of a second`);
});

test("a wait that makes no sense is bounded", () => {
  const backoff = new Backoff(() => 0.5);
  assert.equal(backoff.after(-5), 0);
  assert.equal(backoff.after(1e12), 75_000);
});
