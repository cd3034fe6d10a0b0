/**
 * Back-off between retries: exponential, from one second to half a minute, with full jitter, so that a thousand
 * browsers that lost the same server do not come back at once.
 */

const FIRST_MS = 1000;
const LONGEST_MS = 30_000;
/** A delay that the server asks for is spread by up to this share, and capped at a minute. */
const SPREAD = 0.5;
const LONGEST_ASKED_MS = 60_000;

export class Backoff {
  #failures = 0;
  #random;

  /** @param {() => number} [random] 0 to 1 */
  constructor(random = Math.random) {
    this.#random = random;
  }

  /** Milliseconds until the next try. */
  next() {
    const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 10);
    return this.#random() * ceiling;
  }

  /**
   * Milliseconds until the next try if the server asked for `milliseconds`: never shorter, a little longer.
   *
   * @param {number} milliseconds
   */
  after(milliseconds) {
    const asked = Math.min(LONGEST_ASKED_MS, Math.max(0, milliseconds));
    return asked * (1 + SPREAD * this.#random());
  }

  /** Starts again at the shortest delay: the connection has held. */
  reset() {
    this.#failures = 0;
  }
}
