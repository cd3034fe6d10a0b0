/**
 * The panel of the live chart. Remembers whether it is open, and its instrument. The chart library and the modules that
 * draw with it are loaded when the panel is first visible, so that the page opens as fast without it.
 *
 * Fires `symbol` (detail: the symbol) when the instrument changes and `open` (detail: whether it is).
 *
 * @import {Api} from "../net/api.js"
 * @import {Quote} from "../prices/bars.js"
 * @import {Instruments} from "../symbols/instruments.js"
 * @import {SymbolResults} from "../symbols/results.js"
 * @import {Store} from "../ui/store.js"
 * @import {ChartView} from "./view.js"
 *
 * @typedef {EventTarget & {watch: (owner: string, symbols: Iterable<string>) => void, quote: (symbol: string) => Quote|undefined}} PriceSource fires `quotes` (detail: the symbols that changed, a `Set`)
 *
 * @typedef {object} Sources
 * @property {Api} api
 * @property {string} barsUrl
 * @property {string} ordersUrl
 * @property {string} eventsUrl
 * @property {string} coneUrl
 * @property {PriceSource|null} prices null without a feed: the chart then shows history only
 * @property {Instruments} instruments
 * @property {SymbolResults} symbols
 * @property {EventTarget} stream of the user's order events
 * @property {() => number} clock the server's, in unix milliseconds
 */

import { SymbolField } from "../symbols/field.js";
import { cleaned } from "../text/user-input.js";
import { find } from "../ui/dom.js";
import { showState } from "./note.js";

/** Wide enough to show it next to the orders. */
const WIDE = "(min-width: 1280px)";

export class Chart extends EventTarget {
  #root;
  #button;
  #store;
  #sources;
  #input;
  #symbol;
  /** Null until it is loaded. @type {ChartView|null} */
  #view = null;
  #loading = false;
  #seen = false;
  #away = "";

  /** @param {HTMLElement} root @param {HTMLElement} button that opens it @param {Store} store @param {Sources} sources */
  constructor(root, button, store, sources) {
    super();
    this.#root = root;
    this.#button = button;
    this.#store = store;
    this.#sources = sources;
    this.#input = /** @type {HTMLInputElement} */ (find("#chart-symbol", root));
    this.#symbol = store.get("chart-symbol", "");
    button.addEventListener("click", () => this.toggle());
    find("[data-action=close-chart]", root).addEventListener("click", () => {
      this.#open(false);
      button.focus();
    });
    find("[data-action=retry-chart]", root).addEventListener("click", () => this.#retry());
    new SymbolField(this.#input, sources.symbols, (symbol) => this.#choose(symbol));
    this.#input.addEventListener("change", () => this.#left());
    this.#input.addEventListener("blur", () => this.#fill());
    // By default open if it fits next to the orders and prices are live.
    this.#showOpen(store.get("chart-open", sources.prices !== null && matchMedia(WIDE).matches));
    const sight = new IntersectionObserver((entries) => {
      this.#seen = entries.at(-1)?.isIntersecting ?? false;
      this.#follow();
    });
    sight.observe(root);
  }

  get open() {
    return this.#root.classList.contains("is-open");
  }

  get symbol() {
    return this.#symbol;
  }

  /** Opens it with this instrument. @param {string} symbol */
  show(symbol) {
    this.#choose(symbol);
    this.#open(true);
  }

  toggle() {
    // Open, but hidden behind the ticket, or by another view on a phone.
    if (this.open && !this.#root.checkVisibility()) this.#tellOpen();
    else this.#open(!this.open);
  }

  /** Why the server is not reachable; empty while it is. @param {string} reason */
  set away(reason) {
    this.#away = reason;
    if (this.#view) this.#view.away = reason;
  }

  /** Refetches data that may have been missed. */
  refetch() {
    this.#view?.refetch();
  }

  /** Removes all orders, after a sign-out. */
  empty() {
    this.#seen = false;
    this.#view?.empty();
  }

  /** Applies the loaded instruments: one can be chosen, and prices get their decimals. */
  showInstruments() {
    this.#view?.showInstruments();
    this.#follow();
  }

  /** Rewrites times, after a change of day or of time zone. */
  showDay() {
    this.#view?.showDay();
  }

  #tellOpen() {
    this.dispatchEvent(new CustomEvent("open", { detail: this.open }));
  }
  /** @param {boolean} open */
  #open(open) {
    if (open === this.open) return;
    this.#store.set("chart-open", open);
    this.#showOpen(open);
    this.#tellOpen();
  }

  /** @param {boolean} open */
  #showOpen(open) {
    this.#root.classList.toggle("is-open", open);
    this.#button.setAttribute("aria-expanded", String(open));
  }

  /** @param {string} symbol */
  #choose(symbol) {
    this.#input.value = symbol;
    this.#take(symbol);
  }

  /** @param {string} symbol */
  #take(symbol) {
    this.#input.removeAttribute("aria-invalid");
    if (symbol === this.#symbol) return;
    this.#symbol = symbol;
    this.#store.set("chart-symbol", symbol);
    this.dispatchEvent(new CustomEvent("symbol", { detail: symbol }));
    this.#follow();
  }

  /** Takes the symbol typed before the instruments were loaded, else `first`. @param {string} first */
  #takeFirst(first) {
    const typed = cleaned(this.#input.value).toUpperCase();
    this.#take(this.#sources.instruments.get(typed) ? typed : first);
  }

  /** Shows the symbol in the empty field; not while the user is in it: what they type would be appended. */
  #fill() {
    if (this.#input.value !== "" || document.activeElement === this.#input) return;
    this.#input.value = this.#symbol;
    this.#input.removeAttribute("aria-invalid");
  }

  /** The user has left the field. */
  #left() {
    const symbol = cleaned(this.#input.value).toUpperCase();
    if (this.#sources.instruments.get(symbol)) this.#choose(symbol);
    else this.#input.setAttribute("aria-invalid", "true");
  }

  #follow() {
    if (!this.#seen) {
      this.#view?.rest();
      return;
    }
    const [first] = this.#sources.instruments.active;
    // The orders load first.
    if (!first) return;
    if (!this.#sources.instruments.get(this.#symbol)) this.#takeFirst(first.symbol);
    this.#fill();
    if (this.#view === null) this.#load();
    else if (this.#symbol !== "") this.#view.show(this.#symbol);
  }

  #retry() {
    if (this.#view === null) this.#load();
    else this.#view.refetch();
  }

  async #load() {
    if (this.#loading) return;
    this.#loading = true;
    showState(this.#root, "loading", "Loading the chart …");
    try {
      const { ChartView } = await import("./view.js");
      this.#view = new ChartView(this.#root, this.#store, this.#sources);
      this.#view.away = this.#away;
    } catch {
      showState(this.#root, "failed", "The chart could not be loaded.", true);
      return;
    } finally {
      this.#loading = false;
    }
    this.#follow();
  }
}
