/** Rows sort in the browser as they sort in both databases. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  comparatorOf,
  compareDecimals,
  compareOrders,
  compareText,
  sameKeys,
} from "../../../static/js/orders/sorting.js";
import { order } from "../server.js";

/** @import {SortKey} from "../../../static/js/orders/sorting.js" */

const WORDS = ["", "A", "AAPL", "AAPLX", "Z", "a", "ab", "b", "ä", "\uE000", "\uFF21", "\u{10000}", "\u{1F600}"];

test("text sorts as its UTF-8 bytes do", () => {
  for (const a of WORDS) {
    for (const b of WORDS) {
      const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
      assert.equal(Math.sign(compareText(a, b)), bytes, `${a} against ${b}`);
    }
  }
});

test("decimals compare exactly, where floats would call them equal", () => {
  const rising = [
    "-10",
    "-9.5",
    "-0.1",
    "0",
    "0.00000001",
    "0.1",
    "0.10000001",
    "2",
    "10",
    "90071992547409.93",
    "90071992547409.94",
  ];
  rising.forEach((a, i) => {
    rising.forEach((b, j) => {
      assert.ok(Math.sign(compareDecimals(a, b)) === Math.sign(i - j), `${a} against ${b}`);
    });
  });
  assert.equal(compareDecimals("123456789012345678901", "123456789012345678902"), -1);
  assert.equal(compareDecimals("1.50", "1.5"), 0);
});

/** @param {SortKey[]} sort @param {ReturnType<typeof order>[]} orders */
function sorted(sort, orders) {
  return orders.toSorted((a, b) => compareOrders(sort, a, b)).map(({ id }) => id);
}

test("nulls come last in both directions", () => {
  const orders = [order({ id: 1, price: null }), order({ id: 2, price: "9" }), order({ id: 3, price: "10" })];
  assert.deepEqual(sorted([{ field: "price", dir: "asc" }], orders), [2, 3, 1]);
  assert.deepEqual(sorted([{ field: "price", dir: "desc" }], orders), [3, 2, 1]);
});

test("ties go by id in the direction of the first sorted column", () => {
  const orders = [order({ id: 2 }), order({ id: 10 }), order({ id: 1 })];
  assert.deepEqual(sorted([{ field: "symbol", dir: "asc" }], orders), [1, 2, 10]);
  assert.deepEqual(sorted([{ field: "symbol", dir: "desc" }], orders), [10, 2, 1]);
  const twice = [
    { field: /** @type {const} */ ("symbol"), dir: /** @type {const} */ ("desc") },
    { field: /** @type {const} */ ("side"), dir: /** @type {const} */ ("asc") },
  ];
  assert.deepEqual(sorted(twice, orders), [10, 2, 1]);
});

test("only what the sort looks at makes a row move", () => {
  /** @type {SortKey[]} */
  const sort = [{ field: "price", dir: "asc" }];
  assert.ok(sameKeys(sort, order({ status: "new" }), order({ status: "filled" })));
  assert.ok(!sameKeys(sort, order({ price: "9" }), order({ price: "10" })));
});

test("by touch orders are as the server has answered, those that it has not placed last, by id", () => {
  /** @type {SortKey[]} */
  const sort = [{ field: "touch", dir: "desc" }];
  const orders = [7, 3, 5, 9, 8].map((id) => order({ id }));
  const compare = comparatorOf(sort, orders.slice(0, 3));
  const ids = orders
    .toReversed()
    .toSorted(compare)
    .map(({ id }) => id);
  assert.deepEqual(ids, [7, 3, 5, 9, 8]);
  assert.ok(sameKeys(sort, order({ price: "9" }), order({ price: "10" })));
  const others = comparatorOf([{ field: "price", dir: "asc" }], []);
  assert.ok(others(order({ id: 1, price: "9" }), order({ id: 2, price: "10" })) < 0);
});
