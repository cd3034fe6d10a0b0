/**
 * Durations counted in 1,536 log-linear buckets (24 powers of two, 64 steps each): percentiles within 1.6 %.
 *
 * Takes durations in milliseconds, from 1 microsecond to 16 seconds (longer ones count as 16). Its size is fixed.
 */

const STEPS = 64;
const POWERS = 24;
const MICROSECONDS = 1000;

/** @param {number} microseconds */
function bucketOf(microseconds) {
  const power = Math.min(POWERS - 1, Math.floor(Math.log2(microseconds)));
  const step = Math.floor((microseconds / 2 ** power - 1) * STEPS);
  return power * STEPS + Math.min(STEPS - 1, step);
}

/** The middle of a bucket, in microseconds. @param {number} bucket */
function middleOf(bucket) {
  return 2 ** Math.floor(bucket / STEPS) * (1 + ((bucket % STEPS) + 0.5) / STEPS);
}

export class Histogram {
  #counters = new Uint32Array(STEPS * POWERS);
  count = 0;

  /** @param {number} milliseconds */
  add(milliseconds) {
    const bucket = bucketOf(Math.max(1, milliseconds * MICROSECONDS));
    this.#counters[bucket] = (this.#counters[bucket] ?? 0) + 1;
    this.count += 1;
  }

  /** Adds another histogram's counts. @param {Histogram} other */
  absorb(other) {
    for (const [bucket, number] of other.#counters.entries())
      this.#counters[bucket] = (this.#counters[bucket] ?? 0) + number;
    this.count += other.count;
  }

  /**
   * The duration that this share of the samples does not exceed; null without samples.
   *
   * @param {number} share 0 to 1 @returns {number|null} milliseconds
   */
  percentile(share) {
    if (this.count === 0) return null;
    let left = Math.max(1, Math.ceil(share * this.count));
    for (let bucket = 0; bucket < this.#counters.length; bucket += 1) {
      left -= this.#counters[bucket] ?? 0;
      if (left <= 0) return middleOf(bucket) / MICROSECONDS;
    }
    return null;
  }
}
