/**
 * Latency of prices from the feed's tick to the screen, their rate, and their conflation (changes merged per price).
 *
 * @import {ServerClock} from "../net/clock.js"
 * @import {Quote} from "./prices.js"
 */

import { now } from "../net/clock.js";
import { Histogram } from "../net/histogram.js";

const WINDOW_MS = 5000;
/** Percentiles cover at most two such periods. */
const HALF_MS = 30_000;

export class PriceLatency {
  /** Counters: price changes at the feed, and prices shown. */
  changes = 0;
  shown = 0;
  /** Time of the newest tick, by the server's clock. @type {number|null} */
  newest = null;
  #clock;
  #recentWays = new Histogram();
  #olderWays = new Histogram();
  #turnedAt = 0;
  /** Server times of ticks not yet drawn. @type {number[]} */
  #waiting = [];
  /** Recent changes with their times, for the rate. @type {{at: number, changes: number}[]} */
  #recent = [];

  /** @param {ServerClock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /**
   * @param {Quote[]} quotes @param {number} changes how many changes these are the latest of @param {number} received
   * @param {Set<string>} begun symbols that had a quote before: the first quote of a symbol is old and measures nothing
   */
  took(quotes, changes, received, begun) {
    const told = quotes.filter(({ symbol }) => begun.has(symbol));
    this.changes += changes;
    this.shown += Math.min(quotes.length, changes);
    for (const { at } of quotes) this.newest = Math.max(at, this.newest ?? at);
    this.#recent.push({ at: received, changes });
    while (this.#recent.length > 0 && (this.#recent[0]?.at ?? 0) < received - WINDOW_MS) this.#recent.shift();
    if (!this.#clock.known || globalThis.document?.hidden) return;
    for (const { at } of told) this.#waiting.push(at);
  }

  /** Measures the quotes taken: they are in the document now, and on the screen with the next frame. */
  drawn() {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    requestAnimationFrame(() => {
      const painted = now();
      for (const at of waiting) this.#add(Math.max(0, painted - this.#clock.toLocal(at)), painted);
    });
  }

  /** Drops pending measurements after the tab was hidden or shown, which has delayed their drawing. */
  interrupt() {
    this.#waiting = [];
  }

  /** @param {number} way milliseconds from the feed's tick to the frame @param {number} at */
  #add(way, at) {
    if (at - this.#turnedAt > HALF_MS) {
      this.#olderWays = at - this.#turnedAt > 2 * HALF_MS ? new Histogram() : this.#recentWays;
      this.#recentWays = new Histogram();
      this.#turnedAt = at;
    }
    this.#recentWays.add(way);
  }

  /**
   * Milliseconds from tick to screen that these shares of the last minute's prices did not exceed; null without prices.
   *
   * @param {...number} shares 0 to 1 @returns {(number|null)[]}
   */
  toScreen(...shares) {
    const both = new Histogram();
    both.absorb(this.#olderWays);
    both.absorb(this.#recentWays);
    return shares.map((share) => both.percentile(share));
  }

  /** Price changes per second, over the last seconds. */
  get perSecond() {
    const since = now() - WINDOW_MS;
    const recent = this.#recent.filter(({ at }) => at >= since);
    return recent.reduce((sum, { changes }) => sum + changes, 0) / (WINDOW_MS / 1000);
  }

  /** How many changes each price shown stands for; null before the first. */
  get conflation() {
    return this.shown === 0 ? null : this.changes / this.shown;
  }

  /** Age of a tick in milliseconds. @param {number} at */
  age(at) {
    return Math.max(0, now() - this.#clock.toLocal(at));
  }
}
