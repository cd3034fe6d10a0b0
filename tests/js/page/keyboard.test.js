/** Which key means what: on every layout, under an input method, held down, and switched off. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Keyboard } from "../../../static/js/page/keyboard.js";
import { composes, keyName } from "../../../static/js/ui/keys.js";
import { makeDocument } from "../elements.js";

/** An element of a kind: "button", "input", "textarea"; nothing but its own tag is asked for. */
class Target {
  /** @param {string} tag */
  constructor(tag) {
    this.tag = tag;
  }

  /** @param {string} selector */
  closest(selector) {
    return selector.split(", ").some((each) => each.split(":")[0] === this.tag) ? this : null;
  }
}

const row = new Target("tr");
/** @type {string[]} */
let done;
/** @type {Keyboard} */
let keyboard;
let listeners;

beforeEach(() => {
  const document = makeDocument();
  document.querySelector = () => null;
  listeners = document.listeners;
  globalThis.Element = /** @type {any} */ (Target);
  done = [];
  const names = ["n", "c", "j", "?", "Enter", "Escape"];
  keyboard = new Keyboard(Object.fromEntries(names.map((name) => [name, () => done.push(name)])), ["j"]);
});

/** @param {string} key @param {object} [how] @returns {boolean} whether the browser does nothing of its own with it */
function press(key, how = {}) {
  let prevented = false;
  const code = /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key;
  listeners.keydown({
    key,
    code,
    target: row,
    repeat: false,
    isComposing: false,
    keyCode: 0,
    defaultPrevented: false,
    preventDefault: () => {
      prevented = true;
    },
    ...how,
  });
  return prevented;
}

test("a letter is the same key with the caps lock on and on a layout of another alphabet", () => {
  press("N");
  press("т", { code: "KeyN" });
  assert.deepEqual(done, ["n", "n"]);
  assert.equal(keyName({ key: "ψ", code: "KeyC" }), "c");
  assert.equal(keyName({ key: "ื", code: "KeyN" }), "n");
  assert.equal(keyName({ key: "ा", code: "KeyE" }), "e");
});

test("a layout of the Latin alphabet and signs are taken at their word", () => {
  assert.equal(keyName({ key: "b", code: "KeyN" }), "b");
  assert.equal(keyName({ key: "ø", code: "Semicolon" }), "ø");
  assert.equal(keyName({ key: ".", code: "KeyE" }), ".");
  assert.equal(keyName({ key: "/", code: "KeyQ" }), "/");
  assert.equal(keyName({ key: "ArrowUp", code: "ArrowUp" }), "ArrowUp");
});

test("what an input method has taken is no key", () => {
  press("Escape", { isComposing: true });
  press("Escape", { keyCode: 229 });
  press("n", { keyCode: 229 });
  assert.deepEqual(done, []);
  assert.equal(composes({ isComposing: false, keyCode: 27 }), false);
});

test("a held key acts once, but for those that go on from order to order", () => {
  press("c");
  assert.equal(press("c", { repeat: true }), true);
  press("j");
  press("j", { repeat: true });
  assert.deepEqual(done, ["c", "j", "j"]);
});

test("a held key is not typed into the field that it has led to, and one that is held there is", () => {
  const field = new Target("input");
  press("n");
  assert.equal(press("n", { repeat: true, target: field }), true);
  assert.equal(press("n", { target: field }), false);
  assert.equal(press("n", { repeat: true, target: field }), false);
  assert.equal(press("x", { repeat: true, target: field, code: "" }), false);
  assert.deepEqual(done, ["n"]);
});

test("Enter and Space that are held press a button once, and send a form once", () => {
  assert.equal(press("Enter", { target: new Target("button") }), false);
  assert.equal(press("Enter", { target: new Target("button"), repeat: true }), true);
  assert.equal(press(" ", { target: new Target("button"), repeat: true }), true);
  assert.equal(press("Enter", { target: new Target("input"), repeat: true }), true);
  assert.equal(press("Enter", { target: new Target("textarea"), repeat: true }), false);
  assert.equal(press(" ", { target: row, repeat: true }), false);
});

test("keys of one sign can be switched off, the others stay", () => {
  keyboard.single = false;
  for (const key of ["n", "c", "?", "Enter", "Escape"]) press(key);
  assert.deepEqual(done, ["Enter", "Escape"]);
});

test("with a modifier, in a field, or taken by somebody else a key does nothing of ours", () => {
  press("n", { ctrlKey: true });
  press("n", { target: new Target("input") });
  press("Enter", { target: new Target("button") });
  press("Escape", { defaultPrevented: true });
  assert.deepEqual(done, []);
  press("Escape", { target: new Target("input") });
  assert.deepEqual(done, ["Escape"]);
});
