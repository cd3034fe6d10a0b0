/** The button of the demo flow: it says what the server says, and asks again where another server may have the word. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Demo } from "../../../static/js/page/demo.js";
import { makeDocument } from "../elements.js";

const NOW = 1_784_992_203_000;
const PLAYING = { running: true, ends_at: new Date(NOW + 90_000).toISOString() };
const STILL = { running: false, ends_at: null };

let answers;
let asked;
let root;
let demo;

beforeEach(async () => {
  mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  asked = [];
  root = makeDocument();
  const ask = (method) => () => {
    asked.push(method);
    return Promise.resolve(answers.shift());
  };
  const api = { get: ask("get"), post: ask("post"), delete: ask("delete") };
  answers = [PLAYING];
  demo = new Demo(root, api, "/api/demo/", {}, () => NOW);
  await answered();
});

afterEach(() => mock.timers.reset());

async function answered() {
  for (let rounds = 0; rounds < 4; rounds += 1) await Promise.resolve();
}

function press() {
  root.querySelector("#demo-toggle").listeners.click();
}

function left() {
  return root.querySelector("#demo-left").textContent;
}

test("a flow that plays says how long, and is stopped by its button", async () => {
  assert.equal(left(), "1:30");
  answers = [STILL];
  press();
  await answered();
  assert.deepEqual([asked, left()], [["get", "delete"], ""]);
});

test("a flow that went with its server is known to be over once there is another, and plays at the next press", async () => {
  answers = [STILL, PLAYING];
  demo.look();
  mock.timers.tick(2500);
  await answered();
  assert.equal(left(), "");
  press();
  await answered();
  assert.deepEqual([asked, left()], [["get", "get", "post"], "1:30"]);
});

test("an answer that was on its way when the button was pressed changes nothing any more", async () => {
  let answer;
  const slow = new Promise((resolve) => {
    answer = resolve;
  });
  answers = [slow, STILL];
  demo.look();
  mock.timers.tick(2500);
  press();
  await answered();
  answer(PLAYING);
  await answered();
  assert.deepEqual([asked, left()], [["get", "get", "delete"], ""]);
});

test("where none plays, nobody is asked at a new connection", async () => {
  answers = [STILL];
  press();
  await answered();
  demo.look();
  mock.timers.tick(60_000);
  assert.deepEqual(asked, ["get", "delete"]);
});
