/** What a row shows of the money in an order: figures, their signs, what is blank, what is stale, and the totals. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { minorUnits, moneyText, totals } from "../../../static/js/money/money.js";
import { doubt, OrderFigures, OLD_MS } from "../../../static/js/money/order-figures.js";
import { fixed } from "../../../static/js/text/decimal.js";
import { order } from "../server.js";

/** @import {Order} from "../../../static/js/orders/order.js" */

const NOW = 1_784_992_203_000;
const AAPL = {
  symbol: "AAPL",
  name: "",
  currency: "USD",
  tick_size: "0.01",
  lot_size: "1",
  price_decimals: 2,
  active: true,
};
const QUOTE = { symbol: "AAPL", bid: "585.4", ask: "585.5", last: "585.45", at: NOW - 1000 };
const FILLED = { cum_qty: "10", leaves_qty: "8", avg_price: "585.1", arrival_price: "585", status: "partially_filled" };

/** @param {object} [fields] @param {object} [quote] @param {string} [doubted] */
function figures(fields = {}, quote = QUOTE, doubted = "") {
  return new OrderFigures(order(/** @type {Partial<Order>} */ (fields)), AAPL, quote, doubted);
}

/** @param {OrderFigures} of */
function texts({ shown }) {
  return Object.fromEntries(Object.entries(shown).map(([name, { text }]) => [name, text]));
}

test("a working order shows the market, how far away it is, and its notional; what is not defined stays blank", () => {
  assert.deepEqual(texts(figures()), { last: "585.45", distance: "17", pnl: "", slippage: "", notional: "10,535.94" });
});

test("a part that is filled has a P&L at the price it could be closed at, and a cost", () => {
  const { shown } = figures(FILLED);
  assert.deepEqual([shown.pnl.text, shown.pnl.tone], ["+3.00", "gain"]);
  assert.match(shown.pnl.title, /^\+3\.00 USD before fees · 10 at 585\.1, marked at 585\.40 \(bid\)$/);
  assert.equal(shown.slippage.text, "+1.7");
  assert.equal(shown.slippage.title, "arrival price 585.00 · cost +1.00 USD");
  assert.equal(shown.notional.title, "10,535.94 USD at 585.33 · working 4,682.64 · filled 5,851.00");
});

test("a sale gains as the market falls, closes at the ask, and would trade where it asks no more than is bid", () => {
  const { shown } = figures({ ...FILLED, side: "sell", price: "585.4", avg_price: "585.2" });
  assert.deepEqual([shown.pnl.text, shown.pnl.tone], ["−3.00", "loss"]);
  assert.match(shown.pnl.title, /585\.50 \(ask\)/);
  assert.equal(shown.slippage.text, "−3.4");
  assert.equal(shown.distance.text, "0");
  assert.match(shown.distance.title, /would trade now$/);
});

test("distance is in ticks, and in basis points of the mid when pointed at", () => {
  assert.equal(figures().shown.distance.title, "+0.17 to the market · +2.9 bps of the mid");
  assert.equal(figures({ price: "586" }).shown.distance.text, "−50");
});

test("an order without a limit has no distance, and is valued by what it was filled at, its stop, or the market", () => {
  const market = { order_type: "market", price: null };
  assert.deepEqual(texts(figures(market)), {
    last: "585.45",
    distance: "",
    pnl: "",
    slippage: "",
    notional: "10,538.10",
  });
  assert.equal(figures({ ...market, ...FILLED }).shown.notional.text, "10,531.80");
  assert.equal(figures({ order_type: "stop", price: null, stop_price: "590" }).shown.notional.text, "10,620.00");
});

test("an order that is done is no distance away from anything", () => {
  assert.equal(figures({ status: "canceled", leaves_qty: "0" }).shown.distance.text, "");
});

test("without a quote only what needs none is there; without its instrument, no money", () => {
  const { shown } = new OrderFigures(order(/** @type {Partial<Order>} */ (FILLED)), AAPL, undefined, "");
  assert.deepEqual(
    [shown.last.text, shown.distance.text, shown.pnl.text, shown.slippage.text, shown.notional.text],
    ["", "", "", "+1.7", "10,535.94"],
  );
  const nameless = new OrderFigures(order(), undefined, QUOTE, "");
  assert.deepEqual([nameless.shown.notional.text, nameless.shown.pnl.text, nameless.line], ["", "", null]);
});

