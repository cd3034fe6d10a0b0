/** One subscription for the orders in sight, kept through every break; what is no longer renewed is not called current. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Forecasts } from "../../../static/js/forecast/forecasts.js";
import { frame } from "../elements.js";
import { Network, startedOn, Time } from "../sockets.js";
import { chance, forecast, without } from "./forecasts.js";

/** @type {Time} */
let time;
/** @type {Network} */
let network;
/** @type {Forecasts} */
let forecasts;
/** The orders told of, a text a time. @type {string[]} */
let told = [];

beforeEach(() => {
  time = new Time();
  network = new Network();
  told = [];
  forecasts = new Forecasts(startedOn(network));
  forecasts.addEventListener("forecasts", (event) => {
    told.push([.../** @type {CustomEvent<Set<number>>} */ (event).detail].join(" "));
  });
  hide(false);
});

afterEach(() => {
  frame();
  time.end();
});

/** @param {boolean} hidden */
function hide(hidden) {
  Object.defineProperty(globalThis, "document", { value: { hidden }, configurable: true, writable: true });
  forecasts.looked();
}

/** What was asked for since the last look, each as "type orders". */
function asked() {
  const sent = network.last.sent.splice(0).filter(({ stream }) => stream === "forecasts");
  return sent.map(({ type, orders = [] }) => [type, ...orders].join(" "));
}

/** @param {number[]} orders which have a forecast for five minutes */
function receive(...orders) {
  const all = orders.map((order) => forecast(5, chance(0.3), { order }));
  network.last.receive({ type: "forecasts", sent: 0, forecasts: all });
}

/** Time passes on a connection that is alive. @param {number} seconds */
function live(seconds) {
  for (let second = 0; second < seconds; second += 1) {
    time.pass(1000);
    network.last.receive({ type: "heartbeat", heads: {} });
  }
}

function reconnect() {
  const { length } = network.sockets;
  while (network.sockets.length === length) time.pass(50);
  network.last.hello();
}

/** @param {string} code */
function refuse(code) {
  network.last.receive({ type: "error", id: "forecasts", code, message: "No.", fields: { orders: ["No."] } });
}

test("what is watched is asked for once, a change of it as a whole, and at most once a second", () => {
  forecasts.watch([12, 7, 12]);
  network.last.hello();
  assert.deepEqual(asked(), ["subscribe 7 12"]);
  forecasts.watch([7, 12]);
  forecasts.watch([7, 12, 13]);
  forecasts.watch([7, 14]);
  assert.deepEqual(asked(), []);
  time.pass(1000);
  assert.deepEqual(asked(), ["subscribe 7 14"]);
  forecasts.watch([14, 7]);
  time.pass(3000);
  assert.deepEqual(asked(), []);
});

test("at most 500 orders are asked for, and none by unsubscribing", () => {
  network.last.hello();
  time.pass(1000);
  forecasts.watch(Array.from({ length: 600 }, (_, i) => i + 1));
  assert.equal(network.last.sent.at(-1).orders.length, 500);
  time.pass(1000);
  asked();
  forecasts.watch([]);
  assert.deepEqual(asked(), ["unsubscribe"]);
});

test("the newest forecast of each horizon is kept, in their order, and told of once a frame", () => {
  forecasts.watch([12]);
  network.last.hello();
  frame();
  told = [];
  const all = [forecast(60, chance(0.7)), forecast(5, chance(0.03)), without(15, "The price is 4 min old.")];
  network.last.receive({ type: "forecasts", sent: 0, forecasts: all });
  network.last.receive({ type: "forecasts", sent: 0, forecasts: [forecast(5, chance(0.04))] });
  assert.deepEqual(told, []);
  frame();
  assert.deepEqual(told, ["12"]);
  const shown = forecasts.of(12).map(({ minutes, touch }) => [minutes, touch?.probability ?? null]);
  assert.deepEqual(shown, [
    [5, 0.04],
    [15, null],
    [60, 0.7],
  ]);
  assert.deepEqual([forecasts.isStale(12), forecasts.isStale(13), forecasts.of(13)], [false, true, []]);
});

test("forecasts of orders that are not watched are neither kept nor told of", () => {
  forecasts.watch([12]);
  network.last.hello();
  receive(12, 13);
  assert.deepEqual(forecasts.of(13), []);
  time.pass(1000);
  forecasts.watch([13]);
  assert.deepEqual(forecasts.of(12), []);
  receive(12);
  assert.deepEqual(forecasts.of(12), []);
});

