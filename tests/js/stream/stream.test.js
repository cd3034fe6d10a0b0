/** The stream subscribes, resumes after the last event applied, answers the server, and tells how things stand. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Backoff } from "../../../static/js/net/backoff.js";
import { Socket } from "../../../static/js/net/socket.js";
import { OrderStream } from "../../../static/js/stream/stream.js";
import { Server } from "../server.js";
import { Network, Time } from "../sockets.js";

/** @import {OrderEvent} from "../../../static/js/orders/order.js" */

/** @type {Time} */
let time;
/** @type {Network} */
let network;
/** @type {OrderEvent[]} */
let log;

beforeEach(() => {
  time = new Time();
  network = new Network();
  const server = new Server();
  log = Array.from({ length: 9 }, () => server.place());
});
afterEach(() => time.end());

/** @param {boolean} [realtime] */
function start(realtime = true) {
  const socket = new Socket("ws://test/ws/", network.open, new Backoff(() => 0));
  const stream = new OrderStream("alice", socket, realtime);
  /** Numbers applied, and which of them were live. @type {{applied: number[], live: number[], told: string[]}} */
  const seen = { applied: [], live: [], told: [] };
  /** Whether each frame was of a backlog. @type {boolean[]} */
  const backlogs = [];
  stream.addEventListener("events", (event) => {
    const { events, live, backlog } = /** @type {CustomEvent} */ (event).detail;
    seen.applied.push(...events.map((/** @type {OrderEvent} */ { seq }) => seq));
    backlogs.push(backlog);
    seen.live.push(...live.map((/** @type {OrderEvent} */ { seq }) => seq));
  });
  for (const type of ["caughtup", "reset", "stranger"]) {
    stream.addEventListener(type, (event) =>
      seen.told.push(`${type} ${/** @type {CustomEvent} */ (event).detail ?? ""}`.trim()),
    );
  }
  socket.start();
  return { stream, seen, backlogs };
}

/** @param {number} head */
function subscribed(head) {
  const { id } = network.last.of("subscribe").at(-1);
  network.last.receive({ type: "subscribed", stream: "orders", user: "alice", head, id });
}

/** The events numbered so. @param {number} from @param {number} to */
function send(from, to) {
  network.last.receive({ type: "events", stream: "orders", sent: 0, events: log.slice(from - 1, to) });
}

/** @param {number} head */
function heartbeat(head) {
  network.last.receive({ type: "heartbeat", server_time: 0, heads: { alice: head } });
}

/** A stream that is live as of `head`. @param {number} head */
function live(head) {
  const started = start();
  network.last.hello();
  started.stream.startAfter(head);
  subscribed(head);
  return started;
}

test("waits for the first table's head, subscribes after it, and is live when caught up", () => {
  const { stream, seen } = start();
  assert.equal(stream.state, "connecting");
  network.last.hello();
  assert.deepEqual(network.last.of("subscribe"), []);
  stream.startAfter(2);
  assert.equal(network.last.of("subscribe")[0]?.after, 2);
  subscribed(4);
  assert.equal(stream.state, "connecting");
  send(3, 4);
  assert.equal(stream.state, "live");
  send(5, 5);
  assert.deepEqual(seen, { applied: [3, 4, 5], live: [5], told: [] });
});

test("answers every heartbeat and every frame of events with how far it is", () => {
  live(0);
  send(1, 3);
  heartbeat(3);
  const answers = network.last.of("received").map(({ user, seq }) => [user, seq]);
  assert.deepEqual(answers, [
    ["alice", 3],
    ["alice", 3],
  ]);
});

test("after a break it resumes after the last event applied and tells how many it caught up", () => {
  const { stream, seen } = live(0);
  send(1, 2);
  network.last.lose();
  assert.equal(stream.state, "offline");
  time.pass(50);
  assert.equal(stream.state, "offline");
  network.last.hello();
  assert.equal(stream.state, "catching-up");
  assert.equal(network.last.of("subscribe")[0]?.after, 2);
  subscribed(5);
  send(3, 5);
  assert.equal(stream.state, "live");
  assert.deepEqual(seen, { applied: [1, 2, 3, 4, 5], live: [1, 2], told: ["caughtup 3"] });
});

test("asks again on a gap and ignores what comes before the answer to that", () => {
  const { stream, seen } = live(0);
  send(1, 1);
  send(4, 4);
  assert.equal(network.last.of("subscribe").at(-1)?.after, 1);
  send(5, 5);
  network.last.receive({ type: "subscribed", stream: "orders", user: "alice", head: 5, id: 1 });
  send(6, 6);
  assert.deepEqual(seen.applied, [1]);
  subscribed(6);
  send(2, 6);
  assert.deepEqual(seen.applied, [1, 2, 3, 4, 5, 6]);
  assert.deepEqual([stream.feed.gaps, stream.feed.duplicates], [1, 0]);
  assert.deepEqual(seen.told, []);
});

test("asks again when a second heartbeat is ahead with nothing in between", () => {
  live(0);
  heartbeat(1);
  assert.equal(network.last.of("subscribe").length, 1);
  heartbeat(1);
  assert.equal(network.last.of("subscribe").length, 2);
});

