/**
 * Answers on stdout, a line each, what the page's formulas make of the cases on stdin; tests/market/money/test_parity.py
 * compares it with what the server's make of them. Fields are separated by commas, empty ones are null.
 */

import { readFileSync } from "node:fs";
import * as money from "../../static/js/money/money.js";
import * as decimals from "../../static/js/text/decimal.js";

const { decimal, fixed, PRODUCT_PLACES } = decimals;

/** @param {string} line */
function answer(line) {
  const [side, digits, currency, ...texts] = line.split(",");
  const places = Number(digits);
  const values = texts.map((text) => decimal(text === "" ? null : text));
  const [bid, ask, last, price, stop, average, quantity, filled, leaves, arrival, tick] = values;
  const book = { bid, ask, last };
  const mark = money.mark(side, book);
  const market = money.mark(null, book);
  const far = money.distance(side, price, book);
  const own = money.ownPrice(price, average, stop, market?.price ?? null);
  const inMoney = [
    money.unrealised(side, filled, average, mark?.price ?? null),
    money.slippageCost(side, filled, average, arrival),
    money.shortfall(side, filled, average, leaves, arrival, mark?.price ?? null),
    money.notional(quantity, own),
  ];
  return [
    mark?.source ?? null,
    ...[mark?.price ?? null, market?.price ?? null, far].map((value) => fixed(value, decimals.PLACES)),
    fixed(money.inTicks(far, tick, places), places),
    fixed(money.inBps(far, money.mid(book), places), places),
    fixed(money.inBps(money.slippage(side, average, arrival), arrival, places), places),
    ...inMoney.map((value) => fixed(value, places, PRODUCT_PLACES)),
    ...inMoney.map((value) => money.moneyText(value, currency)),
    fixed(decimals.product(price, quantity), places, decimals.PRODUCT_PLACES),
    fixed(decimals.divide(average, last, places), places),
  ].join();
}

const lines = readFileSync(0, "utf8").split("\n");
lines.pop();
process.stdout.write(`${lines.map(answer).join("\n")}\n`);
