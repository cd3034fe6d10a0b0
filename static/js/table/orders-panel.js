/**
 * The orders panel: the table with its tabs, search, filters, pager and messages for an empty table.
 *
 * Fires `loaded` (detail: head), `changed` when rows may differ, `emptied` after a sign-out and, from the rows, `done`
 * (detail: the order), `refused` (detail: `{order, error, step}`), `unable` if nothing can be sent, and `chart`
 * (detail: the symbol); from the table `leftout` (detail: why a remembered part was dropped), `unreadable` (no rows).
 *
 * @import {Api} from "../net/api.js"
 * @import {Figure} from "../orders/columns.js"
 * @import {OrderEvent} from "../orders/order.js"
 * @import {Instruments} from "../symbols/instruments.js"
 * @import {Store} from "../ui/store.js"
 * @import {Refusal} from "./blotter.js"
 */

import { plural } from "../text/format.js";
import { find, setHidden, setText } from "../ui/dom.js";
import { Blotter } from "./blotter.js";
import { ColumnFit } from "./column-fit.js";
import { EmptyStates } from "./empty-states.js";
import { FilterForm } from "./filters.js";
import { FittingRows } from "./fitting-rows.js";
import { Pager } from "./pager.js";
import { hasFilters, noFilters } from "./query.js";
import { rememberedQuery, rememberQuery } from "./remembered-query.js";
import { Flash } from "./rows/flash.js";
import { RowActions } from "./rows/row-actions.js";
import { RowInteraction } from "./rows/row-interaction.js";
import { RowPainter } from "./rows/row-painter.js";
import { SearchField } from "./search-field.js";
import { Tabs } from "./tabs.js";

