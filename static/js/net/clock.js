/**
 * Estimate of the server's clock from pings: of the last 16, the one with the smallest round trip counts.
 *
 * All times are unix milliseconds. `now()` never jumps, unlike `Date.now()`; the server's clock may. While a machine
 * sleeps, `now()` may stand still, and then lags behind for good.
 *
 * @typedef {{offset: number, roundTrip: number}} Sample
 */

const SAMPLES = 16;
/** How far the two clocks may drift apart over 16 samples. */
const DRIFT_MS = 10;
/** If the page's two clocks have moved apart by this much, the machine has slept or a clock was set. */
const JUMP_MS = 1000;

/** Monotonic clock, in unix milliseconds. */
export function now() {
  return performance.timeOrigin + performance.now();
}

/** A point in time on both local clocks: one stops while the machine sleeps, the other may be set. */
export class Moment {
  #steady = now();
  #wall = Date.now();

  /** Milliseconds since then, including sleep. */
  get age() {
    return Math.max(now() - this.#steady, Date.now() - this.#wall);
  }

  /** The wall clock's reading, in unix milliseconds. */
  get wall() {
    return this.#wall;
  }
}

function skew() {
  return Date.now() - now();
}

export class ServerClock {
  /** @type {Sample[]} */
  #samples = [];
  /** Difference of the two local clocks at the newest sample. */
  #skew = 0;

  /**
   * @param {number} sent when the ping left, by the local clock
   * @param {number} received when it arrived, by the server's clock
   * @param {number} answered when the pong left, by the server's clock
   * @param {number} back when it arrived, by the local clock
   */
  add(sent, received, answered, back) {
    const roundTrip = Math.max(0, back - sent - (answered - received));
    const offset = (received - sent + (answered - back)) / 2;
    if (!this.known) this.#samples = [];
    this.#skew = skew();
    // Both samples can't be right: a clock was set in between, so the older ones are void.
    if (this.known && Math.abs(offset - this.offset) > this.error + roundTrip / 2 + DRIFT_MS) this.#samples = [];
    this.#samples.push({ offset, roundTrip });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  /** @returns {Sample|undefined} */
  get #best() {
    return this.#samples.reduce(
      (best, sample) => (best === undefined || sample.roundTrip < best.roundTrip ? sample : best),
      /** @type {Sample|undefined} */ (undefined),
    );
  }

  /** Whether there are samples, and none of the clocks has jumped since. */
  get known() {
    return this.#samples.length > 0 && Math.abs(skew() - this.#skew) < JUMP_MS;
  }

  /** The server's clock minus this one. */
  get offset() {
    return this.#best?.offset ?? 0;
  }

  /** The offset is wrong by at most this much: half the round trip. */
  get error() {
    return (this.#best?.roundTrip ?? 0) / 2;
  }

  /** Converts a server time to the local clock. @param {number} time */
  toLocal(time) {
    return time - this.offset;
  }
}
