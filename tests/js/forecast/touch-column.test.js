/** The cells of the touch: written where they show something else, for working orders with a price, and blank elsewhere. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { isForecast, levelOf } from "../../../static/js/forecast/level.js";
import { TouchColumn, touchCell } from "../../../static/js/forecast/touch-column.js";
import { FakeElement, frame, makeDocument } from "../elements.js";
import { order } from "../server.js";
import { chance, forecast, without } from "./forecasts.js";

class Source extends EventTarget {
  stale = false;
  /** @type {number[][]} */
  watched = [];
  /** @type {Map<number, any[]>} */
  known = new Map();

  watch(orders) {
    this.watched.push([...orders]);
  }

  of(id) {
    return this.known.get(id) ?? [];
  }

  isStale() {
    return this.stale;
  }

  tell(id, ...forecasts) {
    this.known.set(id, forecasts);
    this.dispatchEvent(new CustomEvent("forecasts", { detail: new Set([id]) }));
  }
}

class Book extends EventTarget {
  orders = [];
  /** Rows that another part of the page was told of. */
  told = 0;
  rows = { inSight: [], touched: () => (this.told += 1) };
  /** @type {string[]} */
  texts = [];

  wrote(figure, text) {
    this.texts.push(`${figure} ${text}`);
  }

  show(...orders) {
    this.orders = orders;
    this.rows.inSight = orders.map((each, i) => [this.rows.inSight[i]?.[0] ?? new FakeElement(), each]);
    for (const [row] of this.rows.inSight) this.rows.touched(row);
    this.dispatchEvent(new Event("changed"));
  }
}

const THREE = [
  forecast(5, chance(0.03)),
  forecast(15, chance(0.33, 0.31, 0.36)),
  forecast(60, chance(0.72, 0.7, 0.74)),
];

let page;
let book;
let source;

beforeEach(() => {
  page = makeDocument();
  book = new Book();
  source = new Source();
  new TouchColumn(book, source);
});

afterEach(() => {
  frame();
});

/** @param {number} [row] */
function cell(row = 0) {
  const found = book.rows.inSight[row][0].querySelector("[data-field=touch]");
  found.style ??= {
    set: {},
    setProperty(name, value) {
      this.set[name] = value;
    },
    removeProperty(name) {
      delete this.set[name];
    },
  };
  return found;
}

test("only working orders with a price of their own are forecast", () => {
  assert.equal(levelOf(order({ price: "9" })), "9");
  assert.equal(levelOf(order({ order_type: "stop", price: null, stop_price: "8" })), "8");
  assert.equal(levelOf(order({ order_type: "stop_limit", price: "9", stop_price: "8", cum_qty: "0" })), "8");
  assert.equal(levelOf(order({ order_type: "stop_limit", price: "9", stop_price: "8", cum_qty: "0.5" })), "9");
  assert.equal(levelOf(order({ order_type: "stop_limit", price: "9", stop_price: "8" })), "8");
  assert.equal(levelOf(order({ order_type: "market", price: null })), null);
  const states = [
    "pending_new",
    "new",
    "partially_filled",
    "pending_cancel",
    "filled",
    "canceled",
    "rejected",
    "expired",
  ];
  assert.deepEqual(
    states.filter((status) => isForecast(order({ status }))),
    states.slice(0, 4),
  );
  assert.equal(isForecast(order({ order_type: "market", price: null })), false);
});

test("the working orders of the page, and those kept on it, are watched", () => {
  book.orders = [
    order({ id: 1 }),
    order({ id: 2, status: "filled" }),
    order({ id: 3, order_type: "market", price: null }),
  ];
  book.rows.inSight = [[new FakeElement(), order({ id: 9 })]];
  book.dispatchEvent(new Event("changed"));
  assert.deepEqual(source.watched.at(-1), [1, 9]);
});

test("a cell shows the three horizons, with its title and its tint", () => {
  book.show(order({ id: 12 }));
  cell();
  frame();
  assert.equal(cell().textContent, "");
  source.tell(12, ...THREE);
  frame();
  assert.equal(cell().textContent, "3 · 31–36 · 70–74 %");
  assert.match(cell().title, /^touch within 5 min 3 %/);
  assert.deepEqual(cell().style.set, { "--touch": "30%" });
  assert.equal(cell().classList.contains("is-stale"), false);
  assert.deepEqual(book.texts, ["touch 03 · 31036 · 70074 %"]);
  assert.equal(page.querySelector("#orders th.col-touch").title.length > 0, true);
});

test("beside a number is a link to how good its symbol's numbers have been, and beside a dash there is none", () => {
  book.show(order({ id: 12, symbol: "BRK/B" }));
  cell();
  source.tell(12, ...THREE);
  frame();
  const [, about] = cell().childNodes;
  assert.deepEqual([about.href, about.hidden, about.tabIndex], ["/forecasts/?symbol=BRK%2FB", false, -1]);
  assert.equal(cell().textContent, "3 · 31–36 · 70–74 %");
  source.tell(12, without(5, "No."));
  frame();
  assert.deepEqual([about.hidden, cell().textContent], [true, "–"]);
  source.known.set(13, THREE);
  book.show(order({ id: 13, symbol: "KO" }));
  frame();
  assert.deepEqual([cell().childNodes[1], about.href, about.hidden], [about, "/forecasts/?symbol=KO", false]);
});

