/**
 * Keyboard focus among the rows (roving tabindex). Tab reaches one row only; arrow keys move to other rows and to its
 * links and buttons. If its order leaves, the place moves to a neighbour, with the focus if it was there.
 *
 * @import {Rows} from "./rows.js"
 */

import { composes } from "../../ui/keys.js";

const FIELDS = "input, select, textarea";

/** @param {Element} row */
function idOf(row) {
  return Number(/** @type {HTMLElement} */ (row).dataset.orderId);
}

/**
 * The row of an order that contains this element, or that the element's details belong to.
 *
 * @param {Element} target @returns {HTMLTableRowElement|null}
 */
function rowAt(target) {
  const row = target.closest("tr");
  const own = row?.classList.contains("subrow") ? row.previousElementSibling : row;
  return own instanceof HTMLTableRowElement && own.dataset.orderId !== undefined ? own : null;
}

export class RowFocus {
  /** The order that keys act on. @type {number|null} */
  current = null;
  /** Whether the place moved to that order by itself, without action of the user since. */
  drifted = false;
  #body;
  #rows;
  /** The row that Tab reaches. @type {HTMLTableRowElement|null} */
  #stop = null;
  /**
   * Set while rows change with the focus in them: the focused element, or null if that was its row's.
   *
   * @type {{element: HTMLElement|null}|null}
   */
  #lost = null;
  /** Number of rows above the place. */
  #above = 0;

  /** @param {HTMLElement} table @param {Rows} rows */
  constructor(table, rows) {
    this.#body = /** @type {HTMLElement} */ (table.querySelector("tbody"));
    this.#rows = rows;
    rows.leaving = (gone) => this.#leave(gone);
    this.#body.addEventListener("focusin", ({ target }) => {
      const row = rowAt(/** @type {Element} */ (target));
      if (!row) return;
      if (idOf(row) !== this.current) this.drifted = false;
      this.current = idOf(row);
      this.#reach(row);
    });
    table.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || composes(event)) return;
      if (this.#pressed(event, /** @type {HTMLElement} */ (event.target))) event.preventDefault();
    });
  }

  /** Moves to the next (1) or previous (-1) order. @param {1|-1} step @returns {boolean} */
  move(step) {
    const rows = this.#rows.all;
    const at = rows.findIndex((row) => idOf(row) === this.current);
    return this.focus(rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))]);
  }

  /** Moves to the current order, or to the first if there is none. @returns {boolean} */
  home() {
    return this.focus((this.current === null ? undefined : this.#rows.node(this.current)) ?? this.#rows.first);
  }

  /** @param {HTMLTableRowElement|undefined} row @returns {boolean} whether there is one */
  focus(row) {
    if (!row) return false;
    this.drifted = false;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    return true;
  }

  /** Remembers the focus before all rows are recreated. */
  redrawing() {
    const rows = this.#rows.all;
    const at = rows.findIndex((row) => idOf(row) === this.current);
    // The neighbour of the last row is the last of the new rows, or of the page before if the page has vanished.
    this.#above = at === rows.length - 1 ? Infinity : at;
    this.#lose();
  }

  /** Restores the focus after rows were made, moved or removed. */
  settle() {
    const lost = this.#lost;
    this.#lost = null;
    const own = this.current === null ? undefined : this.#rows.node(this.current);
    if (lost) this.#giveBack(lost.element, own);
    else if (!own && this.current !== null) this.current = null;
    const stop = (this.current === null ? undefined : this.#rows.node(this.current)) ?? this.#rows.first;
    if (stop && stop !== this.#stop) this.#reach(stop);
  }

  /** @param {HTMLElement|null} element @param {HTMLTableRowElement|undefined} own the row of the same order */
  #giveBack(element, own) {
    const focused = document.activeElement;
    if (focused !== null && focused !== document.body) return;
    const rows = this.#rows.all;
    if (!own) this.drifted = true;
    const row = own ?? rows[Math.min(Math.max(this.#above, 0), rows.length - 1)];
    this.current = row ? idOf(row) : null;
    const action = own && element?.dataset.action;
    const alike = action ? own?.querySelector(`[data-action=${action}]:not(:disabled)`) : null;
    const next = own && element?.isConnected ? element : (alike ?? row);
    /** @type {HTMLElement|null|undefined} */ (next)?.focus({ preventScroll: true });
  }

  /** @param {Set<number>} gone orders whose rows are about to be removed or reused */
  #leave(gone) {
    if (this.current === null || !gone.has(this.current)) return;
    const rows = this.#rows.all;
    const at = rows.findIndex((row) => idOf(row) === this.current);
    const stays = (/** @type {Element} */ row) => !gone.has(idOf(row));
    this.#above = Math.max(at, 0);
    const next = rows.slice(at + 1).find(stays) ?? rows.slice(0, this.#above).findLast(stays);
    this.#lose();
    this.current = next ? idOf(next) : null;
    this.drifted = true;
    // A neighbour's button acts on another order, so the row itself gets the focus.
    if (this.#lost) this.#lost = { element: null };
  }

  #lose() {
    const focused = document.activeElement;
    this.#lost = focused instanceof HTMLElement && this.#body.contains(focused) ? { element: focused } : null;
  }

  /** @param {HTMLTableRowElement} row */
  #reach(row) {
    if (this.#stop) this.#stop.tabIndex = -1;
    row.tabIndex = 0;
    this.#stop = row;
  }

  /** @param {KeyboardEvent} event @param {HTMLElement} target @returns {boolean} whether the table has handled it */
  #pressed({ key, shiftKey, repeat }, target) {
    const head = target.closest("thead [role=button]");
    // A held key sorts once.
    if (head && repeat && (key === " " || key === "Enter")) return true;
    if (head && key === " ") return head.dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey }));
    const row = target.closest("tr[data-order-id]");
    if (shiftKey || target.closest(FIELDS) || (!row && !head)) return false;
    switch (key) {
      case "ArrowDown":
        return head ? this.focus(this.#rows.first) : this.move(1);
      case "ArrowUp":
        return row !== null && this.move(-1);
      case "Home":
        return this.focus(this.#rows.first);
      case "End":
        return this.focus(this.#rows.all.at(-1));
      case "ArrowRight":
        return row !== null && this.#step(row, target, 1);
      case "ArrowLeft":
        return row !== null && this.#step(row, target, -1);
      default:
        return false;
    }
  }

  /** Moves between a row, its links and its buttons. @param {Element} row @param {HTMLElement} target @param {1|-1} by */
  #step(row, target, by) {
    const places = [row, ...row.querySelectorAll("a[href], button:enabled")].filter(
      (each) => each.getClientRects().length > 0,
    );
    const to = /** @type {HTMLElement|undefined} */ (places[places.indexOf(target) + by]);
    to?.focus({ preventScroll: true });
    return true;
  }
}