test("after a break the same is asked for again, and what was known is stale until it is renewed", () => {
  forecasts.watch([12, 13]);
  network.last.hello();
  receive(12, 13);
  frame();
  told = [];
  network.last.lose();
  frame();
  assert.deepEqual(told, ["12 13"]);
  assert.equal(forecasts.isStale(12), true);
  assert.equal(forecasts.of(12).length, 1);

  reconnect();
  assert.deepEqual(asked(), ["subscribe 12 13"]);
  assert.equal(forecasts.isStale(12), true);
  receive(12);
  assert.deepEqual([forecasts.isStale(12), forecasts.isStale(13)], [false, true]);
  live(15);
  assert.deepEqual([forecasts.of(12).length, forecasts.of(13).length], [1, 0], "what was not renewed has gone");
});

test("without a connection everything goes after 15 seconds, and that is told", () => {
  forecasts.watch([12]);
  network.last.hello();
  receive(12);
  network.last.lose();
  time.pass(14_900);
  assert.equal(forecasts.of(12).length, 1);
  frame();
  told = [];
  time.pass(200);
  frame();
  assert.deepEqual(forecasts.of(12), []);
  assert.deepEqual(told, ["12"]);
});

test("a second break has 15 seconds of its own", () => {
  forecasts.watch([12]);
  network.last.hello();
  receive(12);
  network.last.lose();
  reconnect();
  receive(12);
  live(10);
  network.last.lose();
  time.pass(10_000);
  assert.equal(forecasts.of(12).length, 1);
});

test("a slow connection that goes on is not asked again, and what has come on it counts again", () => {
  forecasts.watch([12]);
  network.last.hello();
  receive(12);
  asked();
  time.pass(8000);
  assert.equal(forecasts.isStale(12), true);
  network.last.receive({ type: "heartbeat", heads: {} });
  assert.equal(forecasts.isStale(12), false);
  assert.deepEqual(asked(), []);
});

test("nothing is subscribed to in a hidden tab, and again once it is seen", () => {
  forecasts.watch([12]);
  network.last.hello();
  receive(12);
  asked();
  hide(true);
  assert.deepEqual(asked(), ["unsubscribe"]);
  forecasts.watch([12, 13]);
  time.pass(2000);
  assert.deepEqual(asked(), []);
  hide(false);
  assert.deepEqual(asked(), ["subscribe 12 13"]);
  assert.equal(forecasts.isStale(12), true);
  receive(12);
  assert.equal(forecasts.isStale(12), false);
});

test("a tab that sleeps through the 15 seconds shows nothing old when it wakes", () => {
  forecasts.watch([12]);
  network.last.hello();
  receive(12);
  hide(true);
  time.sleep(60_000);
  hide(false);
  assert.deepEqual(forecasts.of(12), []);
});

test("after a refusal that may pass, what is in sight then is asked for about a second later, less often if it goes on", () => {
  forecasts.watch([12]);
  network.last.hello();
  asked();
  refuse("not_found");
  time.pass(900);
  assert.deepEqual(asked(), []);
  time.pass(200);
  assert.deepEqual(asked(), ["subscribe 12"]);
  refuse("not_found");
  time.pass(1500);
  assert.deepEqual(asked(), []);
  forecasts.watch([13]);
  assert.deepEqual(asked(), ["subscribe 13"]);
  network.last.receive({ type: "subscribed", stream: "forecasts", id: "forecasts", orders: [13] });
  time.pass(5000);
  assert.deepEqual(asked(), []);
  refuse("unavailable");
  time.pass(1100);
  assert.deepEqual(asked(), ["subscribe 13"]);
});

test("a server without forecasts is asked once a connection", () => {
  forecasts.watch([12]);
  network.last.hello();
  asked();
  refuse("bad_message");
  forecasts.watch([12, 13]);
  live(60);
  assert.deepEqual(asked(), []);
  network.last.lose();
  reconnect();
  assert.deepEqual(asked(), ["subscribe 12 13"]);
});

test("errors that answer something else are nobody's here", () => {
  forecasts.watch([12]);
  network.last.hello();
  asked();
  network.last.receive({ type: "error", id: "prices", code: "unavailable", message: "No." });
  network.last.receive({ type: "error", code: "not_found", message: "No." });
  time.pass(3000);
  assert.deepEqual(asked(), []);
});
