/**
 * Figures of an order that depend on prices, as its row shows them: last price, distance, P&L, slippage, notional.
 *
 * Pure: numbers in, texts out. Blank if a figure is not defined (docs/money.md), never 0.
 *
 * @import {FigureName} from "../orders/columns.js"
 * @import {Order} from "../orders/order.js"
 * @import {Instrument} from "../symbols/instruments.js"
 * @import {Decimal} from "../text/decimal.js"
 * @import {Line} from "./money.js"
 *
 * @typedef {object} PriceQuote as the feed sends it
 * @property {string} symbol
 * @property {string|null} bid
 * @property {string|null} ask
 * @property {string|null} last
 * @property {number} at unix milliseconds
 *
 * @typedef {object} Shown what one cell shows
 * @property {string} text
 * @property {string} title
 * @property {""|"gain"|"loss"} tone
 * @property {boolean} stale whether it depends on a price that may be out of date
 */

import { decimal, fixed, plain } from "../text/decimal.js";
import { age, grouped, localTime, priceText, signed } from "../text/format.js";
import { distance, inBps, inTicks, mark, mid, moneyText, notional, ownPrice } from "./money.js";
import { slippage, slippageCost, unrealised } from "./money.js";

/** An older price counts as old. */
export const OLD_MS = 60_000;

/** @type {Shown} */
const BLANK = { text: "", title: "", tone: "", stale: false };

/**
 * Why a quote is unreliable; empty if it is reliable.
 *
 * @param {PriceQuote|undefined} quote @param {string} feed state of the feed @param {number} now
 */
export function doubt(quote, feed, now) {
  if (quote === undefined) return "";
  const old = now - quote.at;
  if (feed === "live" && old <= OLD_MS) return "";
  const aged = `price ${age(old)} old`;
  return feed === "live" ? aged : `${aged}, feed ${feed}`;
}

/** @param {Order} order */
function numbersOf(order) {
  return {
    price: decimal(order.price),
    stop: decimal(order.stop_price),
    average: decimal(order.avg_price),
    arrival: decimal(order.arrival_price),
    quantity: decimal(order.quantity) ?? 0n,
    filled: decimal(order.cum_qty) ?? 0n,
    leaves: decimal(order.leaves_qty) ?? 0n,
  };
}

/** One order with the prices of its symbol: the texts of its cells, and its part of the totals. */
export class OrderFigures {
  #order;
  #instrument;
  #quote;
  /** Why its prices are unreliable; empty if they are reliable. */
  doubt;
  #numbers;
  #book;
  #mark;
  #market;

  /**
   * @param {Order} order @param {Instrument|undefined} instrument @param {PriceQuote|undefined} quote
   * @param {string} doubted why the quote is unreliable
   */
  constructor(order, instrument, quote, doubted) {
    this.#order = order;
    this.#instrument = instrument;
    this.#quote = quote;
    this.doubt = doubted;
    this.#numbers = numbersOf(order);
    this.#book = { bid: decimal(quote?.bid), ask: decimal(quote?.ask), last: decimal(quote?.last) };
    this.#mark = mark(order.side, this.#book);
    this.#market = mark(null, this.#book);
  }

  /** @returns {Record<FigureName, Shown>} */
  get shown() {
    return {
      last: this.#last(),
      distance: this.#distance(),
      pnl: this.#pnlShown(),
      slippage: this.#slippage(),
      notional: this.#notional(),
    };
  }

