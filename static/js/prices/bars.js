/**
 * One-minute bars of one instrument: the server's history, continued by incoming quotes. Prices stay decimal text.
 *
 * @typedef {object} Bar
 * @property {number} time when its minute begins, in unix seconds
 * @property {string} open
 * @property {string} high
 * @property {string} low
 * @property {string} close
 * @property {string|null} volume null if unknown: quotes carry no volume
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
 * @property {Bar} bar the last bar, as it is now
 * @property {boolean} isNew whether it has just begun
 * @property {boolean} skipped whether minutes are missing before it: without a trade, or without a connection
 */

import { compareDecimals } from "../orders/sorting.js";

export const MINUTE = 60;

/** The start of the bar that contains a moment. @param {number} at unix milliseconds @returns {number} unix seconds */
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

/**
 * The last bar with this price in it, or a new bar; null if the price belongs to an earlier minute.
 *
 * @param {Bar|undefined} last @param {number} time @param {string} price @returns {Bar|null}
 */
function barWith(last, time, price) {
  if (last === undefined || time > last.time) {
    return { time, open: price, high: price, low: price, close: price, volume: null };
  }
  if (time < last.time) return null;
  return { ...last, high: higher(last.high, price), low: lower(last.low, price), close: price, volume: null };
}

/** Appends a bar, or replaces the last one if it is of the same minute. @param {Bar[]} bars @param {Bar} bar */
function put(bars, bar) {
  if (bars.at(-1)?.time === bar.time) bars[bars.length - 1] = bar;
  else bars.push(bar);
}

/**
 * Merges two bars of one minute.
 *
 * @param {Bar} theirs the server's @param {Bar} ours the page's, newer @returns {Bar}
 */
function joined(theirs, ours) {
  const { time, open } = theirs;
  const { close } = ours;
  return { time, open, high: higher(theirs.high, ours.high), low: lower(theirs.low, ours.low), close, volume: null };
}

export class Bars {
  /** Oldest first, one per minute. @type {Bar[]} */
  all = [];
  /** Bars made from quotes since `begin()`. @type {Bar[]} */
  #own = [];
  /** Time of the newest price. */
  #at = -Infinity;

  /** @returns {Bar|undefined} */
  get last() {
    return this.all.at(-1);
  }

  /** Starts over for another instrument. */
  clear() {
    this.all = [];
    this.begin();
    this.#at = -Infinity;
  }

  /** Notes that a request has begun: bars made from quotes from now on are merged into its answer. */
  begin() {
    this.#own = [];
  }

  /** Takes the server's answer. @param {Bar[]} history oldest first */
  load(history) {
    this.all = [...history];
    for (const bar of this.#own) {
      const { last } = this;
      if (last === undefined || bar.time > last.time) this.all.push(bar);
      else if (bar.time === last.time) put(this.all, joined(last, bar));
    }
  }

  /**
   * Adds a quote; null if it changes nothing, because it has no price or comes too late.
   *
   * @param {Quote} quote @returns {Taken|null}
   */
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
