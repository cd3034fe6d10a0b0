/** A cancel is confirmed by a press of its own: not by the one that asked, nor by one with it. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { APART_MS, RowActions } from "../../../../static/js/table/rows/row-actions.js";
import { order } from "../../server.js";
import { Time } from "../../sockets.js";

const one = order();
/** @type {string[]} */
let sent;
/** @type {RowActions} */
let actions;
/** @type {Time} */
let time;

beforeEach(() => {
  time = new Time();
  sent = [];
  const api = { post: async (/** @type {string} */ url) => sent.push(url) };
  actions = new RowActions(
    /** @type {any} */ (api),
    (id) => `/${id}/`,
    () => {},
  );
});
afterEach(() => time.end());

test("a double click or a double Enter on Cancel asks, and cancels nothing", () => {
  actions.act("cancel", one, 1000);
  actions.act("confirm", one, 1000 + APART_MS - 1);
  assert.deepEqual(sent, []);
  assert.equal(actions.asking, one.id);

  actions.act("confirm", one, 1000 + APART_MS);
  assert.deepEqual(sent, ["/1/cancel/"]);
  assert.equal(actions.asking, null);
});

test("what its own key has asked, Enter confirms at once", () => {
  actions.act("cancel", one, null);
  actions.act("confirm", one, 1001);
  assert.deepEqual(sent, ["/1/cancel/"]);
});

test("the same question once more neither confirms nor begins anew", () => {
  actions.act("cancel", one, 1000);
  actions.act("cancel", one, 1300);
  actions.act("confirm", one, 1000 + APART_MS);
  assert.deepEqual(sent, ["/1/cancel/"]);
});

test("offline nothing can be confirmed, but the order be kept", () => {
  let unable = 0;
  actions.addEventListener("unable", () => {
    unable += 1;
  });
  actions.act("cancel", one, 1000);
  actions.away = "Offline since 10:31.";
  actions.act("confirm", one, 5000);
  assert.deepEqual([sent, unable], [[], 1]);
  actions.act("keep", one, 5001);
  assert.equal(actions.asking, null);
});
