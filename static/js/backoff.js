/**
 * How long to wait before trying again: full jitter, doubling from half a second to half a minute, so that a thousand
 * browsers that lost the same server do not come back at once.
 */

const FIRST_MS = 500;
const LONGEST_MS = 30_000;

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

  /** The connection has held. */
  reset() {
    this.#failures = 0;
  }
}
