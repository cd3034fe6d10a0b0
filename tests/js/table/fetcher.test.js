/** Requests for rows: at once for the person, at most once a second for events, tried until they are answered. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { ApiError } from "../../../static/js/net/api.js";
import { Backoff } from "../../../static/js/net/backoff.js";
import { Fetcher } from "../../../static/js/table/fetcher.js";
import { Time } from "../sockets.js";

/** @import {Answer} from "../../../static/js/table/table-window.js" */

/** @type {Time} */
let time;

beforeEach(() => {
  time = new Time();
});
afterEach(() => time.end());

/** Everything that was waiting for an answer has gone on. */
function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A fetcher whose requests the test answers by hand. */
function start() {
  /** @type {{answer: (head: number) => Promise<void>, fail: (error?: Error) => Promise<void>}[]} */
  const requests = [];
  /** @type {number[]} */
  const taken = [];
  const read = (/** @type {AbortSignal} */ signal) =>
    /** @type {Promise<Answer>} */ (
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        requests.push({
          answer: (head) => {
            resolve(/** @type {Answer} */ ({ head }));
            return settled().then(() => {});
          },
          fail: (error = new Error("No answer.")) => {
            reject(error);
            return settled().then(() => {});
          },
        });
      })
    );
  const fetcher = new Fetcher(read, ({ head }) => taken.push(head), new Backoff(() => 1));
  return { fetcher, requests, taken };
}

test("a burst of wishes is one request, and the next comes a second after it began", async () => {
  const { fetcher, requests, taken } = start();
  for (let i = 0; i < 10; i += 1) fetcher.soon();
  time.pass(50);
  assert.equal(requests.length, 1);
  fetcher.soon();
  await requests[0]?.answer(1);
  assert.deepEqual(taken, [1]);
  fetcher.soon();
  time.pass(900);
  assert.equal(requests.length, 1);
  time.pass(100);
  assert.equal(requests.length, 2);
});

test("what is dear to the server is asked for less often", async () => {
  const { fetcher, requests } = start();
  fetcher.everyMs = 5000;
  fetcher.soon();
  time.pass(50);
  await requests[0]?.answer(1);
  fetcher.refreshAfterCurrent();
  time.pass(4900);
  assert.equal(requests.length, 1);
  time.pass(100);
  assert.equal(requests.length, 2);
});

test("a wish for what is newer than the answer under way is another request", async () => {
  const { fetcher, requests, taken } = start();
  fetcher.soon();
  time.pass(50);
  fetcher.refreshAfterCurrent();
  await requests[0]?.answer(1);
  time.pass(1000);
  await requests[1]?.answer(2);
  assert.deepEqual(taken, [1, 2]);
  time.pass(3000);
  assert.equal(requests.length, 2);
});

test("what the person asks for goes out at once, and answers to anything earlier are dropped", async () => {
  const { fetcher, requests, taken } = start();
  fetcher.soon();
  time.pass(50);
  const first = fetcher.now();
  const second = fetcher.now();
  assert.equal(requests.length, 3);
  await requests[2]?.answer(3);
  await requests[0]?.answer(1);
  await requests[1]?.answer(2);
  assert.equal(await first, null);
  assert.deepEqual(await second, { head: 3 });
  assert.deepEqual(taken, []);
});

test("a failure is told and tried again, ever more slowly", async () => {
  const { fetcher, requests, taken } = start();
  let failures = 0;
  fetcher.addEventListener("failed", () => {
    failures += 1;
  });
  const answer = fetcher.now();
  await requests[0]?.fail();
  time.pass(1000);
  await settled();
  assert.equal(requests.length, 2);
  await requests[1]?.answer(7);
  assert.deepEqual(await answer, { head: 7 });
  fetcher.soon();
  time.pass(1000);
  await requests[2]?.fail();
  time.pass(2000);
  await requests[3]?.answer(8);
  assert.deepEqual(taken, [8]);
  assert.equal(failures, 2);
});

test("when the server is back, a wait is cut short and what hangs is asked again", async () => {
  const { fetcher, requests, taken } = start();
  const failures = [];
  fetcher.addEventListener("failed", () => failures.push(1));
  const waiting = fetcher.now();
  for (const milliseconds of [1000, 2000, 4000]) {
    await requests.at(-1)?.fail();
    time.pass(milliseconds);
    await settled();
  }
  await requests[3]?.fail(); // the next try would be in eight seconds
  fetcher.retryNow();
  await settled();
  assert.equal(requests.length, 5);

  fetcher.retryNow(); // the fifth hangs on a line that is dead
  await requests[4]?.answer(1);
  assert.equal(requests.length, 6);
  await requests[5]?.answer(2);
  assert.deepEqual(await waiting, { head: 2 });
  assert.equal(failures.length, 4);

  fetcher.soon();
  time.pass(1000);
  await requests[6]?.fail();
  fetcher.retryNow();
  time.pass(1000);
  await settled();
  await requests[7]?.answer(3);
  assert.deepEqual(taken, [3]);
});

test("once stopped it asks for nothing any more", async () => {
  const { fetcher, requests, taken } = start();
  const waiting = fetcher.now();
  fetcher.stop();
  assert.equal(await waiting, null);
  assert.equal(await fetcher.now(), null);
  fetcher.refreshAfterCurrent();
  time.pass(60_000);
  assert.equal(requests.length, 1);
  assert.deepEqual(taken, []);
});

test("what hangs in the background on a dead line is asked again at once as well", async () => {
  const { fetcher, requests, taken } = start();
  fetcher.soon();
  time.pass(50);
  fetcher.retryNow();
  await settled();
  time.pass(50);
  assert.equal(requests.length, 2);
  await requests[1]?.answer(4);
  assert.deepEqual(taken, [4]);
});

test("what the server refuses is told once and not asked again by itself", async () => {
  const { fetcher, requests, taken } = start();
  /** @type {string[]} */
  const told = [];
  for (const type of ["refused", "failed"]) fetcher.addEventListener(type, () => told.push(type));
  for (const status of [400, 401, 403, 404]) {
    const asked = fetcher.now();
    await requests.at(-1)?.fail(new ApiError(status, { message: "No." }));
    assert.equal(await asked, null);
  }
  fetcher.soon();
  time.pass(1000);
  await requests.at(-1)?.fail(new ApiError(400, { message: "No." }));
  fetcher.retryNow();
  time.pass(60_000);
  await settled();
  assert.equal(requests.length, 5);
  assert.deepEqual(
    told,
    Array.from({ length: 5 }, () => "refused"),
  );

  fetcher.soon(); // another wish is another request
  time.pass(1000);
  await requests.at(-1)?.answer(1);
  assert.deepEqual(taken, [1]);
});

test("what is refused for now, or not answered, is asked again", async () => {
  for (const status of [0, 408, 425, 429, 500, 503]) {
    const { fetcher, requests } = start();
    const asked = fetcher.now();
    await requests[0]?.fail(new ApiError(status, { message: "Not now." }));
    time.pass(1000);
    await settled();
    await requests[1]?.answer(status);
    assert.deepEqual(await asked, { head: status });
  }
});
