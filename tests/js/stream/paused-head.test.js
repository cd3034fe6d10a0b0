/** While realtime is off, the log's head is asked now and then, and only where somebody looks. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { EVERY_MS, PausedHead } from "../../../static/js/stream/paused-head.js";
import { makeDocument } from "../elements.js";

let document;
let heads;
let asked;
let told;
let paused;

beforeEach(() => {
  mock.timers.enable({ apis: ["setInterval"] });
  document = makeDocument();
  [heads, asked, told] = [[], [], []];
  const get = (path, params) => {
    asked.push(`${path}?${params}`);
    return heads.shift() ?? Promise.reject(new Error("No answer."));
  };
  paused = new PausedHead({ get }, "/api/events/", (head) => told.push(head));
});

afterEach(() => mock.timers.reset());

async function pass() {
  mock.timers.tick(EVERY_MS);
  for (let rounds = 0; rounds < 4; rounds += 1) await Promise.resolve();
}

test("nobody is asked while realtime is on or nobody looks", async () => {
  await pass();
  paused.on = true;
  document.hidden = true;
  await pass();
  document.hidden = false;
  paused.on = false;
  await pass();
  assert.deepEqual(asked, []);
});

test("the head is told as it grows, whatever went unanswered before", async () => {
  heads = [Promise.resolve({ head: 37 }), undefined, Promise.resolve({ head: 39 })];
  paused.on = true;
  await pass();
  await pass();
  await pass();
  assert.deepEqual([told, [...new Set(asked)]], [[37, 39], ["/api/events/?limit=1"]]);
});

test("one question is asked at a time, and its answer is of no use once realtime is on", async () => {
  let resolve;
  heads = [
    new Promise((answered) => {
      resolve = answered;
    }),
  ];
  paused.on = true;
  await pass();
  await pass();
  assert.equal(asked.length, 1);
  paused.on = false;
  resolve({ head: 37 });
  await pass();
  assert.deepEqual([asked.length, told], [1, []]);
});
