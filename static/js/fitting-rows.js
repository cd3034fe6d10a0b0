/**
 * As many rows a page as there is room for, where somebody wants that: no fewer than ten, and on cards as many as usual.
 *
 * @import {Pager} from "./pager.js"
 * @import {Store} from "./store.js"
 */

import { Seldom } from "./seldom.js";

const REMEMBERED = "rows-fit";
const HEAD_PIXELS = 31;
const ROW_PIXELS = 30;
const LEAST = 10;
const MOST = 100;
const ON_CARDS = 25;
const CARDS = "(max-width: 640px)";
/** A window that is being drawn larger asks for no rows at each step. */
const EVERY_MS = 500;

/** @param {number} height of what the rows lie in */
export function rowsFor(height) {
  return Math.min(MOST, Math.max(LEAST, Math.floor((height - HEAD_PIXELS) / ROW_PIXELS)));
}

export class FittingRows {
  #around;
  #ask;
  #on = false;
  #look = new Seldom(EVERY_MS, () => this.#lookNow());

  /** @param {Pager} pager that it is chosen in @param {HTMLElement} around what the rows lie in @param {Store} store @param {(rows: number) => void} ask called with each number of rows a page that is wanted, the same or another */
  constructor(pager, around, store, ask) {
    this.#around = around;
    this.#ask = ask;
    new ResizeObserver(() => this.#look.ask()).observe(around);
    pager.addEventListener("size", (event) => {
      const { detail: rows } = /** @type {CustomEvent<number|null>} */ (event);
      this.#on = rows === null;
      store.set(REMEMBERED, this.#on);
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
    this.#ask(matchMedia(CARDS).matches ? ON_CARDS : rowsFor(clientHeight));
  }
}
