/**
 * Totals, pages and rows a page under the table. Fires `page` (detail: start) and `size` (detail: rows a page).
 */

import { find, setText } from "./dom.js";
import { integer, plural } from "./format.js";

/** @typedef {{start: number, length: number, shown: number, filtered: number, total: number}} PageState */

/** "1–25 of 697 orders (of 4,213)". @param {PageState} state */
export function totalsText({ start, shown, filtered, total }) {
  if (filtered === 0) return plural(0, "order");
  const range = `${integer(start + 1)}–${integer(start + shown)} of ${plural(filtered, "order")}`;
  return filtered === total ? range : `${range}, filtered from ${integer(total)}`;
}

export class Pager extends EventTarget {
  #root;
  #size;
  /** @type {PageState} */
  #state = { start: 0, length: 25, shown: 0, filtered: 0, total: 0 };

  /** @param {HTMLElement} root */
  constructor(root) {
    super();
    this.#root = root;
    this.#size = /** @type {HTMLSelectElement} */ (find("#page-size", root));
    this.#size.addEventListener("change", () => this.#tell("size", Number(this.#size.value)));
    for (const button of this.#buttons) {
      button.addEventListener("click", () => this.#tell("page", this.#target(button.dataset.page)));
    }
  }

  /** @returns {HTMLButtonElement[]} */
  get #buttons() {
    return [...this.#root.querySelectorAll(/** @type {"button"} */ ("[data-page]"))];
  }

  get #lastStart() {
    const { filtered, length } = this.#state;
    return Math.max(0, Math.ceil(filtered / length) - 1) * length;
  }

  /** @param {PageState} state */
  show(state) {
    this.#state = state;
    const { start, length } = state;
    if (this.#size.value !== String(length)) this.#size.value = String(length);
    setText(find("#totals", this.#root), totalsText(state));
    setText(
      find("#page-number", this.#root),
      `${integer(start / length + 1)} / ${integer(this.#lastStart / length + 1)}`,
    );
    for (const button of this.#buttons) button.disabled = this.#target(button.dataset.page) === start;
  }

  /** @param {string|undefined} name */
  #target(name) {
    const { start, length } = this.#state;
    switch (name) {
      case "first":
        return 0;
      case "previous":
        return Math.max(0, start - length);
      case "next":
        return Math.min(Math.max(start, this.#lastStart), start + length);
      default:
        return Math.max(start, this.#lastStart);
    }
  }

  /** @param {string} type @param {number} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
