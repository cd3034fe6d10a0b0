/**
 * Totals, page buttons and page size under the table. Fires `page` (detail: start) and `size` (detail: rows per page;
 * null for as many as fit).
 */

import { integer, plural } from "../text/format.js";
import { find, setText } from "../ui/dom.js";
import { setDisabled } from "../ui/focus.js";

/** Value of the page size that means as many rows as fit. */
const FITTING = "auto";

/**
 * `isMore`: there are more than `filtered`, but they were not counted.
 *
 * @typedef {{start: number, length: number, shown: number, filtered: number, isMore: boolean, total: number}} PageState
 */

/** "1–25 of 697 orders, filtered from 4,213", "1–25 of 1,000+ orders". @param {PageState} state */
export function totalsText({ start, shown, filtered, isMore, total }) {
  if (filtered === 0 && !isMore) return plural(0, "order");
  const of = isMore ? `${integer(filtered)}+ orders` : plural(filtered, "order");
  const range = `${integer(start + 1)}–${integer(start + shown)} of ${of}`;
  return filtered === total && !isMore ? range : `${range}, filtered from ${integer(total)}`;
}

/** "2 / 28", "2 / 40+". @param {PageState} state */
export function pageText(state) {
  return `${integer(state.start / state.length + 1)} / ${integer(lastStart(state) / state.length + 1)}${state.isMore ? "+" : ""}`;
}

/**
 * The start of the page that a button leads to; the current one if it leads nowhere.
 *
 * @param {string|undefined} button @param {PageState} state
 */
export function pageTarget(button, state) {
  const { start, length, isMore } = state;
  switch (button) {
    case "first":
      return 0;
    case "previous":
      return Math.max(0, start - length);
    case "next":
      return isMore ? start + length : Math.min(Math.max(start, lastStart(state)), start + length);
    default:
      // The last page is not known: reversing the sort leads there.
      return isMore ? start : Math.max(start, lastStart(state));
  }
}

/** The start of the last known page. @param {PageState} state */
function lastStart({ start, filtered, isMore, length }) {
  const last = Math.max(0, Math.ceil(filtered / length) - 1) * length;
  return isMore ? Math.max(start, last) : last;
}

export class Pager extends EventTarget {
  #root;
  #size;
  /** The page last requested, shown or not: the buttons lead from there. @type {PageState} */
  #asked = { start: 0, length: 25, shown: 0, filtered: 0, isMore: false, total: 0 };
  /** Whether the page size is automatic. */
  fits = false;

  /** @param {HTMLElement} root */
  constructor(root) {
    super();
    this.#root = root;
    this.#size = /** @type {HTMLSelectElement} */ (find("#page-size", root));
    this.#size.addEventListener("change", () => {
      this.fits = this.#size.value === FITTING;
      this.#tell("size", this.fits ? null : Number(this.#size.value));
    });
    for (const button of this.#buttons) {
      button.addEventListener("click", () => this.#tell("page", pageTarget(button.dataset.page, this.#asked)));
    }
  }

  /** @returns {HTMLButtonElement[]} */
  get #buttons() {
    return [...this.#root.querySelectorAll(/** @type {"button"} */ ("[data-page]"))];
  }

  /**
   * @param {PageState} state what is shown
   * @param {{start: number, length: number}} asked what was requested; it may not have arrived yet
   */
  show(state, { start, length } = state) {
    this.#asked = { ...state, start, length };
    const size = this.fits ? FITTING : String(length);
    if (this.#size.value !== size) this.#size.value = size;
    setText(find("#totals", this.#root), totalsText(state));
    setText(find("#page-number", this.#root), pageText(state));
    const nearby = () => find(".pages", this.#root);
    for (const button of this.#buttons) {
      setDisabled(button, pageTarget(button.dataset.page, this.#asked) === start, nearby);
    }
  }

  /** @param {string} type @param {number|null} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
