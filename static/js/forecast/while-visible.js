/**
 * Repeats an action while it is switched on and the page is visible; at once when the page is seen again, if it is due.
 */

/** How often forecasts are read that no socket brings. */
export const EVERY_MS = 5000;

export class WhileVisible {
  #act;
  #everyMs;
  #isOn = false;
  #doneAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  #look = () => this.#lookNow();

  /** @param {() => void} act @param {number} [everyMs] */
  constructor(act, everyMs = EVERY_MS) {
    this.#act = act;
    this.#everyMs = everyMs;
  }

  /** Acts at once, and then again and again; started again, it begins anew. */
  start() {
    this.stop();
    this.#isOn = true;
    this.#doneAt = -Infinity;
    document.addEventListener("visibilitychange", this.#look);
    this.#lookNow();
  }

  stop() {
    this.#isOn = false;
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.#look);
  }

  #lookNow() {
    clearTimeout(this.#timer);
    if (!this.#isOn || document.hidden) return;
    const wait = this.#doneAt + this.#everyMs - performance.now();
    if (wait <= 0) {
      this.#doneAt = performance.now();
      this.#act();
    }
    this.#timer = setTimeout(this.#look, wait <= 0 ? this.#everyMs : wait);
  }
}
