/**
 * How old a price is when it is on the screen, how many there are, and how many were merged on their way.
 *
 * @import {ServerClock} from "./clock.js"
 * @import {Quote} from "./prices.js"
 */

import { now } from "./clock.js";
import { Histogram } from "./histogram.js";

const WINDOW_MS = 5000;

export class PriceFigures {
  /** Milliseconds from the feed's tick to the frame that shows it. */
  toScreen = new Histogram();
  /** Price changes at the feed, and prices shown. */
  changes = 0;
  shown = 0;
  #clock;
  /** Server times of the ticks that wait to be drawn. @type {number[]} */
  #waiting = [];
  /** When changes came, and how many, for the rate. @type {{at: number, changes: number}[]} */
  #recent = [];

  /** @param {ServerClock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /** @param {Quote[]} quotes @param {number|undefined} changes how many changes these are the latest of @param {number} received */
  took(quotes, changes, received) {
    this.shown += quotes.length;
    this.changes += changes ?? quotes.length;
    this.#recent.push({ at: received, changes: changes ?? quotes.length });
    while (this.#recent.length > 0 && (this.#recent[0]?.at ?? 0) < received - WINDOW_MS) this.#recent.shift();
    // Those that were there before, sent for a beginning, stand for no change and are no measure of the way.
    if (!this.#clock.known || (changes ?? quotes.length) < quotes.length) return;
    for (const { at } of quotes) this.#waiting.push(at);
  }

  /** What was taken is in the document; it is on the screen with the next frame. */
  drawn() {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    requestAnimationFrame(() => {
      const painted = now();
      for (const at of waiting) this.toScreen.add(Math.max(0, painted - this.#clock.toLocal(at)));
    });
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
