/**
 * Money calculations, the same as the server's market/money, digit by digit: marks, P&L, distances, slippage, notional,
 * totals.
 *
 * Prices and quantities are decimals (units of 10⁻⁸), money is an exact product (units of 10⁻¹⁶), rounded only for
 * display. Null means "not defined", never zero. docs/money.md defines the terms and gives the sources of the formulas.
 *
 * @import {Decimal} from "../text/decimal.js"
 *
 * @typedef {"buy"|"sell"} Side
 * @typedef {{bid: Decimal, ask: Decimal, last: Decimal}} Book best prices and the price of the last trade
 * @typedef {{price: bigint, source: "bid"|"ask"|"mid"|"last"}} Mark a price to value a position at, and its kind
 * @typedef {{currency: string, side: Side, working: Decimal, filled: Decimal, pnl: Decimal}} Line one order, in money
 * @typedef {{buy: bigint, sell: bigint, net: bigint, gross: bigint}} Sums
 * @typedef {{working: Sums, filled: Sums, pnl: Decimal}} Totals
 */

import { absolute, divide, fixed, minus, nearest, PLACES, PRODUCT_PLACES, product } from "../text/decimal.js";
import { DECIMALS } from "./currencies.js";

const BPS = 10_000n;

/** @param {Side} side @param {Decimal} amount @returns {Decimal} */
function signed(side, amount) {
  return amount === null || side === "buy" ? amount : -amount;
}

/**
 * Mid price (bid + ask) / 2, rounded half-even to 8 decimals; null for a one-sided book.
 *
 * @param {Book} book @returns {Decimal}
 */
export function mid({ bid, ask }) {
  return bid === null || ask === null ? null : nearest(bid + ask, 2n);
}

/**
 * The mark of a position: long closes at the bid, short at the ask; else (also if they cross) the mid; else last.
 *
 * @param {Side|null} side null for the market's price as such @param {Book} book @returns {Mark|null}
 */
export function mark(side, book) {
  const { bid, ask, last } = book;
  const crossed = bid !== null && ask !== null && bid > ask;
  if (!crossed && side === "buy" && bid !== null) return { price: bid, source: "bid" };
  if (!crossed && side === "sell" && ask !== null) return { price: ask, source: "ask" };
  const middle = mid(book);
  if (middle !== null) return { price: middle, source: "mid" };
  return last === null ? null : { price: last, source: "last" };
}

/**
 * Gross P&L of what an order has filled: s·F·(m − A); null before the first fill.
 *
 * @param {Side} side @param {Decimal} filled @param {Decimal} average @param {Decimal} price the mark
 * @returns {Decimal} money
 */
export function unrealised(side, filled, average, price) {
  return filled === 0n ? null : signed(side, product(filled, minus(price, average)));
}

/**
 * Distance of the market from a limit price: ask − P of a buy, P − bid of a sell; above 0 the order rests.
 *
 * @param {Side} side @param {Decimal} price @param {Book} book @returns {Decimal}
 */
export function distance(side, price, { bid, ask }) {
  return signed(side, minus(side === "buy" ? ask : bid, price));
}

/**
 * A price difference in ticks.
 *
 * @param {Decimal} amount @param {Decimal} tickSize @param {number} [places] @returns {Decimal}
 */
export function inTicks(amount, tickSize, places = PLACES) {
  return divide(amount, tickSize, places);
}

/**
 * A price difference in basis points of |base|; null if that is 0.
 *
 * @param {Decimal} amount @param {Decimal} base @param {number} [places] @returns {Decimal}
 */
export function inBps(amount, base, places = PLACES) {
  return amount === null || base === null ? null : divide(amount * BPS, absolute(base), places);
}

/**
 * Slippage per unit against the arrival price: s·(A − M0); above 0 is a cost.
 *
 * @param {Side} side @param {Decimal} average @param {Decimal} arrival @returns {Decimal}
 */
export function slippage(side, average, arrival) {
  return signed(side, minus(average, arrival));
}

/**
 * Slippage of all that was filled: s·F·(A − M0).
 *
 * @param {Side} side @param {Decimal} filled @param {Decimal} average @param {Decimal} arrival @returns {Decimal} money
 */
export function slippageCost(side, filled, average, arrival) {
  return filled === 0n ? null : product(filled, slippage(side, average, arrival));
}

/**
 * Perold's implementation shortfall: s·[F·(A − M0) + L·(m − M0)]; above 0 is a cost.
 *
 * @param {Side} side @param {bigint} filled @param {Decimal} average @param {bigint} leaves @param {Decimal} arrival
 * @param {Decimal} price the mark @returns {Decimal} money
 */
export function shortfall(side, filled, average, leaves, arrival, price) {
  const done = filled === 0n ? 0n : product(filled, minus(average, arrival));
  const missed = leaves === 0n ? 0n : product(leaves, minus(price, arrival));
  return arrival === null || done === null || missed === null ? null : signed(side, done + missed);
}

/**
 * The price to value an order at: its limit, else its average fill price, else its stop, else the market's price.
 *
 * @param {Decimal} price @param {Decimal} average @param {Decimal} stopPrice @param {Decimal} market @returns {Decimal}
 */
export function ownPrice(price, average, stopPrice, market) {
  return price ?? average ?? stopPrice ?? market;
}

/** Quantity × price. @param {Decimal} quantity @param {Decimal} price @returns {Decimal} money */
export function notional(quantity, price) {
  return product(quantity, price);
}

/** @param {Line[]} lines @param {"working"|"filled"} name @returns {Sums} */
function sums(lines, name) {
  let [buy, sell] = [0n, 0n];
  for (const line of lines) {
    if (line.side === "buy") buy += line[name] ?? 0n;
    else sell += line[name] ?? 0n;
  }
  return { buy, sell, net: buy - sell, gross: buy + sell };
}

/**
 * Totals by currency, in alphabetical order; amounts are never added across currencies.
 *
 * @param {Line[]} lines @returns {Map<string, Totals>}
 */
export function totals(lines) {
  const currencies = [...new Set(lines.map(({ currency }) => currency))].sort();
  return new Map(
    currencies.map((currency) => {
      const own = lines.filter((line) => line.currency === currency);
      const told = own.flatMap(({ pnl }) => (pnl === null ? [] : [pnl]));
      const pnl = told.length === 0 ? null : told.reduce((sum, each) => sum + each, 0n);
      return [currency, { working: sums(own, "working"), filled: sums(own, "filled"), pnl }];
    }),
  );
}

/**
 * Decimals to display money of this currency with; eight if its minor unit is not known (BTC, GBX, XAU).
 *
 * @param {string} currency
 */
export function minorUnits(currency) {
  return DECIMALS.get(currency) ?? PLACES;
}

/**
 * Money formatted for display: rounded half-even to the decimals of its currency, with more if it would otherwise look
 * like zero. Only a currency with a minor unit may round an amount to 0.00.
 *
 * @param {Decimal} value money @param {string} currency
 */
export function moneyText(value, currency) {
  const text = fixed(value, minorUnits(currency), PRODUCT_PLACES);
  if (text === null || value === 0n || DECIMALS.has(currency) || /[1-9]/.test(text)) return text;
  return fixed(value, PRODUCT_PLACES, PRODUCT_PLACES)?.replace(/0+$/, "") ?? null;
}
