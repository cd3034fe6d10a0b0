/**
 * The order book on the page: the table with its tabs, search, filters, pager and the states it has without rows.
 *
 * Fires `loaded` (detail: head), `changed` when rows may differ, `emptied` for good and, from the rows, `done` (detail: the
 * order), `refused` (detail: `{order, error}`), `unable` where nothing can be sent, and `chart` (detail: the symbol).
 *
 * @import {Api} from "./api.js"
 * @import {Instruments} from "./instruments.js"
 * @import {OrderEvent} from "./order.js"
 * @import {Store} from "./store.js"
 */

import { Blotter } from "./blotter.js";
import { find, setHidden, setText } from "./dom.js";
import { EmptyStates } from "./empty-states.js";
import { FilterForm } from "./filters.js";
import { Flash } from "./flash.js";
import { plural } from "./format.js";
import { composes } from "./keys.js";
import { Pager } from "./pager.js";
import { hasFilters, noFilters } from "./query.js";
import { rememberedQuery, rememberQuery } from "./remembered-query.js";
import { RowActions } from "./row-actions.js";
import { RowPainter } from "./row-painter.js";
import { RowWork } from "./row-work.js";
import { Tabs } from "./tabs.js";

const SEARCH_AFTER_MS = 250;

export class Book extends EventTarget {
  work;
  #blotter;
  #tabs = new Tabs(find(".tabs"));
  #filters = new FilterForm(/** @type {HTMLFormElement} */ (find("#filters")), find("#filters-toggle"), find("#chips"));
  #pager = new Pager(find(".pager"));
  #states = new EmptyStates(find("#orders-scroll"));
  #search = /** @type {HTMLInputElement} */ (find("#search"));
  #store;
  #loaded = false;
  /** Why the newest request failed; empty once one has not. */
  #failure = "";
  #loading = false;
  #away = "";

