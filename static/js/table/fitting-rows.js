/**
 * Automatic page size, if chosen: as many rows as fit, at least ten; on cards, the usual number.
 *
 * @import {Store} from "../ui/store.js"
 * @import {Pager} from "./pager.js"
 */

import { Throttle } from "../ui/throttle.js";

const REMEMBERED = "rows-fit";
const HEAD_PIXELS = 31;
const ROW_PIXELS = 30;
const LEAST = 10;
const MOST = 100;
const ON_CARDS = 25;
const CARDS = "(max-width: 640px)";
/** Throttle: a window that is being resized must not cause a request at each step. */
const EVERY_MS = 500;
/** Hysteresis, in rows, before more are requested: elements around the rows grow and shrink with them. */
const SPARE = 2;

/** @param {number} height of the container */
export function rowsFor(height) {
  return Math.min(MOST, Math.max(LEAST, Math.floor((height - HEAD_PIXELS) / ROW_PIXELS)));
}

/**
 * Whether this page size is worth a request, given the one before.
 *
 * @param {number} rows @param {number} before 0 if there was none
 */
export function isWorthAsking(rows, before) {
  return before === 0 || rows < before || rows > before + SPARE;
}

export class FittingRows {
  #around;
  #ask;
  #on = false;
  /** The page size last requested. */
  #rows = 0;
  #look = new Throttle(EVERY_MS, () => this.#lookNow());

  /**
   * @param {Pager} pager @param {HTMLElement} around the container of the rows @param {Store} store
   * @param {(rows: number) => void} ask called with each page size to use, changed or not
   */
  constructor(pager, around, store, ask) {
    this.#around = around;
    this.#ask = ask;
    new ResizeObserver(() => this.#look.ask()).observe(around);
    pager.addEventListener("size", (event) => {
      const { detail: rows } = /** @type {CustomEvent<number|null>} */ (event);
      this.#on = rows === null;
      store.set(REMEMBERED, this.#on);
      this.#rows = 0;
      if (rows === null) this.#look.now();
      else ask(rows);
    });
    this.#on = pager.fits = store.get(REMEMBERED, false);
    this.#look.now();
  }

  #lookNow() {
    const { clientHeight } = this.#around;
    // The height is 0 while another view is shown.
    if (!this.#on || clientHeight === 0) return;
    const rows = matchMedia(CARDS).matches ? ON_CARDS : rowsFor(clientHeight);
    if (!isWorthAsking(rows, this.#rows)) return;
    this.#rows = rows;
    this.#ask(rows);
  }
}
