/** Which columns of the order table there is room for, and how much room a number needs. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { LAYOUT, nameOf } from "../../../static/js/orders/columns.js";
import { bestManner, fitting, LEAVING } from "../../../static/js/table/column-fit.js";
import { digitsOf } from "../../../static/js/text/digits.js";

const WIDTHS = new Map(LAYOUT.map((column) => [nameOf(column), 100]));

test("columns leave in their order until the rest has room, and what an order is stays", () => {
  const all = 100 * WIDTHS.size;
  assert.deepEqual(fitting(WIDTHS, all), { without: [], least: all });
  assert.deepEqual(fitting(WIDTHS, all - 150), { without: LEAVING.slice(0, 2), least: all - 200 });
  const { without, least } = fitting(WIDTHS, 0);
  assert.deepEqual(without, LEAVING);
  const staying = [...WIDTHS.keys()].filter((name) => !without.includes(name));
  assert.deepEqual(staying, ["symbol", "side", "quantity", "cum_qty", "price", "status"]);
  assert.equal(least, 600);
});

test("a longer number takes another column's room, never a part of itself", () => {
  const usual = fitting(WIDTHS, 1000).without;
  const longer = fitting(new Map(WIDTHS).set("quantity", 220), 1000);
  assert.deepEqual(longer.without, LEAVING.slice(0, usual.length + 2));
  assert.ok(longer.least <= 1000);
});

test("smaller type makes room for when an order was placed and what it is worth, which leave last", () => {
  const widthsIn = (/** @type {{type: number}} */ { type }) =>
    new Map([...WIDTHS.keys()].map((name) => [name, 100 * type]));
  const left = (/** @type {number} */ room) => {
    const { manner, without } = bestManner(widthsIn, room);
    return {
      isSmall: manner.type < 1,
      left: ["touch", "created_at", "avg_price", "last", "pnl"].filter((name) => without.includes(name)),
    };
  };
  assert.deepEqual(left(1000), { isSmall: false, left: ["last"] });
  assert.deepEqual(left(950), { isSmall: false, left: ["created_at", "last"] });
  assert.deepEqual(left(850), { isSmall: true, left: ["created_at", "last"] });
  assert.deepEqual(left(750), { isSmall: true, left: ["touch", "created_at", "avg_price"] });
  assert.equal(bestManner(widthsIn, 500).without.at(-1), "cum_qty");
});

test("rather than the touch the last price and the time leave, if that is enough", () => {
  const widths = new Map(WIDTHS).set("touch", 150);
  const left = (/** @type {number} */ room) => fitting(widths, room).without.slice(LEAVING.indexOf("text") + 1);
  assert.deepEqual(left(1150), []);
  assert.deepEqual(left(1050), ["last"]);
  assert.deepEqual(left(950), ["last", "created_at"]);
  assert.deepEqual(left(900), ["touch", "created_at"]);
});

test("columns that are not there are not counted", () => {
  const { without } = fitting(new Map([...WIDTHS].filter(([name]) => name !== "arrival_price")), 0);
  assert.equal(without.includes("arrival_price"), false);
});

test("marks between digits are narrow, signs and letters wide", () => {
  const texts = ["", "1234", "12,345,678", "−1.5", "Nov 29, 02:41:55", "3 · 31–36 %"];
  assert.deepEqual(texts.map(digitsOf), [0, 4, 9, 4, 15, 10]);
});
