/**
 * The newest events in order, as many as memory is given to them, to bring an older answer up to date.
 *
 * @import {OrderEvent} from "./order.js"
 */

const CAPACITY = 2000;

export class RecentEvents {
  /** @type {OrderEvent[]} */
  #events = [];
  #capacity;

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
  }

  /** @param {OrderEvent} event the one after the last one added, or the first after a `clear()` */
  add(event) {
    this.#events.push(event);
    if (this.#events.length >= 2 * this.#capacity) this.#events.splice(0, this.#capacity);
  }

  clear() {
    this.#events = [];
  }

  /** The events after `seq`, none missing; null where some of them are forgotten. @param {number} seq */
  after(seq) {
    const [first] = this.#events;
    if (first === undefined || first.seq > seq + 1) return this.#events.length === 0 ? [] : null;
    return this.#events.slice(seq + 1 - first.seq);
  }
}
