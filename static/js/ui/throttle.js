/**
 * Does something at once, but not again before a while has passed: then once, however often it was asked for.
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

  /** Whatever was done before. */
  now() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#doneAt = performance.now();
    this.#act();
  }
}
