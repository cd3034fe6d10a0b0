/** What is said aloud: fills and rejects, seldom, and nothing where somebody does not want it. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Announcer } from "../../../static/js/page/announcer.js";
import { isolate } from "../../../static/js/text/bidi.js";
import { Server } from "../server.js";
import { Time } from "../sockets.js";

/** @type {Time} */
let time;
const region = { textContent: "" };
/** @type {Announcer} */
let announcer;
/** @type {Server} */
let server;

beforeEach(() => {
  time = new Time();
  server = new Server();
  region.textContent = "";
  announcer = new Announcer(region);
});
afterEach(() => time.end());

/** An order that is filled, as its two events. */
function filled() {
  const placed = server.place();
  return [placed, server.change(placed.order.id, { cum_qty: "18", leaves_qty: "0", status: "filled" })];
}

test("one fill is said with its order, those of the next ten seconds by their number", () => {
  announcer.add(filled());
  assert.equal(region.textContent, "Filled: Buy 18 AAPL at 585.33, day");
  time.pass(4000);
  announcer.add(filled());
  announcer.add(filled());
  time.pass(5000);
  assert.equal(region.textContent, "Filled: Buy 18 AAPL at 585.33, day");
  time.pass(1000);
  assert.equal(region.textContent, "2 filled");
});

test("one reject is said with its reason, several by their number", () => {
  const rejected = () => server.change(server.place().order.id, { status: "rejected", text: "No credit" });
  announcer.add([rejected()]);
  assert.equal(region.textContent, "Rejected: Buy 18 AAPL at 585.33, day. No credit");
  announcer.add([rejected(), rejected()]);
  time.pass(10_000);
  assert.equal(region.textContent, "2 rejected");
});

test("what is placed, accepted or amended is not said, and nothing is where it is switched off", () => {
  announcer.add([server.place()]);
  time.pass(20_000);
  announcer.on = false;
  announcer.add(filled());
  time.pass(20_000);
  assert.equal(region.textContent, "");
  announcer.say("Offline since 10:31:07.");
  assert.equal(region.textContent, "Offline since 10:31:07.");
});

test("right-to-left text is kept apart from what stands beside it, and any other is left as it is", () => {
  assert.equal(isolate("ראשון"), "\u2068ראשון\u2069");
  assert.equal(isolate("عربي 5"), "\u2068عربي 5\u2069");
  for (const text of ["", "a note", "Žluťoučký", "日本語", "585.33"]) assert.equal(isolate(text), text);
});