test("if the link that has the focus goes, the focus moves to its row", () => {
  book.show(order({ id: 12 }));
  cell();
  source.tell(12, ...THREE);
  frame();
  const [, about] = cell().childNodes;
  about.focus();
  source.tell(12, forecast(5, chance(0.5)), ...THREE.slice(1));
  frame();
  assert.equal(page.activeElement, about);
  book.show(order({ id: 12, status: "filled", version: 2 }));
  frame();
  assert.deepEqual([page.activeElement, about.hidden], [book.rows.inSight[0][0], true]);
});

test("nothing is written that is shown already", () => {
  book.show(order({ id: 12 }));
  cell();
  source.tell(12, ...THREE);
  frame();
  const [text] = cell().childNodes;
  const { writes } = text;
  source.tell(12, ...THREE.map((each) => ({ ...each })));
  book.show(order({ id: 12, version: 2 }));
  frame();
  assert.deepEqual([text.writes, cell().childNodes[0]], [writes, text]);
});

test("rows out of sight are written when they appear, and others hear of it as well", () => {
  book.show(order({ id: 12 }));
  cell();
  frame();
  const [hidden] = book.rows.inSight;
  book.rows.inSight = [];
  source.tell(12, ...THREE);
  frame();
  book.rows.inSight = [hidden];
  assert.equal(cell().textContent, "");
  const { told } = book;
  book.rows.touched(hidden[0]);
  frame();
  assert.equal(cell().textContent, "3 · 31–36 · 70–74 %");
  assert.equal(book.told, told + 1);
});

test("an order that ends, or a row that shows another one, is blank", () => {
  book.show(order({ id: 12 }));
  cell();
  source.tell(12, ...THREE);
  frame();
  book.show(order({ id: 12, status: "filled", version: 2 }));
  frame();
  assert.deepEqual([cell().textContent, cell().title, cell().style.set], ["", "", {}]);
  book.show(order({ id: 12, version: 3 }));
  frame();
  book.show(order({ id: 13 }));
  frame();
  assert.equal(cell().textContent, "");
});

test("without numbers there is a dash, with the reason", () => {
  const waits = [5, 15, 60].map((minutes) => without(minutes, "Too few bars.", 1000));
  const shown = touchCell(order(), waits, false);
  assert.deepEqual(shown, { text: "–", href: "", title: "needs 17 more hours", tint: "", stale: false });
});

test("what is no longer renewed is stale, without a tint, and says so", () => {
  book.show(order({ id: 12 }));
  cell();
  source.tell(12, ...THREE);
  frame();
  source.stale = true;
  source.tell(12, ...THREE);
  frame();
  assert.equal(cell().classList.contains("is-stale"), true);
  assert.match(cell().title, /no contact with the server$/);
  assert.deepEqual(cell().style.set, {});
});

test("numbers for another price than the order has now are stale until they come anew", () => {
  const amended = touchCell(order({ price: "585.4" }), THREE, false);
  assert.equal(amended.stale, true);
  assert.match(amended.title, /for the price before$/);
  assert.equal(touchCell(order({ price: "585.330" }), THREE, false).stale, false);
});

test("which price it is of is said where that is the stop", () => {
  const stop = { order_type: "stop_limit", price: "585.33", stop_price: "590.25" };
  const title = (/** @type {object} */ more) => touchCell(order({ ...stop, ...more }), THREE, false).title;
  assert.match(title({ cum_qty: "0" }), /^of the stop at 590\.25$/m);
  assert.match(title({ cum_qty: "0", order_type: "stop", price: null }), /^of the stop at 590\.25$/m);
  for (const more of [{ cum_qty: "1" }, { order_type: "limit", stop_price: null }]) {
    assert.doesNotMatch(title(more), /stop/);
  }
});

test("the tint changes in steps of ten, by the quarter of an hour", () => {
  const tint = (/** @type {number} */ share) => touchCell(order(), [forecast(15, chance(share))], false).tint;
  assert.deepEqual([0, 0.049, 0.05, 0.94, 1].map(tint), ["0%", "0%", "10%", "90%", "100%"]);
  assert.equal(touchCell(order(), [forecast(5, chance(1))], false).tint, "");
});

test("once nobody may see the orders, nothing is watched or written any more", () => {
  book.show(order({ id: 12 }));
  cell();
  book.dispatchEvent(new Event("emptied"));
  source.tell(12, ...THREE);
  frame();
  assert.equal(cell().textContent, "");
  book.dispatchEvent(new Event("changed"));
  assert.deepEqual(source.watched.at(-1), []);
});