test("where there is no last trade the mid stands for it, and says so", () => {
  const { last } = figures({}, { ...QUOTE, last: null }).shown;
  assert.equal(last.text, "585.45");
  assert.match(last.title, /^mid of the book · bid 585\.40 · ask 585\.50 · at /);
});

test("what rests on a price in doubt is stale and says why; what does not, is not", () => {
  const { shown } = figures(FILLED, QUOTE, "price 2 min old");
  const stale = Object.entries(shown).filter(([, cell]) => cell.stale);
  assert.deepEqual(
    stale.map(([name]) => name),
    ["last", "distance", "pnl"],
  );
  assert.ok(stale.every(([, { title }]) => title.endsWith(" · price 2 min old")));
  assert.equal(figures({ order_type: "market", price: null }, QUOTE, "price 2 min old").shown.notional.stale, true);
});

test("a price is in doubt when it is old, or when the feed is not live", () => {
  assert.equal(doubt(QUOTE, "live", NOW), "");
  assert.equal(doubt(QUOTE, "live", QUOTE.at + OLD_MS), "");
  assert.equal(doubt(QUOTE, "live", QUOTE.at + OLD_MS + 1000), "price 1 min old");
  assert.equal(doubt(QUOTE, "down", NOW), "price 1 s old, feed down");
  assert.equal(doubt(undefined, "down", NOW), "");
});

test("totals are by currency, of what works, what was filled and what it made", () => {
  const lines = [
    figures(FILLED).line,
    figures({ side: "sell", quantity: "2", leaves_qty: "2" }).line,
    figures({ ...FILLED, side: "sell", status: "canceled", leaves_qty: "0" }).line,
  ].flatMap((line) => line ?? []);
  const yen = { currency: "JPY", side: /** @type {const} */ ("buy"), working: null, filled: null, pnl: null };
  const found = totals([yen, ...lines]);
  assert.deepEqual([...found.keys()], ["JPY", "USD"]);
  const usd = found.get("USD");
  const text = (/** @type {bigint|null} */ value) => fixed(value, 2, 16);
  assert.deepEqual(
    [usd?.working.buy, usd?.working.sell, usd?.working.net, usd?.filled.gross, usd?.pnl].map((v) => text(v ?? null)),
    ["4682.64", "1170.66", "3511.98", "11702.00", "-1.00"],
  );
  assert.equal(found.get("JPY")?.pnl, null);
});

test("an order that is filled and has no price counts as one that nobody can value", () => {
  assert.equal(figures(FILLED).unpriced, false);
  assert.equal(figures(FILLED, { ...QUOTE, bid: null, last: null }).unpriced, true);
  assert.equal(figures({}, { ...QUOTE, bid: null, ask: null, last: null }).unpriced, false);
});

test("money has the decimals of its smallest coin, and eight where there is none", () => {
  assert.deepEqual(["USD", "JPY", "KWD", "CLF", "BTC", "GBX", "XAU"].map(minorUnits), [2, 0, 3, 4, 8, 8, 8]);
  assert.equal(moneyText(4_000_000_000_000n, "USD"), "0.00");
  assert.equal(moneyText(4_000_000_000_000n, "BTC"), "0.00040000");
  assert.deepEqual([moneyText(-1n, "BTC"), moneyText(0n, "BTC")], ["-0.0000000000000001", "0.00000000"]);
});

test("what was made and what it is worth is never nothing in a currency without a coin", () => {
  const bitcoin = { ...AAPL, symbol: "ETHBTC", currency: "BTC", tick_size: "0.000001", price_decimals: 6 };
  const fields = { symbol: "ETHBTC", quantity: "0.5", cum_qty: "0.5", leaves_qty: "0", price: "0.0335" };
  const filled = { ...fields, avg_price: "0.0335", arrival_price: "0.033499", status: "filled" };
  const quote = { symbol: "ETHBTC", bid: "0.033493", ask: "0.0335", last: "0.0335", at: NOW - 1000 };
  const { shown } = new OrderFigures(order(/** @type {Partial<Order>} */ (filled)), bitcoin, quote, "");
  assert.deepEqual([shown.pnl.text, shown.pnl.tone, shown.notional.text], ["−0.00000350", "loss", "0.01675000"]);
  assert.match(shown.pnl.title, /^−0\.00000350 BTC before fees/);
  assert.match(shown.slippage.title, / · cost \+0\.00000050 BTC$/);
  assert.match(shown.notional.title, /^0\.01675000 BTC at 0\.033500 · filled 0\.01675000$/);
});
