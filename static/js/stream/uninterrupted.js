/**
 * Since when this page has been awake and visible without a break: events from before are no measure of latency.
 *
 * A sleeping machine and a browser that freezes a tab stop the page's timers: a late tick reveals either.
 */

import { Moment, now } from "../net/clock.js";

const TICK_MS = 500;
/** A tick this late means sleep. A busy page is less late, and its delay belongs in the figures. */
const ASLEEP_MS = 3000;

export class Uninterrupted {
  #since = now();
  #tick = new Moment();

  start() {
    setInterval(() => this.since, TICK_MS);
  }

  /** Unix milliseconds, by the local clock. */
  get since() {
    if (this.#tick.age > ASLEEP_MS) this.#since = now();
    this.#tick = new Moment();
    return this.#since;
  }

  /** The tab was hidden or shown. */
  interrupt() {
    this.#since = now();
  }
}
