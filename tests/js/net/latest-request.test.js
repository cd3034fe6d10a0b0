/** One question at a time, asked until it is answered; and what is done seldom. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { ApiError } from "../../../static/js/net/api.js";
import { Backoff } from "../../../static/js/net/backoff.js";
import { LatestRequest } from "../../../static/js/net/latest-request.js";
import { Throttle } from "../../../static/js/ui/throttle.js";
import { Time } from "../sockets.js";

/** @type {Time} */
let time;

beforeEach(() => {
  time = new Time();
});
afterEach(() => time.end());

function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Questions that the test answers by hand. */
function start() {
  /** @type {string[]} */
  const failures = [];
  const inquiry = new LatestRequest(({ message }) => failures.push(message), new Backoff(() => 1));
  /** @type {{name: string, signal: AbortSignal, answer: (value: string) => void, fail: (error: Error) => void}[]} */
  const tries = [];
  const ask = (/** @type {string} */ name) =>
    inquiry.ask(
      (signal) =>
        /** @type {Promise<string>} */ (
          new Promise((answer, fail) => {
            signal.addEventListener("abort", () => fail(signal.reason));
            tries.push({ name, signal, answer, fail });
          })
        ),
    );
  return { inquiry, ask, tries, failures };
}

const LOST = new ApiError(0, { code: "unanswered", message: "No answer." });

test("a question that is not answered is asked again, ever later", async () => {
  const { ask, tries, failures } = start();
  const asked = ask("AAPL");
  tries[0]?.fail(LOST);
  await settled();
  time.pass(950);
  assert.equal(tries.length, 1);
  time.pass(50);
  await settled();
  assert.equal(tries.length, 2);
  tries[1]?.fail(new ApiError(503, { message: "The database is away." }));
  await settled();
  time.pass(2000);
  await settled();
  tries[2]?.answer("bars");
  assert.equal(await asked, "bars");
  assert.deepEqual(failures, ["No answer.", "The database is away."]);
});

test("what the server refuses is not asked again", async () => {
  const { ask, tries, failures } = start();
  const asked = ask("NONE");
  tries[0]?.fail(new ApiError(404, { message: "There is no such instrument." }));
  await assert.rejects(asked, /no such instrument/);
  time.pass(60_000);
  await settled();
  assert.equal(tries.length, 1);
  assert.deepEqual(failures, []);
});

test("another question gives up the one before, on its way or waiting", async () => {
  const { inquiry, ask, tries, failures } = start();
  const first = ask("AAPL");
  const second = ask("MSFT");
  assert.equal(tries[0]?.signal.aborted, true);
  assert.equal(await first, null);
  tries[1]?.fail(LOST);
  await settled();
  const third = ask("TSLA");
  assert.equal(await second, null);
  tries[2]?.answer("bars");
  assert.equal(await third, "bars");
  time.pass(60_000);
  await settled();
  assert.deepEqual(
    tries.map(({ name }) => name),
    ["AAPL", "MSFT", "TSLA"],
  );
  const last = ask("AAPL");
  inquiry.stop();
  assert.equal(await last, null);
  assert.equal(failures.length, 1);
});

test("an answer that comes although nobody wants it any more is none", async () => {
  const inquiry = new LatestRequest();
  /** @type {(value: string) => void} */
  let answer = () => {};
  const asked = inquiry.ask(() => new Promise((resolve) => (answer = resolve)));
  inquiry.stop();
  answer("late");
  assert.equal(await asked, null);
});

test("what is done seldom is done at once, then once in a while, and the last wish is not forgotten", () => {
  let done = 0;
  const seldom = new Throttle(10_000, () => {
    done += 1;
  });
  seldom.ask();
  assert.equal(done, 1);
  for (let i = 0; i < 50; i += 1) {
    seldom.ask();
    time.pass(100);
  }
  assert.equal(done, 1);
  time.pass(5000);
  assert.equal(done, 2);
  time.pass(60_000);
  assert.equal(done, 2);
  seldom.ask();
  seldom.now();
  assert.equal(done, 4);
  time.pass(60_000);
  assert.equal(done, 4);
});

test("what the server refuses for now is asked again; what it refuses at all is not", async () => {
  for (const status of [408, 425, 429, 502]) {
    const { ask, tries } = start();
    const asked = ask("AAPL");
    tries[0]?.fail(new ApiError(status, { message: "Not now." }));
    await settled();
    time.pass(1000);
    await settled();
    tries[1]?.answer("bars");
    assert.equal(await asked, "bars");
  }
  for (const status of [400, 401, 403, 404]) {
    const { ask, tries } = start();
    const asked = ask("AAPL");
    tries[0]?.fail(new ApiError(status, { message: "No." }));
    await assert.rejects(asked, /No\./);
  }
});
