/** Text of others keeps its place in a sentence, whichever way it is written. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { changeText } from "../../../static/js/stream/event-words.js";
import { isolate } from "../../../static/js/text/bidi.js";
import { Server } from "../server.js";

test("what may be written from right to left is kept to itself, all else stays as it is", () => {
  assert.equal(isolate("שני"), "\u2068שני\u2069");
  assert.equal(isolate("12 أسهم"), "\u206812 أسهم\u2069");
  assert.equal(isolate("a \u202etrick"), "\u2068a \u202etrick\u2069");
  assert.deepEqual(["", "plain", "Zürich – 株"].map(isolate), ["", "plain", "Zürich – 株"]);
});

test("from and to of a changed note stay in their order", () => {
  const server = new Server();
  server.place({ text: "ראשון" });
  assert.equal(changeText(server.change(1, { text: "שני" })), "note \u2068ראשון\u2069 → \u2068שני\u2069");
});

test("amounts in what an event says are grouped", () => {
  const server = new Server();
  server.place({ quantity: "20000" });
  assert.equal(changeText(server.change(1, { quantity: "1234567.5" })), "quantity 20,000 → 1,234,567.5");
});
