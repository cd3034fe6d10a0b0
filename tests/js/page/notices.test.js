/** Notices: what is new comes first and at once, and no press dismisses what nobody has seen. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { UNSEEN_MS } from "../../../static/js/page/notice-list.js";
import { Notices } from "../../../static/js/page/notices.js";
import { FakeElement, frame, makeDocument } from "../elements.js";
import { Time } from "../sockets.js";

/** @type {Time} */
let time;
let root;
let card;
/** @type {Notices} */
let notices;

beforeEach(() => {
  time = new Time();
  const document = makeDocument();
  document.body = new FakeElement();
  root = new FakeElement();
  card = root.querySelector("#notice-list");
  card.hidden = true;
  card.querySelector("ol").focus = () => {};
  root.querySelector("#notices-toggle").focus = () => {};
  notices = new Notices(/** @type {any} */ (root));
  time.pass(1000);
});
afterEach(() => time.end());

/** A reject that is drawn. @param {string} text */
function reject(text) {
  notices.reject(text);
  frame();
}

const line = () => root.firstChild;
const shown = () => line()?.firstChild.textContent;
const lines = () => card.querySelector("ol").childNodes;
/** @param {FakeElement} element @param {number} [after] how long after the last change */
const press = (element, after = 0) => element.listeners.click({ timeStamp: performance.now() + after });

test("a new reject is shown at once, whatever passes by, and left to the announcer to say", () => {
  notices.tell("Caught up: 2 events");
  assert.equal(shown(), "Caught up: 2 events");
  reject("Rejected: one.");
  assert.equal(shown(), "Rejected: one.");
  assert.equal(line().attributes.role, undefined);
  notices.reject("Rejected: two.");
  notices.tell("Caught up: 1 event");
  assert.equal(shown(), "Rejected: two.");
});

test("what was not done is said at once", () => {
  notices.alert("Not amended: too late.");
  frame();
  assert.equal(line().attributes.role, "alert");
});

test("a press on a line that has just taken another's place dismisses nothing", () => {
  reject("Rejected: none before.");
  press(line().lastChild);
  assert.equal(shown(), undefined);
  reject("Rejected: one.");
  reject("Rejected: two.");
  press(line().lastChild, UNSEEN_MS - 1);
  assert.equal(shown(), "Rejected: two.");
  press(line().lastChild, UNSEEN_MS);
  assert.equal(shown(), "Rejected: one.");
});

test("each line of the open list stays the same as others come, and none is dismissed by a press meant for another", () => {
  reject("Rejected: one.");
  notices.open();
  const [first] = lines();
  reject("Rejected: two.");
  assert.equal(lines().length, 2);
  assert.equal(lines()[1], first);
  press(first.lastChild, UNSEEN_MS - 1);
  assert.equal(first.className, "noted");
  press(root.querySelector("[data-action=dismiss-all]"), UNSEEN_MS - 1);
  assert.equal(shown(), "Rejected: two.");
  press(root.querySelector("[data-action=dismiss-all]"), UNSEEN_MS);
  assert.equal(shown(), undefined);
});

test("what is cleared is in no list either, open or not", () => {
  reject("Rejected: one.");
  notices.open();
  notices.clear();
  assert.deepEqual([lines().length, line()], [0, null]);
});
