/**
 * The server's clock as seen from here, estimated from pings: of the last 16 the one with the smallest round trip counts.
 *
 * All times are unix milliseconds. `now()` never jumps, unlike `Date.now()`; the server's clock may. While a machine
 * sleeps, `now()` may stand still, and then lags behind for good.
 *
 * @typedef {{offset: number, roundTrip: number}} Sample
 */

const SAMPLES = 16;
/** How far two clocks may drift apart while 16 samples last. */
const DRIFT_MS = 10;
/** Where the two clocks here have moved apart by this much, the machine has slept or one of them was set. */
const JUMP_MS = 1000;

/** Unix milliseconds of a clock that only goes forward. */
export function now() {
  return performance.timeOrigin + performance.now();
}

/** A point in time from which both clocks here are read: one stands still while the machine sleeps, the other may be set. */
export class Moment {
  #steady = now();
  #wall = Date.now();

  /** Milliseconds since, sleep included. */
  get age() {
    return Math.max(now() - this.#steady, Date.now() - this.#wall);
  }

  /** What a watch on the wall has shown. */
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
  /** How far the clocks here were apart at the newest sample. */
  #skew = 0;

  /**
   * @param {number} sent when the ping left, here
   * @param {number} received when it came in, there
   * @param {number} answered when the pong left, there
   * @param {number} back when it came in, here
   */
  add(sent, received, answered, back) {
    const roundTrip = Math.max(0, back - sent - (answered - received));
    const offset = (received - sent + (answered - back)) / 2;
    if (!this.known) this.#samples = [];
    this.#skew = skew();
    // Two samples that cannot both be right: the clock was set in between, what was known is void.
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

  /** Whether anything is known, and of the time since the machine last slept. */
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

  /** A time of the server in this clock. @param {number} time */
  toLocal(time) {
    return time - this.offset;
  }
}
