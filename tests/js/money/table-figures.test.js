/** The figures in the table: true with every price, once a frame, in the rows in sight; stale where they must be. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { TableFigures } from "../../../static/js/money/table-figures.js";
import { Store } from "../../../static/js/ui/store.js";
import { FakeElement, frame, makeDocument } from "../elements.js";
import { order } from "../server.js";

const INSTRUMENTS = {
  AAPL: { currency: "USD", tick_size: "0.01", price_decimals: 2 },
  SAP: { currency: "EUR", tick_size: "0.01", price_decimals: 2 },
  USDJPY: { currency: "JPY", tick_size: "0.001", price_decimals: 3 },
  ETHBTC: { currency: "BTC", tick_size: "0.000001", price_decimals: 6 },
};
const FILLED = { cum_qty: "10", leaves_qty: "8", avg_price: "585.1", arrival_price: "585", status: "partially_filled" };

class Prices extends EventTarget {
  feed = { state: "live" };
  watched = [];
  quotes = new Map();

  watch(owner, symbols) {
    this.watched.push([owner, ...symbols]);
  }

  quote(symbol) {
    return this.quotes.get(symbol);
  }

  tell(...quotes) {
    for (const quote of quotes) this.quotes.set(quote.symbol, { bid: null, ask: null, last: null, at: now, ...quote });
    this.dispatchEvent(new CustomEvent("quotes", { detail: new Set(quotes.map(({ symbol }) => symbol)) }));
  }
}

class Book extends EventTarget {
  orders = [];
  rows = { inSight: [], touched: () => {} };

  wrote() {}

  /** Shows these orders, each in a row of its own. */
  show(...orders) {
    this.orders = orders;
    this.rows.inSight = orders.map((each, i) => [this.rows.inSight[i]?.[0] ?? new FakeElement(), each]);
    for (const [row] of this.rows.inSight) this.rows.touched(row);
    this.dispatchEvent(new Event("changed"));
  }
}

let now = 1_784_992_203_000;
let page;
let book;
let prices;
let kept;

beforeEach(() => {
  mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  now = 1_784_992_203_000;
  page = makeDocument();
  book = new Book();
  prices = new Prices();
  kept = new Map();
  const place = { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text) };
  const store = new Store(() => place, "alice");
  new TableFigures(book, prices, { get: (symbol) => INSTRUMENTS[symbol] }, store, () => now);
});

afterEach(() => {
  settle();
  mock.timers.reset();
});

/** Lets everything that waits for a frame be drawn, and for the totals. */
function settle() {
  for (let rounds = 0; rounds < 4; rounds += 1) {
    frame();
    mock.timers.tick(250);
  }
}

/** @param {number} row @param {string} figure */
function cell(row, figure) {
  return book.rows.inSight[row][0].querySelector(`[data-field=${figure}]`);
}

function totals() {
  const list = page.querySelector("#money").querySelector("#money-totals");
  return list.childNodes.map((line) => [line.dataset.currency, ...line.childNodes.slice(1).map((n) => n.textContent)]);
}

test("figures come with the prices, and stay blank where there are none", () => {
  book.show(order({ id: 1, ...FILLED }), order({ id: 2, symbol: "SAP", price: "200" }));
  assert.equal(cell(0, "last").textContent, "");
  prices.tell({ symbol: "AAPL", bid: "585.4", ask: "585.5", last: "585.45" });
  frame();
  assert.deepEqual(
    ["last", "distance", "pnl", "slippage", "notional"].map((figure) => cell(0, figure).textContent),
    ["585.45", "17", "+3.00", "+1.7", "10,535.94"],
  );
  assert.ok(cell(0, "pnl").classList.contains("is-gain"));
  assert.deepEqual([cell(1, "last").textContent, cell(1, "pnl").textContent], ["", ""]);
});

test("however many prices come, a cell is written once a frame, and only where its own symbol moved", () => {
  book.show(order({ id: 1 }), order({ id: 2, symbol: "SAP", price: "200" }));
  prices.tell({ symbol: "AAPL", last: "585" }, { symbol: "SAP", last: "210" });
  settle();
  const [first, second] = [cell(0, "last").childNodes[0], cell(1, "last").childNodes[0]];
  const titles = [];
  Object.defineProperty(cell(1, "last"), "title", { set: (title) => titles.push(title) });
  for (const last of ["586", "587", "588"]) prices.tell({ symbol: "AAPL", last });
  assert.equal(first.data, "585.00");
  frame();
  assert.equal(first.data, "588.00");
  assert.equal(second.data, "210.00");
  assert.deepEqual(titles, []);
});

test("a row out of sight is left alone until it comes into sight", () => {
  book.show(order({ id: 1 }));
  const [hidden] = book.rows.inSight;
  book.rows.inSight = [];
  prices.tell({ symbol: "AAPL", last: "585" });
  settle();
  book.rows.inSight = [hidden];
  assert.equal(cell(0, "last").textContent, "");
  book.rows.touched(hidden[0]);
  frame();
  assert.equal(cell(0, "last").textContent, "585.00");
});

