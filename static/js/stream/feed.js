/**
 * One owner's events, each exactly once and in order: applies last + 1, drops what is older, asks again on a gap.
 *
 * Pure: takes frames and returns what to do. `gaps` and `duplicates` count what arrived, before any repair.
 *
 * @import {OrderEvent} from "../orders/order.js"
 *
 * @typedef {object} Outcome
 * @property {OrderEvent[]} fresh to be applied now, in this order
 * @property {boolean} ask whether to subscribe again after `last`
 */

export class Feed {
  /** Newest event applied; null before the first position is known. @type {number|null} */
  last = null;
  /** Newest event reported by the server. */
  head = 0;
  gaps = 0;
  duplicates = 0;
  /** False between a subscribe and its answer: what arrives then belongs to the old position. */
  #listening = false;
  #wasBehind = false;

  /** Sets the position to continue from. @param {number} seq */
  startAfter(seq) {
    this.last = seq;
    this.head = Math.max(this.head, seq);
  }

  /** Ignores what arrives until `subscribed`: a subscribe is under way, or the subscription has ended. */
  stop() {
    this.#listening = false;
    this.#wasBehind = false;
  }

  /** @param {number} head the newest event at the time of the answer */
  subscribed(head) {
    this.#listening = true;
    this.head = Math.max(this.head, head);
    this.last ??= head;
  }

  get caughtUp() {
    return this.last !== null && this.last >= this.head;
  }

  /** @param {OrderEvent[]} events one frame's @returns {Outcome} */
  take(events) {
    /** @type {OrderEvent[]} */
    const fresh = [];
    if (!this.#listening || this.last === null) return { fresh, ask: false };
    this.#wasBehind = false;
    for (const event of events) {
      if (event.seq <= this.last) {
        this.duplicates += 1;
      } else if (event.seq === this.last + 1) {
        this.last = event.seq;
        fresh.push(event);
      } else {
        this.head = Math.max(this.head, event.seq);
        return { fresh, ask: this.#gap() };
      }
    }
    this.head = Math.max(this.head, this.last);
    return { fresh, ask: false };
  }

  /**
   * Takes a heartbeat's head. It may overtake events on their way: only the second one in a row that is ahead is a gap.
   *
   * @param {number} head @returns {boolean} whether to ask
   */
  heartbeat(head) {
    this.head = Math.max(this.head, head);
    if (!this.#listening || this.last === null || head <= this.last) {
      this.#wasBehind = false;
      return false;
    }
    if (this.#wasBehind) return this.#gap();
    this.#wasBehind = true;
    return false;
  }

  /** Continues from another position of the log, as the server asks. @param {number} head */
  reset(head) {
    this.last = head;
    this.head = head;
    this.#wasBehind = false;
  }

  #gap() {
    this.gaps += 1;
    this.stop();
    return true;
  }
}
