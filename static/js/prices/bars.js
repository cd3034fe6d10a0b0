/**
 * One-minute bars of one instrument: those the server has, carried on by the quotes that come. Prices stay decimal text.
 *
 * @typedef {object} Bar
 * @property {number} time when its minute begins, in unix seconds
 * @property {string} open
 * @property {string} high
 * @property {string} low
 * @property {string} close
 * @property {string|null} volume null while it is not counted: quotes tell of none
 *
 * @typedef {object} Quote
 * @property {string} symbol
 * @property {string|null} bid
 * @property {string|null} ask
 * @property {string|null} last
 * @property {string|null} change percent since the day's open
 * @property {number} at unix milliseconds
 *
 * @typedef {object} Taken
 * @property {Bar} bar the last one, as it is now
 * @property {boolean} isNew whether it has just begun
 * @property {boolean} skipped whether minutes lie before it of which nothing is known: nobody traded, or nobody here listened
 */

import { compareDecimals } from "../orders/sorting.js";

export const MINUTE = 60;

/** The bar that a moment belongs to. @param {number} at unix milliseconds @returns {number} unix seconds */
export function barTime(at) {
  return Math.floor(at / 1000 / MINUTE) * MINUTE;
}

/** @param {string} a @param {string} b */
function higher(a, b) {
  return compareDecimals(a, b) >= 0 ? a : b;
}

/** @param {string} a @param {string} b */
function lower(a, b) {
  return compareDecimals(a, b) <= 0 ? a : b;
}

/** The last bar with this price in it, or the one that it begins; null where the price is of an earlier minute. @param {Bar|undefined} last @param {number} time @param {string} price @returns {Bar|null} */
function barWith(last, time, price) {
  if (last === undefined || time > last.time) {
    return { time, open: price, high: price, low: price, close: price, volume: null };
  }
  if (time < last.time) return null;
  return { ...last, high: higher(last.high, price), low: lower(last.low, price), close: price, volume: null };
}

/** Puts a bar at the end, in the place of the one of its minute. @param {Bar[]} bars @param {Bar} bar */
function put(bars, bar) {
  if (bars.at(-1)?.time === bar.time) bars[bars.length - 1] = bar;
  else bars.push(bar);
}

/** One minute as two have seen it. @param {Bar} theirs @param {Bar} ours newer @returns {Bar} */
function joined(theirs, ours) {
  const { time, open } = theirs;
  const { close } = ours;
  return { time, open, high: higher(theirs.high, ours.high), low: lower(theirs.low, ours.low), close, volume: null };
}

export class Bars {
  /** Oldest first, each of another minute. @type {Bar[]} */
  all = [];
  /** What quotes have made since `begin()`. @type {Bar[]} */
  #own = [];
  /** When the newest price was made. */
  #at = -Infinity;

  /** @returns {Bar|undefined} */
  get last() {
    return this.all.at(-1);
  }

  /** Another instrument. */
  clear() {
    this.all = [];
    this.begin();
    this.#at = -Infinity;
  }

  /** The server is being asked: what quotes make from now on belongs on top of its answer. */
  begin() {
    this.#own = [];
  }

  /** The server's answer. @param {Bar[]} history oldest first */
  load(history) {
    this.all = [...history];
    for (const bar of this.#own) {
      const { last } = this;
      if (last === undefined || bar.time > last.time) this.all.push(bar);
      else if (bar.time === last.time) put(this.all, joined(last, bar));
    }
  }

  /** Null where the quote changes nothing: it has no price, or comes too late. @param {Quote} quote @returns {Taken|null} */
  take({ last: price, at }) {
    if (price === null || at < this.#at) return null;
    const time = barTime(at);
    const before = this.last;
    const bar = barWith(before, time, price);
    if (bar === null) return null;
    this.#at = at;
    put(this.all, bar);
    const own = barWith(this.#own.at(-1), time, price);
    if (own !== null) put(this.#own, own);
    const isNew = before?.time !== time;
    return { bar, isNew, skipped: before !== undefined && time > before.time + MINUTE };
  }
}
