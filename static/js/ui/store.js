/**
 * Settings remembered in this browser's storage, separately for each user. Blocked storage or invalid values count as
 * empty; what can't be stored is kept in memory while the page is open.
 */

const PREFIX = "order-monitor.";

/** @typedef {Pick<Storage, "getItem"|"setItem">} Place */

export class Store {
  #prefix;
  #place;
  /** Values that could not be stored. @type {Map<string, unknown>} */
  #unsaved = new Map();

  /**
   * @param {() => Place} [place] called at each use, since browsers may refuse mere access to `localStorage`
   * @param {string} [owner] the user; empty for settings shared by all users
   */
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
   * Edits the stored value, which another tab may have written since, and returns the new one.
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

  /**
   * Calls `changed` whenever another tab has written this value.
   *
   * @param {string} name @param {() => void} changed @param {Pick<EventTarget, "addEventListener">} [tabs] event source
   */
  follow(name, changed, tabs = globalThis) {
    tabs.addEventListener("storage", (event) => {
      const { key } = /** @type {StorageEvent} */ (event);
      // Null: everything was cleared.
      if (key === null || key === this.#prefix + name) changed();
    });
  }
}
