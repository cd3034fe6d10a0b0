/**
 * The single row that opens under an order: its details, or the form that amends it.
 */

import { make, nameRoles } from "../../ui/dom.js";
import { move } from "../../ui/reorder.js";

/** @typedef {{node: (id: number) => HTMLTableRowElement|undefined}} RowFinder */

export class Subrow {
  /** The order it is open under. @type {number|null} */
  id = null;
  #rows;
  #cell = make("td", "subrow-cell");
  #row = make("tr", "subrow", this.#cell);
  /** @type {(() => void)|null} */
  #closed = null;

  /** @param {RowFinder} rows */
  constructor(rows) {
    this.#rows = rows;
    nameRoles(this.#row);
  }

  /**
   * Opens under an order, and closes what was open before.
   *
   * @param {number} id @param {Node} content @param {() => void} [closed]
   */
  open(id, content, closed) {
    this.close();
    this.id = id;
    this.#closed = closed ?? null;
    this.#cell.replaceChildren(content);
    this.#cell.classList.toggle("has-form", content instanceof HTMLFormElement);
    this.place();
  }

  close() {
    if (this.id === null) return;
    this.#mark(this.#rows.node(this.id), false);
    const closed = this.#closed;
    this.id = null;
    this.#closed = null;
    this.#row.remove();
    closed?.();
  }

  /** Scrolls it into view, as far as its order stays visible. */
  reveal() {
    this.#row.scrollIntoView({ block: "nearest" });
    this.#row.previousElementSibling?.scrollIntoView({ block: "nearest" });
  }

  /** Whether the focus is in it. */
  get isFocused() {
    return this.#row.contains(document.activeElement);
  }

  /** Follows its order after rows have moved; closes if the order is gone. */
  place() {
    if (this.id === null) return;
    const row = this.#rows.node(this.id);
    if (!row?.parentElement) {
      this.close();
      return;
    }
    this.#mark(row, true);
    if (row.nextElementSibling !== this.#row) move(row.parentElement, this.#row, row.nextElementSibling);
  }

  /** @param {HTMLTableRowElement|undefined} row @param {boolean} open */
  #mark(row, open) {
    row?.classList.toggle("is-open", open);
    row?.querySelector(".row-toggle")?.setAttribute("aria-expanded", String(open));
  }
}
