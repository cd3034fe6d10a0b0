/** What is repeated while it is on and seen. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { WhileVisible } from "../../../static/js/forecast/while-visible.js";
import { makeDocument } from "../elements.js";
import { Time } from "../sockets.js";

/** @type {Time} */
let time;
let page;
let acts;
/** @type {WhileVisible} */
let repeated;

beforeEach(() => {
  time = new Time();
  page = makeDocument();
  acts = 0;
  repeated = new WhileVisible(() => {
    acts += 1;
  });
});

afterEach(() => {
  repeated.stop();
  time.end();
});

/** @param {boolean} hidden */
function hide(hidden) {
  page.hidden = hidden;
  page.listeners.visibilitychange?.();
}

test("it acts at once, then every five seconds, until it is stopped", () => {
  time.pass(20_000);
  assert.equal(acts, 0);
  repeated.start();
  assert.equal(acts, 1);
  time.pass(4950);
  assert.equal(acts, 1);
  time.pass(10_050);
  assert.equal(acts, 4);
  repeated.stop();
  time.pass(20_000);
  assert.equal(acts, 4);
  assert.deepEqual(page.listeners, {});
});

test("a hidden page does nothing, and what is due is done when it is seen again", () => {
  repeated.start();
  hide(true);
  time.pass(20_000);
  assert.equal(acts, 1);
  hide(false);
  assert.equal(acts, 2);
  time.pass(1000);
  hide(true);
  hide(false);
  assert.equal(acts, 2);
  time.pass(4000);
  assert.equal(acts, 3);
});

test("begun in a hidden page, it waits to be seen", () => {
  hide(true);
  repeated.start();
  assert.equal(acts, 0);
  hide(false);
  assert.equal(acts, 1);
});

test("started again, it begins anew", () => {
  repeated.start();
  time.pass(3000);
  repeated.start();
  assert.equal(acts, 2);
  time.pass(4900);
  assert.equal(acts, 2);
  time.pass(100);
  assert.equal(acts, 3);
});