  /** Its part of the totals; null while its currency is unknown. @returns {Line|null} */
  get line() {
    if (!this.#instrument) return null;
    const { filled, leaves, average } = this.#numbers;
    const { side } = this.#order;
    const working = leaves === 0n ? null : notional(leaves, this.#own);
    return { currency: this.#instrument.currency, side, working, filled: notional(filled, average), pnl: this.#pnl };
  }

  /** Whether its P&L can't be calculated, because there is no price. */
  get unpriced() {
    return this.#numbers.filled !== 0n && this.#pnl === null;
  }

  get #pnl() {
    const { filled, average } = this.#numbers;
    return unrealised(this.#order.side, filled, average, this.#mark?.price ?? null);
  }

  get #own() {
    const { price, average, stop } = this.#numbers;
    return ownPrice(price, average, stop, this.#market?.price ?? null);
  }

  #last() {
    if (!this.#market) return BLANK;
    const { bid, ask, last } = this.#book;
    const sides = [bid === null ? "" : `bid ${this.#price(bid)}`, ask === null ? "" : `ask ${this.#price(ask)}`];
    const kind = last === null ? "mid of the book" : "";
    const at = `at ${localTime(this.#quote?.at ?? 0)}`;
    return this.#priced(this.#price(last ?? this.#market.price), [kind, ...sides, at]);
  }

  #distance() {
    const tick = decimal(this.#instrument?.tick_size);
    const { price, leaves } = this.#numbers;
    const far = leaves === 0n ? null : distance(this.#order.side, price, this.#book);
    const ticks = inTicks(far, tick, 1);
    if (ticks === null) return BLANK;
    const bps = inBps(far, mid(this.#book), 1);
    const words = [
      `${signed(plain(far) ?? "")} to the market`,
      bps === null ? "" : `${signed(fixed(bps, 1) ?? "")} bps of the mid`,
    ];
    return this.#priced(grouped(plain(ticks, 1) ?? ""), [...words, far !== null && far <= 0n ? "would trade now" : ""]);
  }

  #pnlShown() {
    const pnl = this.#pnl;
    if (pnl === null || !this.#instrument || !this.#mark) return BLANK;
    const { filled, average } = this.#numbers;
    const { price, source } = this.#mark;
    const text = signed(this.#money(pnl));
    const words = `${text} ${this.#instrument.currency} before fees`;
    const how = `${grouped(plain(filled) ?? "")} at ${grouped(plain(average) ?? "")}, marked at ${this.#price(price)} (${source})`;
    /** @type {Shown["tone"]} */
    const tone = text.startsWith("+") ? "gain" : text.startsWith("−") ? "loss" : "";
    return {
      ...this.#priced(text, [words, how]),
      tone,
    };
  }

  #slippage() {
    const { average, arrival, filled } = this.#numbers;
    const bps = inBps(slippage(this.#order.side, average, arrival), arrival, 1);
    if (bps === null) return BLANK;
    const cost = slippageCost(this.#order.side, filled, average, arrival);
    const words = [`arrival price ${this.#price(arrival)}`];
    if (cost !== null && this.#instrument) words.push(`cost ${signed(this.#money(cost))} ${this.#instrument.currency}`);
    return { ...BLANK, text: signed(fixed(bps, 1) ?? ""), title: words.join(" · ") };
  }

  #notional() {
    const { quantity, filled, leaves, average, price, stop } = this.#numbers;
    const whole = notional(quantity, this.#own);
    if (whole === null || !this.#instrument) return BLANK;
    const text = grouped(this.#money(whole));
    const parts = [`${text} ${this.#instrument.currency} at ${this.#price(this.#own)}`];
    if (leaves !== 0n) parts.push(`working ${grouped(this.#money(notional(leaves, this.#own)))}`);
    if (filled !== 0n) parts.push(`filled ${grouped(this.#money(notional(filled, average)))}`);
    const ofMarket = (price ?? average ?? stop) === null;
    return ofMarket ? this.#priced(text, parts) : { ...BLANK, text, title: parts.join(" · ") };
  }

  /** A cell that depends on the quote. @param {string} text @param {string[]} words @returns {Shown} */
  #priced(text, words) {
    const title = [...words, this.doubt].filter((word) => word !== "").join(" · ");
    return { text, title, tone: "", stale: this.doubt !== "" };
  }

  /** @param {Decimal} value */
  #price(value) {
    return priceText(plain(value), this.#instrument?.price_decimals ?? 0);
  }

  /** @param {Decimal} value in units of a product */
  #money(value) {
    return moneyText(value, this.#instrument?.currency ?? "") ?? "";
  }
}
