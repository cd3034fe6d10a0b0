/** Machines that sleep: the page notices by itself, from either clock, and does not wait for what should have rung. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { now, ServerClock } from "../../../static/js/net/clock.js";
import { Uninterrupted } from "../../../static/js/stream/uninterrupted.js";
import { Network, startedOn, Time } from "../sockets.js";

const HOUR = 3_600_000;

/** @type {Time} */
let time;
/** @type {Network} */
let network;

beforeEach(() => {
  time = new Time();
  network = new Network();
});
afterEach(() => time.end());
const start = () => startedOn(network);

test("after an hour's sleep the dead socket is replaced with the next tick, and the last word was an hour ago", () => {
  const socket = start();
  network.last.hello();
  const heard = Date.now();
  time.sleep(HOUR);
  time.pass(500);
  assert.equal(network.sockets.length, 2);
  assert.ok(network.sockets[0]?.closed);
  assert.equal(socket.state, "stale");
  assert.equal(socket.heard, heard);
  network.last.hello();
  assert.equal(socket.state, "open");
});

test("somebody who opens the lid and looks need not wait for a tick", () => {
  const socket = start();
  network.last.hello();
  time.sleep(HOUR);
  socket.nudge();
  assert.equal(network.sockets.length, 2);
  assert.equal(socket.state, "stale");
});

test("a wait that sleep has held up is over on waking", () => {
  start();
  for (const wait of [1000, 2000, 4000, 8000, 16_000]) {
    network.last.lose();
    time.pass(wait);
  }
  const tried = network.sockets.length;
  network.last.lose(); // the next try is in half a minute
  time.pass(1000);
  assert.equal(network.sockets.length, tried);
  time.sleep(HOUR);
  time.pass(500);
  assert.equal(network.sockets.length, tried + 1);
});

test("an attempt that the machine slept through is made anew at once", () => {
  const socket = start();
  time.sleep(HOUR);
  time.pass(500);
  assert.equal(network.sockets.length, 2);
  assert.ok(network.sockets[0]?.closed);
  assert.equal(socket.state, "connecting");
});

test("a network that comes back cuts every wait short but the one a server has asked for", () => {
  const socket = start();
  for (const wait of [1000, 2000, 4000, 8000]) {
    network.last.lose();
    time.pass(wait);
  }
  network.last.lose();
  const tried = network.sockets.length;
  socket.nudge();
  assert.equal(network.sockets.length, tried + 1);
  time.pass(2500); // its answer is lost on the network that went
  socket.nudge();
  assert.equal(network.sockets.length, tried + 2);
});

test("a watch that is set back an hour changes nothing", () => {
  const socket = start();
  network.last.hello();
  time.sleep(-HOUR);
  time.pass(2000);
  assert.equal(socket.state, "open");
  time.pass(6500);
  assert.equal(socket.state, "stale");
});

test("what is known of the server's clock is void after a sleep, until the next ping", () => {
  const clock = new ServerClock();
  clock.add(now(), now() + 50, now() + 50, now());
  assert.ok(clock.known);
  time.sleep(HOUR);
  assert.equal(clock.known, false);
  clock.add(now(), now() + HOUR, now() + HOUR, now());
  assert.ok(clock.known);
  assert.equal(clock.offset, HOUR);
});

test("the page has been awake since it was last hidden, shown, frozen or asleep", () => {
  const awake = new Uninterrupted();
  awake.start();
  const begin = now();
  time.pass(60_000);
  assert.equal(awake.since, begin);
  awake.interrupt();
  assert.equal(awake.since, begin + 60_000);
  time.pass(1000);
  time.sleep(5000);
  assert.equal(awake.since, begin + 61_000);
});