test("a change of the order is shown with the order, in the same frame", () => {
  prices.tell({ symbol: "AAPL", bid: "585.4", ask: "585.5", last: "585.45" });
  book.show(order({ id: 1 }));
  assert.equal(cell(0, "pnl").textContent, "");
  book.show(order({ id: 1, version: 2, ...FILLED }));
  assert.equal(cell(0, "pnl").textContent, "+3.00");
});

test("a price that grows old, or a feed that is down, makes what rests on it stale, and says why", () => {
  book.show(order({ id: 1, ...FILLED }));
  prices.tell({ symbol: "AAPL", bid: "585.4", ask: "585.5", last: "585.45" });
  settle();
  assert.equal(cell(0, "pnl").classList.contains("is-stale"), false);
  now += 3 * 60_000;
  mock.timers.tick(5000);
  settle();
  assert.equal(cell(0, "pnl").classList.contains("is-stale"), true);
  assert.match(cell(0, "last").title, / · price 3 min old$/);
  assert.equal(cell(0, "slippage").classList.contains("is-stale"), false);
  prices.tell({ symbol: "AAPL", bid: "585.4", ask: "585.5", last: "585.45" });
  frame();
  assert.equal(cell(0, "pnl").classList.contains("is-stale"), false);
  prices.feed = { state: "down" };
  prices.dispatchEvent(new Event("feed"));
  frame();
  assert.match(cell(0, "pnl").title, / · price 0 s old, feed down$/);
});

test("the symbols of the page are watched, those of working orders first, and told again only when they change", () => {
  book.show(order({ id: 1, symbol: "SAP", status: "filled" }), order({ id: 2, symbol: "AAPL" }));
  book.show(order({ id: 1, symbol: "SAP", status: "filled" }), order({ id: 2, symbol: "AAPL", status: "canceled" }));
  assert.deepEqual(prices.watched, [["blotter", "AAPL", "SAP"]]);
  book.show(order({ id: 2, symbol: "AAPL" }));
  assert.deepEqual(prices.watched.at(-1), ["blotter", "AAPL"]);
});

test("totals are told by currency, with what they cover, and with what has no price", () => {
  prices.tell(
    { symbol: "AAPL", bid: "585.4", ask: "585.5" },
    { symbol: "USDJPY", bid: "150", ask: "150.01" },
    { symbol: "ETHBTC", bid: "0.033493", ask: "0.0335" },
  );
  book.show(
    order({ id: 1, ...FILLED }),
    order({ id: 2, side: "sell", quantity: "2", leaves_qty: "2", price: "600" }),
    order({ id: 3, symbol: "SAP", ...FILLED, leaves_qty: "0", status: "canceled" }),
    order({ id: 4, symbol: "USDJPY", price: "149.995", quantity: "1000", leaves_qty: "1000" }),
    order({
      id: 5,
      symbol: "ETHBTC",
      ...FILLED,
      cum_qty: "0.5",
      leaves_qty: "0",
      avg_price: "0.0335",
      status: "filled",
    }),
  );
  settle();
  assert.deepEqual(totals(), [
    ["BTC", "Working buy0.00000000", "sell0.00000000", "net0.00000000", "Filled0.01675000", "P&L−0.00000350"],
    ["EUR", "Working buy0.00", "sell0.00", "net0.00", "Filled5,851.00", "P&L1 order without a price"],
    ["JPY", "Working buy149,995", "sell0", "net+149,995", "Filled0", "P&L–"],
    ["USD", "Working buy4,682.64", "sell1,200.00", "net+3,482.64", "Filled5,851.00", "P&L+3.00"],
  ]);
  const money = page.querySelector("#money");
  assert.equal(money.querySelector("[data-money-covers]").textContent, "Totals of the 5 orders on this page");
  assert.equal(money.hidden, false);
});

test("totals follow the prices, but no faster than they can be read", () => {
  prices.tell({ symbol: "AAPL", bid: "585.4", ask: "585.5" });
  book.show(order({ id: 1, ...FILLED }));
  settle();
  const before = totals()[0].at(-1);
  prices.tell({ symbol: "AAPL", bid: "586.4", ask: "586.5" });
  frame();
  assert.equal(cell(0, "pnl").textContent, "+13.00");
  assert.equal(totals()[0].at(-1), before);
  settle();
  assert.equal(totals()[0].at(-1), "P&L+13.00");
});

test("once nobody may see the orders, nothing is watched, totalled or written any more", () => {
  prices.tell({ symbol: "AAPL", bid: "585.4", ask: "585.5", last: "585" });
  book.show(order({ id: 1, ...FILLED }));
  settle();
  book.dispatchEvent(new Event("emptied"));
  assert.deepEqual(prices.watched.at(-1), ["blotter"]);
  assert.deepEqual([totals(), page.querySelector("#money").hidden], [[], true]);
  prices.tell({ symbol: "AAPL", bid: "600", ask: "601", last: "600" });
  book.dispatchEvent(new Event("changed"));
  settle();
  assert.equal(cell(0, "last").textContent, "585.00");
  assert.deepEqual(totals(), []);
  assert.deepEqual(prices.watched.at(-1), ["blotter"]);
});

test("whether the totals are open is remembered for the person, not for the room", () => {
  page.querySelector("#money").querySelector("#money-toggle").listeners.click();
  assert.deepEqual([...kept], [["order-monitor.alice/money-open", "false"]]);
});
