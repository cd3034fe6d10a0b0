/** The socket comes back by itself, backs off, and never claims to be up when it is silent. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Backoff } from "../../../static/js/net/backoff.js";
import { Network, startedOn, Time } from "../sockets.js";

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

/** Heartbeats as a healthy server sends them. @param {number} seconds */
function beat(seconds) {
  for (let passed = 0; passed < seconds; passed += 5) {
    network.last.receive({ type: "heartbeat", server_time: 0, heads: {} });
    time.pass(5000);
  }
}

test("waits grow from a second to half a minute, with full jitter", () => {
  const longest = new Backoff(() => 1);
  const waits = Array.from({ length: 8 }, () => longest.next());
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  longest.reset();
  assert.equal(longest.next(), 1000);
  assert.equal(new Backoff(() => 0).next(), 0);
  assert.equal(new Backoff(() => 0.5).next(), 500);
});

test("is open only once the server has said hello", () => {
  const socket = start();
  assert.equal(socket.state, "connecting");
  assert.equal(socket.send({ type: "ping" }), false);
  network.last.hello();
  assert.equal(socket.state, "open");
  assert.ok(socket.send({ type: "ping" }));
});

test("tries again after the backoff, and the backoff grows until a connection has held", () => {
  const socket = start();
  network.last.hello();
  network.last.lose();
  assert.equal(socket.state, "down");
  time.pass(950);
  assert.equal(network.sockets.length, 1);
  time.pass(50);
  assert.equal(network.sockets.length, 2);
  network.last.lose();
  time.pass(1950);
  assert.equal(network.sockets.length, 2);
  time.pass(50);
  assert.equal(network.sockets.length, 3);
  network.last.hello();
  beat(15);
  network.last.lose();
  time.pass(1000);
  assert.equal(network.sockets.length, 4);
});

test("comes back no earlier than a server that goes away has said, and not much later, whoever looks meanwhile", () => {
  const socket = start();
  network.last.hello();
  network.last.receive({ type: "going_away", reason: "restart", reconnect_after_ms: 2000 });
  network.last.lose(1012);
  time.pass(1500);
  socket.nudge();
  assert.equal(network.sockets.length, 1);
  time.pass(1450);
  assert.equal(network.sockets.length, 1);
  time.pass(50);
  assert.equal(network.sockets.length, 2);
});

test("signed out, it looks whether that still holds: at once, then ever more rarely", () => {
  const socket = start();
  network.last.hello();
  network.last.lose(4401);
  assert.equal(socket.state, "down");
  time.pass(50);
  network.last.receive({ type: "error", code: "unauthenticated" });
  network.last.lose(4401);
  assert.equal(socket.state, "signed-out");
  const waits = [1, 2, 4, 8, 8, 16, 32, 60, 60];
  for (const [looks, seconds] of waits.entries()) {
    time.pass(seconds * 1000 - 50);
    assert.equal(network.sockets.length, looks + 2);
    time.pass(50);
    assert.equal(network.sockets.length, looks + 3);
    network.last.lose(looks === 3 ? 1006 : 4401); // nobody there: it knows no more than before
    assert.equal(socket.state, "signed-out");
  }
  time.pass(60_000);
  network.last.hello();
  assert.equal(socket.state, "open");
});

test("signed out, it looks at once when somebody comes back to the tab", () => {
  const socket = start();
  for (const milliseconds of [50, 1000, 2000, 0]) {
    network.last.lose(4401);
    time.pass(milliseconds);
  }
  assert.equal(network.sockets.length, 4);
  socket.nudge();
  assert.equal(network.sockets.length, 5);
  assert.equal(socket.state, "signed-out");
  network.last.hello();
  assert.equal(socket.state, "open");
});

test("a server that speaks another protocol ends it, without a word to anybody else", () => {
  const socket = start();
  let frames = 0;
  socket.addEventListener("frame", () => {
    frames += 1;
  });
  network.last.readyState = 1;
  network.last.receive({ type: "hello", protocol: 2, user: "alice", heartbeat_seconds: 5 });
  assert.equal(socket.state, "outdated");
  assert.ok(network.last.closed);
  socket.nudge();
  time.pass(600_000);
  assert.equal(network.sockets.length, 1);
  assert.equal(frames, 0);
});

test("calls silence stale before two heartbeats are missed, and then replaces the socket", () => {
  const socket = start();
  network.last.hello();
  time.pass(7000);
  assert.equal(socket.state, "open");
  time.pass(1500);
  assert.equal(socket.state, "stale");
  const silent = network.last;
  time.pass(2500);
  assert.equal(network.sockets.length, 2);
  assert.ok(silent.closed);
  assert.equal(socket.state, "stale");
  network.last.hello();
  assert.equal(socket.state, "open");
});

test("a frame ends staleness; what a replaced socket still says is not heard", () => {
  const socket = start();
  network.last.hello();
  time.pass(8500);
  assert.equal(socket.state, "stale");
  network.last.receive({ type: "heartbeat", server_time: 0, heads: {} });
  assert.equal(socket.state, "open");
  const old = network.last;
  time.pass(11_000);
  assert.equal(network.sockets.length, 2);
  let frames = 0;
  socket.addEventListener("frame", () => {
    frames += 1;
  });
  old.receive({ type: "heartbeat", server_time: 0, heads: {} });
  old.lose();
  assert.equal(frames, 0);
  assert.equal(network.sockets.length, 2);
});

test("an attempt that nobody answers is given up after ten seconds", () => {
  const socket = start();
  time.pass(10_500);
  assert.equal(socket.state, "down");
  assert.ok(network.sockets[0]?.closed);
});

test("a nudge while down tries at once; while open it asks for a sign of life", () => {
  const socket = start();
  network.last.lose();
  socket.nudge();
  assert.equal(network.sockets.length, 2);
  network.last.hello();
  socket.nudge();
  assert.equal(network.last.of("ping").length, 1);
  network.last.receive({ type: "pong", client_time: 0, received_at: 0, sent_at: 0 });
  time.pass(3000);
  assert.equal(network.sockets.length, 2);
  socket.nudge();
  time.pass(3000);
  assert.equal(network.sockets.length, 3);
});

test("let in again after a refusal, it tells so: the browser has another session by now", () => {
  const socket = start();
  let told = 0;
  socket.addEventListener("readmitted", () => {
    told += 1;
    assert.equal(socket.state, "open");
  });
  network.last.hello();
  network.last.lose(1012);
  time.pass(1000);
  network.last.hello();
  assert.equal(told, 0);
  network.last.lose(4401);
  time.pass(50);
  network.last.hello();
  assert.equal(told, 1);
  network.last.lose(1012);
  time.pass(1000);
  network.last.hello();
  assert.equal(told, 1);
});
