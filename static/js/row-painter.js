/**
 * Writes orders into table rows: text nodes only, each cell with its raw value, changed cells marked.
 *
 * @import {Order, Field} from "./order.js"
 * @import {Flash, Mark} from "./flash.js"
 * @import {Instruments} from "./instruments.js"
 */

import { COLUMNS, cellText, cellTitle } from "./columns.js";
import { actionButton } from "./dom.js";
import { compareDecimals, DECIMALS } from "./ordering.js";

/** @param {Field} field @param {string} before @param {string} after @returns {Mark} */
function markFor(field, before, after) {
  if (!DECIMALS.has(field) || before === "" || after === "") return "cell-changed";
  return compareDecimals(after, before) > 0 ? "cell-up" : "cell-down";
}

/** @param {Order} order */
function filledShare(order) {
  return Math.min(100, Math.round((100 * Number(order.cum_qty)) / Number(order.quantity)));
}

/** Opens the row's fields; the keys reach it by the row itself. */
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
  /** What each row shows. It is DataTables' own object, so that its API tells the truth. @type {WeakMap<Element, Order>} */
  #shown = new WeakMap();

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

  /** A row that DataTables has just made. @param {HTMLTableRowElement} row @param {Order} order */
  adopt(row, order) {
    this.#shown.set(row, order);
    row.cells[0]?.append(toggleButton());
    this.#cells(row).forEach((cell, i) => {
      const column = COLUMNS[i];
      if (column) cell.dataset.field = column.field;
    });
    this.paint(row, order);
  }

  /** @param {Element} row */
  shown(row) {
    return this.#shown.get(row);
  }

  /** Makes the row this order's, whatever it showed before. @param {HTMLTableRowElement} row @param {Order} order */
  paint(row, order) {
    row.dataset.orderId = String(order.id);
    row.classList.remove("row-leaving", "is-open");
    row.querySelector(".row-toggle")?.setAttribute("aria-expanded", "false");
    this.#write(row, order, () => {});
  }

  /** Brings the row up to date and marks what changed. @param {HTMLTableRowElement} row @param {Order} order */
  update(row, order) {
    const shown = this.#shown.get(row);
    if (shown?.version === order.version && shown.status === order.status) return;
    let changed = false;
    this.#write(row, order, (field, cell, before) => {
      if (field === "version" || field === "updated_at") return;
      changed = true;
      this.#flash.mark(cell, markFor(field, before, cell.dataset.value ?? ""));
    });
    if (changed) this.#flash.mark(row, "row-changed");
  }

  /** Writes everything anew: decimals have become known, or what may be done has changed. @param {HTMLTableRowElement} row */
  refresh(row) {
    const order = this.#shown.get(row);
    if (order) this.#write(row, order, () => {});
  }

  /** @param {HTMLTableRowElement} row @returns {HTMLTableCellElement[]} without the toggle */
  #cells(row) {
    return [...row.cells].slice(1);
  }

  /** @param {HTMLTableRowElement} row @param {Order} order @param {(field: Field, cell: HTMLElement, before: string) => void} changed */
  #write(row, order, changed) {
    const decimals = this.#instruments.decimals(order.symbol);
    const cells = this.#cells(row);
    COLUMNS.forEach(({ field }, i) => {
      const cell = cells[i];
      if (!cell) return;
      const value = String(order[field] ?? "");
      const text = cellText(field, order, decimals);
      if (cell.textContent !== text) cell.textContent = text;
      if (cell.title !== cellTitle(field, order)) cell.title = cellTitle(field, order);
      const before = cell.dataset.value;
      if (before === value) return;
      cell.dataset.value = value;
      changed(field, cell, before ?? "");
    });
    Object.assign(row.dataset, { status: order.status, side: order.side });
    row.style.setProperty("--filled-share", `${filledShare(order)}%`);
    Object.assign(this.#shown.get(row) ?? {}, order);
    const actions = row.cells[row.cells.length - 1];
    if (actions) this.#paintActions(actions, order);
  }
}
