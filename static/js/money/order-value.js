/**
 * The value of an order in money, and a warning if it looks like a mistake: far through the market, or very large.
 *
 * Pure. Without a live price nothing is compared.
 *
 * @import {Quote} from "../prices/prices.js"
 * @import {Instrument} from "../symbols/instruments.js"
 * @import {Decimal} from "../text/decimal.js"
 *
 * @typedef {{side: string, symbol: string, quantity: string, price?: string|null, stop_price?: string|null}} Sized
 *
 * @typedef {object} Worth
 * @property {string} value "≈ 2,305.40 USD"; empty if unknown
 * @property {string} warning what to check before sending; empty if nothing is unusual
 */

import { decimal, plain, product } from "../text/decimal.js";
import { amount, grouped } from "../text/format.js";
import { minorUnits, moneyText } from "./money.js";

/** A limit this much worse than the market, in percent, is probably a mistake. */
const FAR_PERCENT = 5n;
/** An order of this value or more needs a confirmation; the limit is higher if the currency has no cents. */
const LARGE = product(decimal("1000000"), decimal("1")) ?? 0n;
const LARGE_WHOLE = 100n * LARGE;

/** The price that a buy pays now, or a sell gets. @param {string} side @param {Quote|undefined} quote */
function market(side, quote) {
  const best = side === "buy" ? quote?.ask : quote?.bid;
  return decimal(best ?? quote?.last);
}

/**
 * @param {string} side @param {Decimal} limit @param {Decimal} base to compare with
 * @param {string} name of the base
 */
function farWords(side, limit, base, name) {
  if (limit === null || base === null || base <= 0n) return "";
  const percent = ((side === "buy" ? limit - base : base - limit) * 100n) / base;
  if (percent < FAR_PERCENT) return "";
  const where = side === "buy" ? "above" : "below";
  return `The limit price is ${grouped(String(percent))} % ${where} ${name}, ${amount(plain(base))}.`;
}

/**
 * A stop that the market has passed would trigger at once.
 *
 * @param {string} side @param {Decimal} stop @param {Decimal} present
 */
function passedWords(side, stop, present) {
  if (stop === null || present === null) return "";
  const passed = side === "buy" ? stop <= present : stop >= present;
  return passed ? `The market has passed this stop price: it is at ${amount(plain(present))}.` : "";
}

/** @param {Decimal} money in units of a product @param {string} currency */
function largeWords(money, currency) {
  const large = minorUnits(currency) === 0 ? LARGE_WHOLE : LARGE;
  return money !== null && money >= large ? "This is a very large order." : "";
}

/**
 * @param {Sized} order @param {Instrument|undefined} instrument
 * @param {Quote|undefined} quote of its symbol; undefined if prices are not live @returns {Worth}
 */
export function worthOf({ side, quantity, price, stop_price }, instrument, quote) {
  if (instrument === undefined) return { value: "", warning: "" };
  const { currency } = instrument;
  const present = market(side, quote);
  const limit = decimal(price);
  const stop = decimal(stop_price);
  const money = product(decimal(quantity), limit ?? stop ?? present);
  const shown = moneyText(money, currency);
  const words = [
    stop === null ? farWords(side, limit, present, "the market") : farWords(side, limit, stop, "its stop price"),
    passedWords(side, stop, present),
    largeWords(money, currency),
  ];
  return {
    value: shown === null ? "" : `≈ ${grouped(shown)} ${currency}`,
    warning: words.filter((word) => word !== "").join(" "),
  };
}
