/**
 * How old a price is when it is on the screen, how many there are, and how many were merged on their way.
 *
 * @import {ServerClock} from "../net/clock.js"
 * @import {Quote} from "./prices.js"
 */

import { now } from "../net/clock.js";
import { Histogram } from "../net/histogram.js";

const WINDOW_MS = 5000;
/** What is older than two of these no longer counts. */
const HALF_MS = 30_000;

export class PriceLatency {
  /** Price changes at the feed, and prices shown. */
  changes = 0;
  shown = 0;
  /** When the newest tick was, by the server's clock. @type {number|null} */
  newest = null;
  #clock;
  #recentWays = new Histogram();
  #olderWays = new Histogram();
  #turnedAt = 0;
  /** Server times of the ticks that wait to be drawn. @type {number[]} */
  #waiting = [];
  /** When changes came, and how many, for the rate. @type {{at: number, changes: number}[]} */
  #recent = [];

  /** @param {ServerClock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /** @param {Quote[]} quotes @param {number} changes how many changes these are the latest of @param {number} received @param {Set<string>} begun the symbols that were told before: the first quote of one was there already, and measures nothing */
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

  /** What was taken is in the document; it is on the screen with the next frame. */
  drawn() {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    requestAnimationFrame(() => {
      const painted = now();
      for (const at of waiting) this.#add(Math.max(0, painted - this.#clock.toLocal(at)), painted);
    });
  }

  /** The tab was hidden or shown: what waits was not drawn when it could have been. */
  interrupt() {
    this.#waiting = [];
  }

  /** @param {number} way milliseconds from the feed's tick to the frame that shows it @param {number} at */
  #add(way, at) {
    if (at - this.#turnedAt > HALF_MS) {
      this.#olderWays = at - this.#turnedAt > 2 * HALF_MS ? new Histogram() : this.#recentWays;
      this.#recentWays = new Histogram();
      this.#turnedAt = at;
    }
    this.#recentWays.add(way);
  }

  /** Milliseconds from tick to screen that this share of the last minute's prices did not exceed; null while there are none. @param {...number} shares 0 to 1 @returns {(number|null)[]} */
  toScreen(...shares) {
    const both = new Histogram();
    both.absorb(this.#olderWays);
    both.absorb(this.#recentWays);
    return shares.map((share) => both.percentile(share));
  }

  /** Price changes a second, of the last seconds. */
  get perSecond() {
    const since = now() - WINDOW_MS;
    const recent = this.#recent.filter(({ at }) => at >= since);
    return recent.reduce((sum, { changes }) => sum + changes, 0) / (WINDOW_MS / 1000);
  }

  /** How many changes each price shown stands for; null while there are none. */
  get conflation() {
    return this.shown === 0 ? null : this.changes / this.shown;
  }

  /** How old a tick of the server's clock is now, in milliseconds. @param {number} at */
  age(at) {
    return Math.max(0, now() - this.#clock.toLocal(at));
  }
}
