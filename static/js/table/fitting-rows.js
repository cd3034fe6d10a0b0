/**
 * As many rows a page as there is room for, where somebody wants that: no fewer than ten, and on cards as many as usual.
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
/** A window that is being drawn larger asks for no rows at each step. */
const EVERY_MS = 500;
/** More rows than these have to fit before more are asked for: what stands around the rows grows and shrinks with them. */
const SPARE = 2;

/** @param {number} height of what the rows lie in */
export function rowsFor(height) {
  return Math.min(MOST, Math.max(LEAST, Math.floor((height - HEAD_PIXELS) / ROW_PIXELS)));
}

/** Whether so many rows are to be asked for, after those that there are. @param {number} rows @param {number} before none: 0 */
export function isWorthAsking(rows, before) {
  return before === 0 || rows < before || rows > before + SPARE;
}

export class FittingRows {
  #around;
  #ask;
  #on = false;
  /** What was asked for last. */
  #rows = 0;
  #look = new Throttle(EVERY_MS, () => this.#lookNow());

  /** @param {Pager} pager that it is chosen in @param {HTMLElement} around what the rows lie in @param {Store} store @param {(rows: number) => void} ask called with each number of rows a page that is wanted, the same or another */
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
    // It has none while another view is shown.
    if (!this.#on || clientHeight === 0) return;
    const rows = matchMedia(CARDS).matches ? ON_CARDS : rowsFor(clientHeight);
    if (!isWorthAsking(rows, this.#rows)) return;
    this.#rows = rows;
    this.#ask(rows);
  }
}
