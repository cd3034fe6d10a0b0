/**
 * Updates the figures that depend on prices in the order table: cells of visible rows, and the totals under it.
 *
 * Draws at most once per animation frame, and only if a price or an order has changed. It sends no requests: it only
 * subscribes to the symbols on the page, those of working orders first.
 *
 * @import {FigureName} from "../orders/columns.js"
 * @import {Order} from "../orders/order.js"
 * @import {Instruments} from "../symbols/instruments.js"
 * @import {Store} from "../ui/store.js"
 * @import {Line} from "./money.js"
 * @import {PriceQuote, Shown} from "./order-figures.js"
 * @import {Told} from "./totals.js"
 *
 * @typedef {object} OrderBook the part of the order table that is used here; fires `changed` and `emptied`
 * @property {{inSight: [HTMLTableRowElement, Order][], touched: (row: HTMLTableRowElement) => void}} rows
 * @property {Order[]} orders
 * @property {(figure: FigureName, text: string) => void} wrote called with each text written to a cell
 *
 * @typedef {object} PriceSource fires `quotes` (detail: the symbols that changed) and `feed`
 * @property {(owner: string, symbols: Iterable<string>) => void} watch
 * @property {(symbol: string) => PriceQuote|undefined} quote
 * @property {{state?: string}|null|undefined} feed
 */

import { FIGURES } from "../orders/columns.js";
import { tabOf } from "../orders/order.js";
import { nextFrame } from "../ui/animation-frames.js";
import { find, setHidden, setText } from "../ui/dom.js";
import { totals } from "./money.js";
import { doubt, OrderFigures } from "./order-figures.js";
import { MoneyTotals } from "./totals.js";

const OWNER = "blotter";
/** Throttle of the totals: faster changes would be unreadable. */
const TOTALS_MS = 250;
/** How often the age of unchanged prices is checked. */
const AGE_MS = 5000;

/** @param {HTMLElement} cell @param {Shown|undefined} before @param {Shown} after */
function write(cell, before, after) {
  if (before?.text !== after.text) setText(cell, after.text);
  if (before?.title !== after.title) cell.title = after.title;
  if (before?.stale !== after.stale) cell.classList.toggle("is-stale", after.stale);
  if (before?.tone === after.tone) return;
  cell.classList.toggle("is-gain", after.tone === "gain");
  cell.classList.toggle("is-loss", after.tone === "loss");
}

/**
 * Writes the same figures into the details under the row, if they are open.
 *
 * @param {Element|null} below @param {Record<FigureName, Shown>} shown
 */
function writeDetails(below, shown) {
  if (!below?.classList.contains("subrow")) return;
  for (const text of /** @type {NodeListOf<HTMLElement>} */ (below.querySelectorAll("[data-figure]"))) {
    const figure = shown[/** @type {FigureName} */ (text.dataset.figure)];
    write(text, undefined, figure);
    if (text.parentElement) setHidden(text.parentElement, figure.text === "");
  }
}

export class TableFigures {
  #book;
  #prices;
  #instruments;
  #now;
  #totals;
  /**
   * What each row's cells show, cached to avoid reading the DOM.
   *
   * @type {WeakMap<Element, {cells: Map<FigureName, HTMLElement>, shown?: Record<FigureName, Shown>}>}
   */
  #rows = new WeakMap();
  /** Symbols whose price has changed since the last drawing. @type {Set<string>} */
  #changed = new Set();
  /** Rows that show another order or have become visible. @type {Set<Element>} */
  #touched = new Set();
  /** Whether every row has to be redrawn. */
  #all = true;
  #watched = "";
  #ended = false;
  #totalsAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #totalsTimer;
  #draw = () => this.#drawNow();
  #drawTotals = () => this.#drawTotalsNow();

