/**
 * A bounded buffer of the newest events, in order, used to bring an older answer up to date.
 *
 * @import {OrderEvent} from "../orders/order.js"
 */

const CAPACITY = 2000;

export class RecentEvents {
  /** @type {OrderEvent[]} */
  #events = [];
  #capacity;
  /** The newest event, whether or not it is buffered; null while unknown. @type {number|null} */
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

  /** Empties the buffer: the log continues after `head`. @param {number} head */
  reset(head) {
    this.#events = [];
    this.#newest = head;
  }

  /** The events after `seq`, none missing; null if some of them are no longer buffered. @param {number} seq */
  after(seq) {
    if (this.#newest === null || seq >= this.#newest) return [];
    const [first] = this.#events;
    if (first === undefined || first.seq > seq + 1) return null;
    return this.#events.slice(seq + 1 - first.seq);
  }
}
