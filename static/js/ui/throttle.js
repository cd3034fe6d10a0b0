/**
 * Throttle with leading and trailing call: acts at once, then at most once per period, however often it is asked.
 */

export class Throttle {
  #everyMs;
  #act;
  #doneAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /** @param {number} everyMs @param {() => void} act */
  constructor(everyMs, act) {
    this.#everyMs = everyMs;
    this.#act = act;
  }

  ask() {
    const wait = this.#doneAt + this.#everyMs - performance.now();
    if (wait <= 0) this.now();
    else this.#timer ??= setTimeout(() => this.now(), wait);
  }

  /** Acts at once, regardless of the period. */
  now() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#doneAt = performance.now();
    this.#act();
  }
}