export class OrdersPanel extends EventTarget {
  work;
  #blotter;
  #tabs = new Tabs(find(".tabs"));
  filters = new FilterForm(/** @type {HTMLFormElement} */ (find("#filters")), find("#filters-toggle"), find("#chips"));
  #pager = new Pager(find(".pager"));
  #states = new EmptyStates(find("#orders-scroll"));
  #fit = new ColumnFit(find("#orders"), find("#orders-scroll"));
  #search = new SearchField(/** @type {HTMLInputElement} */ (find("#search")));
  #store;
  #loaded = false;
  /** Why the newest request failed; empty after a success. */
  #failure = "";
  /** Whether a retry makes no sense. */
  #isFinal = false;
  /** Why the last query was refused, unless a field of the filters shows it. */
  #refusal = "";
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
    painter.wrote = (field, text) => this.#fit.take(field, text);
    this.#blotter = new Blotter(table, api, url, rememberedQuery(store), painter, flash);
    this.work = new RowInteraction(table, this.#blotter, actions, api, instruments, orderUrl);
    for (const type of ["done", "refused", "unable", "chart"]) this.#passOn(this.work, type);
    this.#listen();
    new FittingRows(this.#pager, find("#orders-scroll"), store, (length) => {
      const { start, length: before } = this.#blotter.query;
      if (length !== before) this.#blotter.ask({ length, start: start - (start % length) });
    });
    this.#show();
  }

  /** @param {OrderEvent[]} events @param {boolean} quiet whether to suppress flashes */
  apply(events, quiet) {
    this.#blotter.apply(events, quiet);
  }

  /** Continues from another position of the log. @param {number} head */
  reset(head) {
    this.#blotter.reset(head);
  }

  refetch() {
    this.#blotter.refetch();
  }

  /** Why the server is not reachable; empty while it is. @param {string} reason */
  set away(reason) {
    if (reason === this.#away) return;
    const back = this.#away !== "" && reason === "";
    this.#away = reason;
    this.work.away = reason;
    if (back && this.#isFinal) this.#blotter.ask({ start: this.#blotter.query.start });
    else if (back) this.#blotter.retryNow();
    this.#show();
  }

  /** Removes all orders, after a sign-out. */
  empty() {
    this.work.empty();
    this.#blotter.empty();
    this.dispatchEvent(new Event("emptied"));
  }

  /** The rows on screen. */
  get rows() {
    return this.#blotter.rows;
  }

  /** The orders of the shown page of the table, visible or not. */
  get orders() {
    return this.#blotter.window.rows;
  }

  /** Applies the loaded instruments: prices get their decimals. */
  showInstruments() {
    for (const row of this.#blotter.rows.all) this.#blotter.rows.repaint(row);
  }

  /** Makes room for a figure that was written to a cell. @param {Figure["figure"]} figure @param {string} text */
  wrote(figure, text) {
    this.#fit.take(figure, text);
  }

  focusSearch() {
    this.#search.select();
  }

  #listen() {
    const blotter = this.#blotter;
    blotter.addEventListener("changed", () => this.#show());
    blotter.addEventListener("redrawing", () => this.#fit.renew(blotter.window.rows));
    blotter.addEventListener("loading", () => {
      this.#loading = true;
      this.#refuse("");
      find("#orders-scroll").classList.add("is-loading");
      rememberQuery(this.#store, blotter.query);
      this.#show();
    });
    blotter.addEventListener("loaded", () => {
      this.#loaded = true;
      this.#loading = false;
      this.#failure = "";
      this.#isFinal = false;
      find("#orders-scroll").classList.remove("is-loading");
      this.#show();
    });
    blotter.addEventListener("failed", (event) => {
      this.#failure = /** @type {CustomEvent} */ (event).detail.message;
      this.#isFinal = false;
      this.#show();
    });
    blotter.addEventListener("refused", (event) => this.#showRefusal(/** @type {CustomEvent} */ (event).detail));
    blotter.addEventListener("held", (event) => this.#showHeld(/** @type {CustomEvent} */ (event).detail));
    blotter.addEventListener("turned", () => find("#orders-scroll").scrollTo({ top: 0 }));
    this.#passOn(blotter, "loaded");
    this.#passOn(blotter, "changed");
    find("#let-in").addEventListener("click", () => blotter.showPendingRows());
    this.#tabs.addEventListener("choose", (event) => blotter.ask({ tab: /** @type {CustomEvent} */ (event).detail }));
    this.filters.addEventListener("choose", (event) =>
      blotter.ask({ filters: /** @type {CustomEvent} */ (event).detail }),
    );
    this.#pager.addEventListener("page", (event) => blotter.ask({ start: /** @type {CustomEvent} */ (event).detail }));
    find("[data-action=show-all]").addEventListener("click", () => {
      this.#search.clear();
      blotter.ask({ tab: "all", search: "", filters: noFilters() });
    });
    this.#search.addEventListener("search", (event) =>
      blotter.ask({ search: /** @type {CustomEvent<string>} */ (event).detail }),
    );
    this.#search.addEventListener("left", () => this.#goToOrders());
  }

  #show() {
    const { query } = this.#blotter;
    const { rows, counts, filtered, isMore, total } = this.#blotter.window;
    this.#fit.see(rows);
    this.#tabs.show(query.tab, counts);
    this.filters.show(query.filters);
    // What is shown now; what was requested has not arrived.
    const { start, length } = this.#blotter.window.query;
    this.#pager.show({ start, length, shown: rows.length, filtered, isMore, total }, query);
    find("#filters-toggle").classList.toggle("is-set", hasFilters(query.filters));
    const line = find("#trying-again");
    const waits = this.#loading && this.#away !== "";
    const failure = this.#failure === "" ? "" : `${this.#failure} ${this.#isFinal ? "" : "Trying again …"}`.trim();
    const trouble = failure === "" ? this.#refusal : `Could not be read: ${failure}`;
    const text = waits ? "Shown when the server is back" : trouble;
    setHidden(line, text === "" || !this.#loaded);
    line.classList.toggle("is-waiting", waits);
    if (!line.hidden) setText(line, text);
    if (this.#blotter.rows.all.length > 0) this.#states.show("rows");
    else if (!this.#loaded) this.#states.show(failure === "" ? "loading" : "failed", failure);
    else if (counts.all === 0) this.#states.show("empty");
    else this.#states.show("none", this.#noneText());
  }

  #goToOrders() {
    if (!this.work.home()) find("#orders-scroll").focus();
  }

  /**
   * Shows a refusal where the request was made; a refused part of the remembered query is dropped.
   *
   * @param {Refusal} refusal
   */
  #showRefusal({ error, query, isLeft }) {
    if (isLeft && !this.#loaded) {
      this.#tell("leftout", `Removed from the table’s query, because the server refuses it: ${error.message}`);
      return;
    }
    this.#loading = false;
    find("#orders-scroll").classList.remove("is-loading");
    this.#failure = isLeft ? "" : error.message;
    this.#isFinal = !isLeft;
    rememberQuery(this.#store, this.#blotter.query);
    const isOfFilters = Object.keys(error.fields).some((name) => name in query.filters);
    if (isLeft && !isOfFilters)
      this.#refuse(`Not shown: ${error.message}`, query.search !== this.#blotter.query.search);
    this.#show();
    if (isLeft && isOfFilters) this.filters.refuse(query.filters, error.fields);
    if (!isLeft && !this.#loaded) this.#tell("unreadable");
  }

  /** @param {string} reason @param {boolean} [isOfSearch] */
  #refuse(reason, isOfSearch = false) {
    this.#refusal = reason;
    this.#search.isRefused = isOfSearch;
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
    from.addEventListener(type, (event) => this.#tell(type, /** @type {CustomEvent} */ (event).detail));
  }

  /** @param {string} type @param {unknown} [detail] */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
