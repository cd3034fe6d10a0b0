/**
 * The newest events in order, as many as memory is given to them, to bring an older answer up to date.
 *
 * @import {OrderEvent} from "../orders/order.js"
 */

const CAPACITY = 2000;

export class RecentEvents {
  /** @type {OrderEvent[]} */
  #events = [];
  #capacity;
  /** The newest event that has happened, held or not; null while nothing is known. @type {number|null} */
  #newest = null;

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
  }

  /** @param {OrderEvent} event the one after the last one added, or after the head given to `reset()` */
  add(event) {
    this.#events.push(event);
    this.#newest = event.seq;
    if (this.#events.length >= 2 * this.#capacity) this.#events.splice(0, this.#capacity);
  }

  /** Forgets all: the log goes on after `head`. @param {number} head */
  reset(head) {
    this.#events = [];
    this.#newest = head;
  }

  /** The events after `seq`, none missing; null where some of them are forgotten. @param {number} seq */
  after(seq) {
    if (this.#newest === null || seq >= this.#newest) return [];
    const [first] = this.#events;
    if (first === undefined || first.seq > seq + 1) return null;
    return this.#events.slice(seq + 1 - first.seq);
  }
}
