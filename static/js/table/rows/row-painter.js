/**
 * Writes orders into table rows: text nodes only, each cell with its raw value. Marks changed cells.
 *
 * @import {Order, Field} from "../../orders/order.js"
 * @import {Instruments} from "../../symbols/instruments.js"
 * @import {Flash, Mark} from "./flash.js"
 *
 * @typedef {object} Shown what a row shows, cached because reading the DOM costs more than writing it
 * @property {Order} order DataTables' own object, to keep its API correct
 * @property {HTMLTableCellElement[]} cells the cells of COLUMNS
 * @property {HTMLTableCellElement} actions
 * @property {string} manner the number of decimals it was written with
 */

import { COLUMNS, cellText, cellTitle, LAYOUT } from "../../orders/columns.js";
import { compareDecimals, DECIMALS } from "../../orders/sorting.js";
import { actionButton, nameRoles, setGrouped, setText } from "../../ui/dom.js";

const FILLED = COLUMNS.findIndex(({ field }) => field === "cum_qty");

/** @param {Field} field @param {string} before @param {string} after @returns {Mark} */
function markFor(field, before, after) {
  if (!DECIMALS.has(field) || before === "" || after === "") return "cell-changed";
  return compareDecimals(after, before) > 0 ? "cell-up" : "cell-down";
}

/** @param {Order} order */
function filledShare(order) {
  return Math.min(100, Math.round((100 * Number(order.cum_qty)) / Number(order.quantity)));
}

/** Opens the row's details; not a tab stop, since keys act on the row itself. */
function toggleButton() {
  const button = actionButton("toggle", "", "row-toggle");
  button.setAttribute("aria-label", "All fields");
  button.setAttribute("aria-expanded", "false");
  button.tabIndex = -1;
  return button;
}

export class RowPainter {
  #instruments;
  #flash;
  #paintActions;
  /** @type {WeakMap<Element, Shown>} */
  #shown = new WeakMap();
  /** Called with each row that was written. @type {(row: HTMLTableRowElement) => void} */
  written = () => {};
  /** Called with each text written to a cell. @type {(field: Field, text: string) => void} */
  wrote = () => {};

  /**
   * @param {Instruments} instruments
   * @param {Flash} flash
   * @param {(cell: HTMLTableCellElement, order: Order) => void} paintActions
   */
  constructor(instruments, flash, paintActions) {
    this.#instruments = instruments;
    this.#flash = flash;
    this.#paintActions = paintActions;
  }

  /** Takes over a row that DataTables has just created. @param {HTMLTableRowElement} row @param {Order} order */
  adopt(row, order) {
    const [toggle, ...cells] = /** @type {HTMLTableCellElement[]} */ ([...row.cells]);
    const actions = /** @type {HTMLTableCellElement} */ (cells.pop());
    nameRoles(row);
    row.tabIndex = -1;
    toggle?.append(toggleButton());
    const own = cells.filter((cell, i) => {
      const column = LAYOUT[i];
      if (column) cell.dataset.field = "field" in column ? column.field : column.figure;
      return column && "field" in column;
    });
    this.#shown.set(row, { order, cells: own, actions, manner: "" });
    this.paint(row, order);
  }

  /** @param {Element} row */
  shown(row) {
    return this.#shown.get(row)?.order;
  }

  /** Writes another order into the row. @param {HTMLTableRowElement} row @param {Order} order */
  paint(row, order) {
    row.dataset.orderId = String(order.id);
    row.classList.remove("row-leaving", "is-open");
    row.querySelector(".row-toggle")?.setAttribute("aria-expanded", "false");
    this.#write(row, order, () => {});
  }

  /** Brings the row up to date and marks what changed. @param {HTMLTableRowElement} row @param {Order} order */
  update(row, order) {
    const shown = this.#shown.get(row)?.order;
    if (shown?.version === order.version && shown.status === order.status) return;
    let changed = false;
    this.#write(row, order, (field, cell, before, after) => {
      if (field === "version" || field === "updated_at") return;
      changed = true;
      this.#flash.mark(cell, markFor(field, before, after));
    });
    if (changed) this.#flash.mark(row, "row-changed");
  }

  /** Rewrites everything, after decimals or allowed actions have changed. @param {HTMLTableRowElement} row */
  refresh(row) {
    const shown = this.#shown.get(row);
    if (!shown) return;
    shown.manner = "";
    this.#write(row, shown.order, () => {});
  }

  /**
   * Writes only the cells whose field differs from what the row shows.
   *
   * @param {HTMLTableRowElement} row @param {Order} order
   * @param {(field: Field, cell: HTMLElement, before: string, after: string) => void} changed
   */
  #write(row, order, changed) {
    const shown = this.#shown.get(row);
    if (!shown) return;
    const decimals = this.#instruments.decimals(order.symbol);
    const manner = String(decimals);
    const anew = shown.manner !== manner;
    shown.manner = manner;
    COLUMNS.forEach(({ field, numeric }, i) => {
      const cell = shown.cells[i];
      const differs = order[field] !== shown.order[field];
      if (!cell || !(anew || differs)) return;
      const value = String(order[field] ?? "");
      const title = cellTitle(field, order);
      const text = cellText(field, order, decimals);
      if (numeric) setGrouped(cell, text);
      else setText(cell, text);
      this.wrote(field, text);
      if (cell.title !== title) cell.title = title;
      cell.dataset.value = value;
      if (field === "cum_qty" || field === "quantity") this.#showFilled(shown, order);
      if (differs) changed(field, cell, String(shown.order[field] ?? ""), value);
    });
    if (row.dataset.status !== order.status) row.dataset.status = order.status;
    if (row.dataset.side !== order.side) row.dataset.side = order.side;
    Object.assign(shown.order, order);
    this.#paintActions(shown.actions, order);
    this.written(row);
  }

  /** @param {Shown} shown @param {Order} order */
  #showFilled({ cells }, order) {
    const share = `${filledShare(order)}%`;
    const cell = cells[FILLED];
    if (cell && cell.style.getPropertyValue("--filled-share") !== share)
      cell.style.setProperty("--filled-share", share);
  }
}
