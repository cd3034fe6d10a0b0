/**
 * One owner's events, each exactly once and in order: applies last + 1, drops what is older, asks again on a gap.
 *
 * Pure: it is told of frames and says what to do. `gaps` and `duplicates` count what arrived, before any healing.
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
  /** Newest event heard of. */
  head = 0;
  gaps = 0;
  duplicates = 0;
  /** Between asking for events and the answer, what comes in belongs to the old position. */
  #listening = false;
  #wasBehind = false;

  /** Sets the position to go on from. @param {number} seq */
  startAfter(seq) {
    this.last = seq;
    this.head = Math.max(this.head, seq);
  }

  /** The subscription is being asked for (again), or has ended: what arrives until `subscribed` is not ours. */
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

  /** Events may be on their way when a heartbeat overtakes them: only the second one in a row tells of a loss. @param {number} head @returns {boolean} whether to ask */
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

  /** The log goes on from elsewhere. @param {number} head */
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
