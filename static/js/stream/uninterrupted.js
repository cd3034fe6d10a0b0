/**
 * Since when this page has been awake and in sight without a break: what came in before is no measure of the way here.
 *
 * A machine that sleeps and a browser that freezes a tab stop its timers; the tick that comes late tells.
 */

import { Moment, now } from "../net/clock.js";

const TICK_MS = 500;
/** A page that is merely busy is not asleep: that it is late belongs into the figures. */
const ASLEEP_MS = 3000;

export class Uninterrupted {
  #since = now();
  #tick = new Moment();

  start() {
    setInterval(() => this.since, TICK_MS);
  }

  /** Unix milliseconds of this clock. */
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
