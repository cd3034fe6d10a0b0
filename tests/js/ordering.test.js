import assert from "node:assert/strict";
import { test } from "node:test";
import { compareDecimals, compareOrders, compareText } from "../../static/js/ordering.js";
import { order, random } from "./builders.js";

/** @import {SortKey} from "../../static/js/ordering.js" */

const ids = (/** @type {SortKey[]} */ sort, /** @type {ReturnType<typeof order>[]} */ orders) =>
  orders.toSorted((a, b) => compareOrders(sort, a, b)).map(({ id }) => id);

test("decimals compare by value, however many digits they have", () => {
  const rising = ["-10", "-9.5", "-0.00000001", "0", "0.00000001", "0.1", "0.11", "0.2", "1", "9.99999999", "10"];
  rising.push("999999999999999", "999999999999999.00000001", "1000000000000000");
  for (const [i, a] of rising.entries()) {
    for (const [j, b] of rising.entries()) assert.equal(Math.sign(compareDecimals(a, b)), Math.sign(i - j), `${a} ? ${b}`);
  }
});

test("zeros that say nothing make no difference", () => {
  assert.equal(compareDecimals("1.50", "01.5"), 0);
  assert.equal(compareDecimals("0", "0.000"), 0);
});

test("text compares as UTF-8 bytes do, also beyond the basic plane", () => {
  const texts = ["", "A", "B", "a", "aa", "b", "z", "é", "€", "\ud7ff", "\ue000", "\uffee", "\u{10000}", "😀"];
  const chance = random(7);
  for (let i = 0; i < 300; i += 1) {
    const pick = () => Array.from({ length: 3 }, () => texts[Math.floor(chance() * texts.length)]).join("");
    const [a, b] = [pick(), pick()];
    assert.equal(Math.sign(compareText(a, b)), Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))), `${a} ? ${b}`);
  }
});

test("nulls come last in both directions", () => {
  const orders = [order({ id: 1, price: null }), order({ id: 2, price: "9" }), order({ id: 3, price: "10" })];
  assert.deepEqual(ids([{ field: "price", dir: "asc" }], orders), [2, 3, 1]);
  assert.deepEqual(ids([{ field: "price", dir: "desc" }], orders), [3, 2, 1]);
});

test("ties go by id in the direction of the first sorted column", () => {
  const orders = [order({ id: 2 }), order({ id: 10 }), order({ id: 1 })];
  assert.deepEqual(ids([{ field: "symbol", dir: "asc" }], orders), [1, 2, 10]);
  assert.deepEqual(ids([{ field: "symbol", dir: "desc" }], orders), [10, 2, 1]);
});

test("a second column decides where the first does not", () => {
  const orders = [
    order({ id: 1, symbol: "B", quantity: "2" }),
    order({ id: 2, symbol: "A", quantity: "10" }),
    order({ id: 3, symbol: "A", quantity: "9" }),
  ];
  /** @type {SortKey[]} */
  const sort = [
    { field: "symbol", dir: "asc" },
    { field: "quantity", dir: "desc" },
  ];
  assert.deepEqual(ids(sort, orders), [2, 3, 1]);
});