  /** @param {Api} api @param {string} url @param {Instruments} instruments @param {Store} store */
  constructor(api, url, instruments, store) {
    super();
    this.#store = store;
    const orderUrl = (/** @type {number} */ id) => `${url}${id}/`;
    const table = /** @type {HTMLTableElement} */ (find("#orders"));
    const flash = new Flash(table);
    const actions = new RowActions(api, orderUrl, (id) => {
      const row = this.#blotter.rows.node(id);
      if (row) this.#blotter.rows.repaint(row);
    });
    const painter = new RowPainter(instruments, flash, (cell, order) => actions.paint(cell, order));
    this.#blotter = new Blotter(table, api, url, rememberedQuery(store), painter, flash);
    this.work = new RowWork(table, this.#blotter, actions, api, instruments, orderUrl);
    for (const type of ["done", "refused", "unable", "chart"]) this.#passOn(this.work, type);
    this.#listen();
    this.#show();
  }

  /** @param {OrderEvent[]} events @param {boolean} quiet whether nothing is to flash */
  apply(events, quiet) {
    this.#blotter.apply(events, quiet);
  }

  /** The log goes on from elsewhere. @param {number} head */
  reset(head) {
    this.#blotter.reset(head);
  }

  refetch() {
    this.#blotter.refetch();
  }

  /** Why the server can't be asked for anything; empty where it can. @param {string} reason */
  set away(reason) {
    if (reason === this.#away) return;
    const back = this.#away !== "" && reason === "";
    this.#away = reason;
    this.work.away = reason;
    if (back) this.#blotter.hurry();
    this.#show();
  }

  /** Nobody may see these orders here any more. */
  empty() {
    this.work.empty();
    this.#blotter.empty();
    this.dispatchEvent(new Event("emptied"));
  }

  /** The rows on screen. */
  get rows() {
    return this.#blotter.rows;
  }

  /** The orders of the page of the table that is shown, in sight or not. */
  get orders() {
    return this.#blotter.window.rows;
  }

  /** The instruments have come: prices get their decimals. */
  showInstruments() {
    for (const row of this.#blotter.rows.all) this.#blotter.rows.repaint(row);
  }

  focusSearch() {
    this.#search.select();
  }

  #listen() {
    const blotter = this.#blotter;
    blotter.addEventListener("changed", () => this.#show());
    blotter.addEventListener("loading", () => {
      this.#loading = true;
      find("#orders-scroll").classList.add("is-loading");
      rememberQuery(this.#store, blotter.query);
      this.#show();
    });
    blotter.addEventListener("loaded", () => {
      this.#loaded = true;
      this.#loading = false;
      this.#failure = "";
      find("#orders-scroll").classList.remove("is-loading");
      this.#show();
    });
    blotter.addEventListener("failed", (event) => {
      this.#failure = /** @type {CustomEvent} */ (event).detail.message;
      this.#show();
    });
    blotter.addEventListener("held", (event) => this.#showHeld(/** @type {CustomEvent} */ (event).detail));
    blotter.addEventListener("turned", () => find("#orders-scroll").scrollTo({ top: 0 }));
    this.#passOn(blotter, "loaded");
    this.#passOn(blotter, "changed");
    find("#let-in").addEventListener("click", () => blotter.letIn());
    this.#tabs.addEventListener("choose", (event) => blotter.ask({ tab: /** @type {CustomEvent} */ (event).detail }));
    this.#filters.addEventListener("choose", (event) =>
      blotter.ask({ filters: /** @type {CustomEvent} */ (event).detail }),
    );
    this.#pager.addEventListener("page", (event) => blotter.ask({ start: /** @type {CustomEvent} */ (event).detail }));
    this.#pager.addEventListener("size", (event) => blotter.ask({ length: /** @type {CustomEvent} */ (event).detail }));
    find("[data-action=show-all]").addEventListener("click", () => {
      this.#search.value = "";
      blotter.ask({ tab: "all", search: "", filters: noFilters() });
    });
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    let typing;
    const search = () => {
      clearTimeout(typing);
      blotter.ask({ search: this.#search.value.trim() });
    };
    this.#search.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(search, SEARCH_AFTER_MS);
    });
    this.#search.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || composes(event)) return;
      event.preventDefault();
      event.stopPropagation();
      if (this.#search.value === "") {
        this.#goToOrders();
      } else {
        this.#search.value = "";
        search();
      }
    });
  }

  #show() {
    const { query } = this.#blotter;
    const { rows, counts, filtered, isMore, total } = this.#blotter.window;
    this.#tabs.show(query.tab, counts);
    this.#filters.show(query.filters);
    // What is shown; what was asked for is not there yet.
    const { start, length } = this.#blotter.window.query;
    this.#pager.show({ start, length, shown: rows.length, filtered, isMore, total }, query);
    find("#filters-toggle").classList.toggle("is-set", hasFilters(query.filters));
    const failed = this.#failure !== "";
    const line = find("#trying-again");
    const waits = this.#loading && this.#away !== "";
    setHidden(line, !(failed || waits) || !this.#loaded);
    line.classList.toggle("is-waiting", waits);
    if (!line.hidden)
      setText(line, waits ? "Shown when the server is back" : `Could not be read, trying again: ${this.#failure}`);
    if (this.#blotter.rows.all.length > 0) this.#states.show("rows");
    else if (!this.#loaded) this.#states.show(failed ? "failed" : "loading", this.#failure);
    else if (counts.all === 0) this.#states.show("empty");
    else this.#states.show("none", this.#noneText());
  }

  #goToOrders() {
    if (!this.work.home()) find("#orders-scroll").focus();
  }

  #noneText() {
    const { query } = this.#blotter;
    if (query.search !== "" || hasFilters(query.filters)) return "No orders match the search and filters";
    return `No ${query.tab} orders`;
  }

  /** @param {number} count */
  #showHeld(count) {
    const pill = find("#let-in");
    if (count === 0 && document.activeElement === pill) this.#goToOrders();
    setHidden(pill, count === 0);
    if (count === 0) return;
    setText(pill, `${count} new`);
    pill.setAttribute("aria-label", `Show ${plural(count, "new order")}`);
  }

  /** @param {EventTarget} from @param {string} type */
  #passOn(from, type) {
    from.addEventListener(type, (event) => {
      this.dispatchEvent(new CustomEvent(type, { detail: /** @type {CustomEvent} */ (event).detail }));
    });
  }
}
