/**
 * What this browser remembers of how the page was left, each person's by themselves. Storage that is forbidden or spoilt
 * is as good as empty; what it can't take is remembered as long as the page is open.
 */

const PREFIX = "order-monitor.";

/** @typedef {Pick<Storage, "getItem"|"setItem">} Place */

export class Store {
  #prefix;
  #place;
  /** What found no place. @type {Map<string, unknown>} */
  #unsaved = new Map();

  /** @param {() => Place} [place] asked at each use, since browsers may refuse the mere mention of `localStorage` @param {string} [owner] whose memory it is; empty for what everybody shares */
  constructor(place = () => localStorage, owner = "") {
    this.#prefix = owner === "" ? PREFIX : `${PREFIX}${encodeURIComponent(owner)}/`;
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
    if (this.#unsaved.has(name)) return /** @type {T} */ (this.#unsaved.get(name));
    try {
      const text = this.#place().getItem(this.#prefix + name);
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
      this.#place().setItem(this.#prefix + name, JSON.stringify(value));
      this.#unsaved.delete(name);
    } catch {
      this.#unsaved.set(name, value);
    }
  }

  /**
   * Changes what is there by now, which another tab may have written since; the new value.
   *
   * @template T
   * @param {string} name
   * @param {T} fallback
   * @param {(value: any) => boolean} valid
   * @param {(value: T) => T} edit
   */
  change(name, fallback, valid, edit) {
    const value = edit(this.get(name, fallback, valid));
    this.set(name, value);
    return value;
  }

  /** Calls whenever another tab has written this. @param {string} name @param {() => void} changed @param {Pick<EventTarget, "addEventListener">} [tabs] who tells */
  follow(name, changed, tabs = globalThis) {
    tabs.addEventListener("storage", (event) => {
      const { key } = /** @type {StorageEvent} */ (event);
      // Null: everything was cleared.
      if (key === null || key === this.#prefix + name) changed();
    });
  }
}
