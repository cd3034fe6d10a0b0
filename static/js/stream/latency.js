/**
 * Latency from save to screen, hop by hop: committed, published, sent, received, applied, painted.
 *
 * Only live events count: none from the log, none from before the subscription, none that a hidden tab could not
 * paint, none before the first ping has measured the clocks.
 * The server's times are converted to the local clock first; a duration is never negative.
 *
 * @import {ServerClock} from "../net/clock.js"
 * @import {OrderEvent} from "../orders/order.js"
 *
 * @typedef {"published"|"sent"|"received"|"applied"|"painted"} Hop each named after its end
 *
 * @typedef {object} Arrival one frame's events on their way to the screen
 * @property {OrderEvent[]} events
 * @property {number} sent by the server's clock
 * @property {number} received by the local clock
 * @property {number} applied by the local clock
 */

import { Histogram } from "../net/histogram.js";

/** @type {Hop[]} */
export const HOPS = ["published", "sent", "received", "applied", "painted"];
const RECENT = 60;

export class Latency {
  total = new Histogram();
  hops = Object.fromEntries(HOPS.map((hop) => [hop, new Histogram()]));
  /** Newest durations, oldest first, for the sparkline. @type {number[]} */
  recent = [];
  /** @type {number|null} */
  last = null;
  #clock;

  /** @param {ServerClock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /**
   * Counts the live events of a frame that is on the screen now.
   *
   * @param {Arrival} arrival @param {number} painted by the local clock
   */
  painted({ events, sent, received, applied }, painted) {
    if (!this.#clock.known) return;
    const sentHere = this.#clock.toLocal(sent);
    for (const { hops, replay } of events) {
      if (replay || hops === undefined || hops.published === null) continue;
      const committed = this.#clock.toLocal(hops.committed);
      const published = this.#clock.toLocal(hops.published);
      const times = [committed, published, sentHere, received, applied, painted];
      for (const [i, hop] of HOPS.entries()) {
        this.hops[hop]?.add(Math.max(0, (times[i + 1] ?? 0) - (times[i] ?? 0)));
      }
      this.#addTotal(Math.max(0, painted - committed));
    }
  }

  /** @param {number} duration */
  #addTotal(duration) {
    this.total.add(duration);
    this.last = duration;
    this.recent.push(duration);
    if (this.recent.length > RECENT) this.recent.shift();
  }
}