  /**
   * @param {OrderBook & EventTarget} book @param {PriceSource & EventTarget} prices
   * @param {Pick<Instruments, "get">} instruments @param {Store} store
   * @param {() => number} [now] the server's time in unix milliseconds
   */
  constructor(book, prices, instruments, store, now = Date.now) {
    this.#book = book;
    this.#prices = prices;
    this.#instruments = instruments;
    this.#now = now;
    this.#totals = new MoneyTotals(find("#money"), store);
    find("#orders").classList.add("has-figures");
    for (const { figure, meaning } of FIGURES) find(`#orders th.col-${figure}`).title = meaning;
    book.rows.touched = (row) => {
      this.#touched.add(row);
      nextFrame(this.#draw);
    };
    book.addEventListener("changed", () => this.#follow());
    book.addEventListener("emptied", () => this.#end());
    prices.addEventListener("quotes", (event) => {
      for (const symbol of /** @type {CustomEvent<Set<string>>} */ (event).detail) this.#changed.add(symbol);
      nextFrame(this.#draw);
    });
    prices.addEventListener("feed", () => this.#refresh());
    setInterval(() => this.#refresh(), AGE_MS);
    this.#follow();
  }

  #refresh() {
    this.#all = true;
    nextFrame(this.#draw);
  }

  /** Subscribes to prices of the orders now on the page, and draws their figures in the same frame. */
  #follow() {
    const { orders } = this.#book;
    const working = orders.filter(({ status }) => tabOf(status) === "working");
    const symbols = new Set([...working, ...orders].map(({ symbol }) => symbol));
    const watched = [...symbols].sort().join();
    if (watched !== this.#watched && !this.#ended) {
      this.#watched = watched;
      this.#prices.watch(OWNER, symbols);
    }
    this.#drawNow();
  }

  /** Removes all figures, after a sign-out. */
  #end() {
    this.#ended = true;
    this.#prices.watch(OWNER, []);
    this.#totals.show(new Map(), 0);
  }

  #drawNow() {
    if (this.#ended) return;
    for (const [row, order] of this.#book.rows.inSight) {
      if (this.#all || this.#touched.has(row) || this.#changed.has(order.symbol)) this.#paint(row, order);
    }
    this.#all = false;
    this.#touched.clear();
    this.#changed.clear();
    const wait = this.#totalsAt + TOTALS_MS - performance.now();
    if (wait <= 0) this.#drawTotalsNow();
    else this.#totalsTimer ??= setTimeout(() => nextFrame(this.#drawTotals), wait);
  }

  /** @param {HTMLTableRowElement} row @param {Order} order */
  #paint(row, order) {
    let painted = this.#rows.get(row);
    if (!painted) {
      const cells = FIGURES.map(({ figure }) => /** @type {const} */ ([figure, find(`[data-field=${figure}]`, row)]));
      painted = { cells: new Map(cells) };
      this.#rows.set(row, painted);
    }
    const { shown } = this.#figures(order);
    for (const [figure, cell] of painted.cells) {
      const { text } = shown[figure];
      if (text !== painted.shown?.[figure].text) this.#book.wrote(figure, text);
      write(cell, painted.shown?.[figure], shown[figure]);
    }
    painted.shown = shown;
    writeDetails(row.nextElementSibling, shown);
  }

  #drawTotalsNow() {
    clearTimeout(this.#totalsTimer);
    this.#totalsTimer = undefined;
    if (this.#ended) return;
    this.#totalsAt = performance.now();
    const { orders } = this.#book;
    const figures = orders.map((order) => this.#figures(order));
    const lines = figures.flatMap(({ line }) => (line === null ? [] : [line]));
    /** @type {Map<string, Told>} */
    const told = new Map();
    for (const [currency, total] of totals(lines)) {
      const own = figures.filter(({ line }) => line?.currency === currency);
      const doubted = own.find(({ line, doubt }) => line !== null && line.pnl !== null && doubt !== "");
      told.set(currency, {
        total,
        unpriced: own.filter(({ unpriced }) => unpriced).length,
        doubt: doubted?.doubt ?? "",
      });
    }
    this.#totals.show(told, orders.length);
  }

  /** @param {Order} order */
  #figures(order) {
    const quote = this.#prices.quote(order.symbol);
    const doubted = doubt(quote, this.#prices.feed?.state ?? "unknown", this.#now());
    return new OrderFigures(order, this.#instruments.get(order.symbol), quote, doubted);
  }
}
