/**
 * What this browser remembers of how the page was left. Storage that is full, forbidden or spoilt is as good as empty.
 */

const PREFIX = "order-monitor.";

/** @typedef {Pick<Storage, "getItem"|"setItem">} Place */

export class Store {
  #place;

  /** @param {() => Place} [place] asked at each use, since browsers may refuse the mere mention of `localStorage` */
  constructor(place = () => localStorage) {
    this.#place = place;
  }

  /**
   * The remembered value if `valid` accepts it, else the fallback.
   *
   * @template T
   * @param {string} name
   * @param {T} fallback
   * @param {(value: any) => boolean} [valid]
   * @returns {T}
   */
  get(name, fallback, valid = (value) => typeof value === typeof fallback) {
    try {
      const text = this.#place().getItem(PREFIX + name);
      if (text === null) return fallback;
      const value = JSON.parse(text);
      return valid(value) ? value : fallback;
    } catch {
      return fallback;
    }
  }

  /** @param {string} name @param {unknown} value */
  set(name, value) {
    try {
      this.#place().setItem(PREFIX + name, JSON.stringify(value));
    } catch {
      // The page works without a memory.
    }
  }
}