test("off unsubscribes and says so; on resumes after the last event applied", () => {
  const { stream, seen } = live(0);
  send(1, 1);
  stream.setRealtime(false);
  assert.equal(stream.state, "off");
  assert.equal(network.last.of("unsubscribe").length, 1);
  send(2, 2);
  heartbeat(2);
  assert.deepEqual(seen.applied, [1]);
  stream.setRealtime(true);
  assert.equal(network.last.of("subscribe").at(-1)?.after, 1);
  subscribed(3);
  send(2, 3);
  assert.deepEqual(seen.applied, [1, 2, 3]);
  assert.deepEqual([stream.feed.gaps, stream.feed.duplicates], [0, 0]);
  assert.deepEqual(seen.told, ["caughtup 2"]);
});

test("off stays off through a new connection", () => {
  const { stream } = start(false);
  network.last.hello();
  stream.startAfter(3);
  assert.equal(stream.state, "off");
  network.last.lose();
  time.pass(50);
  network.last.hello();
  assert.equal(stream.state, "off");
  assert.deepEqual(network.last.of("subscribe"), []);
});

test("a silent server is stale, then offline while nobody can be reached", () => {
  const { stream } = live(0);
  time.pass(8500);
  assert.equal(stream.state, "stale");
  time.pass(2000);
  network.last.lose();
  assert.equal(stream.state, "offline");
});

test("a reset tells from where the log goes on", () => {
  const { stream, seen } = live(9);
  network.last.receive({ type: "reset", stream: "orders", user: "alice", head: 3, reason: "" });
  send(4, 4);
  assert.deepEqual(seen.told, ["reset 3"]);
  assert.deepEqual(seen.applied, [4]);
  assert.equal(stream.feed.head, 4);
});

test("a browser that is signed in as somebody else by now is a stranger", () => {
  const { seen } = start();
  network.last.hello("bob");
  assert.deepEqual(seen.told, ["stranger"]);
  assert.deepEqual(network.last.of("subscribe"), []);
});

test("pings quickly at first, then every five seconds, and not while there is no connection", () => {
  live(0);
  time.pass(700);
  assert.equal(network.last.of("ping").length, 5);
  time.pass(5000);
  assert.equal(network.last.of("ping").length, 6);
  const old = network.last;
  network.last.lose();
  time.pass(10_000);
  assert.equal(old.of("ping").length, 6);
});

test("gaps and duplicates are counted since the page opened, whatever breaks in between", () => {
  const { stream } = live(0);
  send(1, 1);
  send(1, 1);
  send(4, 4);
  subscribed(4);
  send(2, 4);
  network.last.lose();
  time.pass(50);
  network.last.hello();
  subscribed(4);
  stream.setRealtime(false);
  stream.setRealtime(true);
  subscribed(4);
  assert.deepEqual([stream.state, stream.feed.gaps, stream.feed.duplicates], ["live", 1, 1]);
});

test("what the server has told of and what does not come within a second is missing, and the page not live", () => {
  const { stream } = live(0);
  heartbeat(2);
  assert.equal(stream.state, "live"); // they may be on their way
  time.pass(950);
  send(1, 1);
  assert.equal(stream.state, "live");
  time.pass(50);
  assert.equal(stream.state, "catching-up");
  send(2, 2);
  assert.equal(stream.state, "live");
});

test("many missed events are a backlog, a few are not, and what follows is live", () => {
  const server = new Server();
  log = Array.from({ length: 60 }, () => server.place());
  const { backlogs, seen } = live(0);
  send(1, 2);
  network.last.lose();
  time.pass(50);
  network.last.hello();
  subscribed(5);
  send(3, 5);
  network.last.lose();
  time.pass(50);
  network.last.hello();
  subscribed(50);
  send(6, 30);
  send(31, 50);
  send(51, 52);
  assert.deepEqual(backlogs, [false, false, true, true, false]);
  assert.deepEqual(seen.live, [1, 2, 51, 52]);
});

test("why nothing can be sent is known while realtime is off as well", () => {
  const { stream } = live(0);
  assert.equal(stream.away, null);
  stream.setRealtime(false);
  assert.deepEqual([stream.state, stream.away], ["off", null]);
  time.pass(8500);
  assert.deepEqual([stream.state, stream.away], ["off", "stale"]);
  network.last.lose();
  assert.deepEqual([stream.state, stream.away], ["off", "offline"]);
});

test("a page whose table can't be read goes live with what happens from then on", () => {
  const { stream, seen } = start();
  network.last.hello();
  stream.startAtHead();
  const [first] = network.last.of("subscribe");
  assert.equal("after" in first, false);
  subscribed(4);
  assert.equal(stream.state, "live");
  send(5, 6);
  stream.startAfter(2); // the table has come after all
  assert.deepEqual(seen.applied, [5, 6]);
  network.last.lose();
  time.pass(50);
  network.last.hello();
  assert.equal(network.last.of("subscribe")[0]?.after, 6);
});
