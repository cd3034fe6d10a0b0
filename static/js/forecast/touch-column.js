/**
 * Writes the touch forecasts into the order table: cells of visible rows, only where what they show has changed.
 *
 * @import {Order} from "../orders/order.js"
 * @import {Forecast} from "./words.js"
 *
 * @typedef {object} OrderBook the part of the order table used here; fires `changed` and `emptied`
 * @property {{inSight: [HTMLTableRowElement, Order][], touched: (row: HTMLTableRowElement) => void}} rows
 * @property {Order[]} orders
 * @property {(figure: "touch", text: string) => void} wrote called with each text written to a cell
 *
 * @typedef {object} ForecastSource fires `forecasts` (detail: the orders whose forecasts have changed)
 * @property {(orders: Iterable<number>) => void} watch
 * @property {(order: number) => Forecast[]} of
 * @property {(order: number) => boolean} isStale
 *
 * @typedef {object} Shown what a cell shows
 * @property {string} text
 * @property {string} href of the page that says how good its numbers have been; empty if it has none
 * @property {string} title
 * @property {string} tint a percentage; empty for none
 * @property {boolean} stale
 */

import { TOUCH } from "../orders/columns.js";
import { nextFrame } from "../ui/animation-frames.js";
import { find, make, setText } from "../ui/dom.js";
import { isForecast, isOf, levelText } from "./level.js";
import { aboutMark, aboutSymbol } from "./link.js";
import { cellText, cellTitle } from "./words.js";

/** The horizon that tints the cell. */
const TINTED = 15;
/** A tint changes in steps that can be told apart. */
const STEP = 10;
const SILENT = "no contact with the server";
const OTHER_PRICE = "for the price before";

/** @type {Shown} */
const BLANK = { text: "", href: "", title: "", tint: "", stale: false };

/** @param {Forecast[]} forecasts */
function tintOf(forecasts) {
  const touch = forecasts.find(({ minutes }) => minutes === TINTED)?.touch;
  return touch ? `${STEP * Math.round((100 * touch.probability) / STEP)}%` : "";
}

/**
 * What an order's cell shows.
 *
 * @param {Order} order @param {Forecast[]} forecasts @param {boolean} silent whether they are no longer renewed
 * @returns {Shown}
 */
export function touchCell(order, forecasts, silent) {
  if (!isForecast(order) || forecasts.length === 0) return BLANK;
  const isOther = forecasts.some(({ price }) => !isOf(order, price));
  const doubt = silent ? SILENT : isOther ? OTHER_PRICE : "";
  const stale = doubt !== "";
  const href = forecasts.some(({ touch }) => touch) ? aboutSymbol(order.symbol) : "";
  const title = cellTitle(forecasts, levelText(order), doubt);
  return { text: cellText(forecasts), href, title, tint: stale ? "" : tintOf(forecasts), stale };
}

/** @typedef {{row: HTMLTableRowElement, cell: HTMLElement, text: HTMLElement, about: HTMLAnchorElement, shown: Shown}} Painted */

/** @param {HTMLTableRowElement} row @returns {Painted} */
function prepare(row) {
  const cell = find(`[data-field=${TOUCH.figure}]`, row);
  const [text, about] = [make("span", ""), aboutMark()];
  about.hidden = true;
  cell.replaceChildren(text, about);
  return { row, cell, text, about, shown: BLANK };
}

/** @param {Painted} painted @param {Shown} after */
function write({ row, cell, text, about, shown: before }, after) {
  if (before.text !== after.text) setText(text, after.text);
  if (before.href !== after.href) {
    if (after.href === "" && document.activeElement === about) row.focus({ preventScroll: true });
    about.hidden = after.href === "";
    if (after.href !== "") about.href = after.href;
  }
  if (before.title !== after.title) cell.title = after.title;
  if (before.stale !== after.stale) cell.classList.toggle("is-stale", after.stale);
  if (before.tint === after.tint) return;
  if (after.tint === "") cell.style.removeProperty("--touch");
  else cell.style.setProperty("--touch", after.tint);
}

export class TouchColumn {
  #book;
  #forecasts;
  /** What each row's cell shows, cached to avoid reading the DOM. @type {WeakMap<Element, Painted>} */
  #cells = new WeakMap();
  /** Orders whose forecasts have changed since the last drawing. @type {Set<number>} */
  #changed = new Set();
  /** Rows that show another order or have become visible. @type {Set<Element>} */
  #touched = new Set();
  #ended = false;
  #draw = () => this.#drawNow();

  /** @param {OrderBook & EventTarget} book @param {ForecastSource & EventTarget} forecasts */
  constructor(book, forecasts) {
    this.#book = book;
    this.#forecasts = forecasts;
    find(`#orders th.col-${TOUCH.figure}`).title = TOUCH.meaning;
    const { touched } = book.rows;
    book.rows.touched = (row) => {
      touched(row);
      this.#touched.add(row);
      nextFrame(this.#draw);
    };
    book.addEventListener("changed", () => this.#follow());
    book.addEventListener("emptied", () => this.#end());
    forecasts.addEventListener("forecasts", (event) => {
      for (const id of /** @type {CustomEvent<Set<number>>} */ (event).detail) this.#changed.add(id);
      nextFrame(this.#draw);
    });
    this.#follow();
  }

  /** Watches the orders of this page of the table, and those kept on it because the user works on them. */
  #follow() {
    if (this.#ended) return;
    const { orders, rows } = this.#book;
    const shown = [...orders, ...rows.inSight.map(([, order]) => order)];
    this.#forecasts.watch(shown.filter(isForecast).map(({ id }) => id));
  }

  /** After a sign-out. */
  #end() {
    this.#ended = true;
    this.#forecasts.watch([]);
  }

  #drawNow() {
    if (this.#ended) return;
    for (const [row, order] of this.#book.rows.inSight) {
      if (this.#touched.has(row) || this.#changed.has(order.id)) this.#paint(row, order);
    }
    this.#changed.clear();
    this.#touched.clear();
  }

  /** @param {HTMLTableRowElement} row @param {Order} order */
  #paint(row, order) {
    const painted = this.#cells.get(row) ?? prepare(row);
    const shown = touchCell(order, this.#forecasts.of(order.id), this.#forecasts.isStale(order.id));
    // In its words and between its numbers, letters and dashes are about as wide as digits; so is the mark beside them.
    if (shown.text !== painted.shown.text) this.#book.wrote("touch", `0${shown.text.replaceAll(/[a-z–]/g, "0")}`);
    write(painted, shown);
    painted.shown = shown;
    this.#cells.set(row, painted);
  }
}
