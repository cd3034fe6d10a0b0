/**
 * The rows of the order table: patched in place and moved as little as possible. Each order keeps its own node.
 *
 * DataTables creates the nodes; until its next draw this class owns them. An order that left its tab lingers for two
 * seconds, to show its last status. Rows out of view are written a few times a second, and when they become visible.
 *
 * @import {Order} from "../../orders/order.js"
 * @import {Flash} from "./flash.js"
 * @import {RowPainter} from "./row-painter.js"
 */

import { anchors, reorder } from "../../ui/reorder.js";
import { ReadRows } from "../../ui/text-selection.js";
import { DeferredRows } from "./deferred-rows.js";
import { VisibleRows } from "./visible-rows.js";

const LINGER_MS = 2000;

export class Rows {
  #body;
  #painter;
  #flash;
  #make;
  /** @type {Map<number, HTMLTableRowElement>} */
  #byId = new Map();
  /** Orders that have left, with the time until which they stay visible. @type {Map<number, number>} */
  #lingering = new Map();
  /** Removed rows, for reuse. @type {HTMLTableRowElement[]} */
  #spare = [];
  #unseen = new DeferredRows((order) => this.#writeUnseen(order));
  #sight = new VisibleRows((row) => this.#appeared(/** @type {HTMLTableRowElement} */ (row)));
  /** Called with each row that was written or has become visible. @type {(row: HTMLTableRowElement) => void} */
  touched = () => {};
  /** Called before rows are removed or reused for other orders. @type {(gone: Set<number>) => void} */
  leaving = () => {};
  /** Rows that contain selected text. */
  read;

  /**
   * @param {HTMLTableSectionElement} body
   * @param {RowPainter} painter
   * @param {Flash} flash
   * @param {(order: Order) => HTMLTableRowElement} make creates the node of an order
   */
  constructor(body, painter, flash, make) {
    this.#body = body;
    this.#painter = painter;
    this.#flash = flash;
    this.#make = make;
    painter.written = (row) => this.touched(row);
    this.read = new ReadRows(body);
  }

  /** Takes over the rows after DataTables has drawn. */
  adopt() {
    this.#lingering.clear();
    this.#spare = [];
    this.#unseen.clear();
    this.#sight.clear();
    this.#byId = new Map(this.all.map((row) => [Number(row.dataset.orderId), row]));
    for (const row of this.#byId.values()) this.#sight.watch(row);
  }

  /** Removes all rows. */
  clear() {
    this.#body.replaceChildren();
    this.adopt();
  }

  /** @returns {HTMLTableRowElement[]} */
  get all() {
    return [...this.#body.querySelectorAll(/** @type {"tr"} */ ("tr[data-order-id]"))];
  }

  /** The first row; undefined if there is none. */
  get first() {
    return /** @type {HTMLTableRowElement|undefined} */ (this.#body.querySelector("tr[data-order-id]") ?? undefined);
  }

  /** @param {number} id */
  node(id) {
    return this.#byId.get(id);
  }

  /** The visible rows, each with the order it shows. @returns {[HTMLTableRowElement, Order][]} */
  get inSight() {
    return [...this.#byId.values()].flatMap((row) => {
      // Details under a row stay visible longer than the row.
      const seen = this.#sight.sees(row) || row.classList.contains("is-open");
      const order = seen ? this.#painter.shown(row) : undefined;
      return order ? [/** @type {[HTMLTableRowElement, Order]} */ ([row, order])] : [];
    });
  }

  /** The order as its row shows it, after any pending update. @param {number} id */
  order(id) {
    this.#unseen.write(id);
    const row = this.#byId.get(id);
    return row && this.#painter.shown(row);
  }

  /** Rewrites a row, changed or not, after its allowed actions have changed. @param {HTMLTableRowElement} row */
  repaint(row) {
    this.#unseen.write(Number(row.dataset.orderId));
    this.#painter.refresh(row);
  }

  /** Writes changes into existing rows. @param {Order[]} orders */
  patch(orders) {
    for (const order of orders) {
      const row = this.#byId.get(order.id);
      if (row) this.#update(row, order);
    }
    this.#flash.show();
  }

  /** Shows an order of another page above this one's, because the user works on it. @param {Order} order */
  pin(order) {
    this.#body.prepend(this.#add(order));
  }

  /** Shows an order that has left in its last state for a while. @param {Order} order */
  linger(order) {
    const row = this.#byId.get(order.id);
    if (!row) return;
    this.#unseen.forget(order.id);
    this.#painter.update(row, order);
    row.classList.add("row-leaving");
    this.#lingering.set(order.id, performance.now() + LINGER_MS);
  }

  /** The number of these orders without a row. @param {Order[]} orders */
  missing(orders) {
    return orders.filter(({ id }) => !this.#byId.has(id)).length;
  }

  /**
   * Shows exactly these orders in this order, plus those that linger or must stay.
   *
   * @param {Order[]} orders
   * @param {Set<number>} keep rows that must stay, because the user works on them
   */
  arrange(orders, keep) {
    const wanted = new Set(orders.map(({ id }) => id));
    const staying = this.#staying(wanted, keep);
    const free = [...this.#byId].filter(([id]) => !wanted.has(id) && !staying.has(id));
    if (free.length > 0) this.leaving(new Set(free.map(([id]) => id)));
    /** @type {Map<number|null, HTMLTableRowElement[]>} */
    const after = anchors(staying.size > 0 ? this.all : [], wanted, staying);
    const nodes = [...(after.get(null) ?? [])];
    for (const order of orders) {
      nodes.push(this.#rowFor(order, free), ...(after.get(order.id) ?? []));
    }
    for (const [id, row] of free) {
      this.#forget(id);
      row.remove();
      this.#spare.push(row);
    }
    this.#body.querySelector("td.dt-empty")?.parentElement?.remove();
    reorder(this.#body, nodes);
    this.#flash.show();
  }

  /** Milliseconds until the next lingering row is due to leave; null if none lingers. */
  get nextLeave() {
    if (this.#lingering.size === 0) return null;
    return Math.max(0, Math.min(...this.#lingering.values()) - performance.now());
  }

  /** @param {Order} order @param {[number, HTMLTableRowElement][]} free */
  #rowFor(order, free) {
    let row = this.#byId.get(order.id);
    if (row) {
      if (this.#lingering.delete(order.id)) row.classList.remove("row-leaving");
      this.#update(row, order);
      return row;
    }
    row = this.#recycle(free);
    if (row) {
      this.#flash.forget(row);
      this.#painter.paint(row, order);
      this.#byId.set(order.id, row);
    } else {
      row = this.#add(order);
    }
    this.#flash.mark(row, "row-new");
    return row;
  }

  /** @param {Order} order without a row */
  #add(order) {
    const row = this.#make(order);
    this.#sight.watch(row);
    this.#byId.set(order.id, row);
    return row;
  }

  /**
   * A row to reuse: DataTables keeps every row it has created until its next draw.
   *
   * @param {[number, HTMLTableRowElement][]} free
   */
  #recycle(free) {
    const last = free.findLastIndex(([, row]) => !row.contains(document.activeElement));
    if (last < 0) return this.#spare.pop();
    const [[id, row]] = /** @type {[[number, HTMLTableRowElement]]} */ (free.splice(last, 1));
    this.#forget(id);
    return row;
  }

  /** Writes a visible row at once, and defers others. @param {HTMLTableRowElement} row @param {Order} order */
  #update(row, order) {
    if (this.#sight.sees(row)) this.#painter.update(row, order);
    else this.#unseen.add(order);
  }

  /** Reports that the details under this order's row need its figures. @param {number} id */
  touch(id) {
    const row = this.#byId.get(id);
    if (row) this.touched(row);
  }

  /** @param {HTMLTableRowElement} row */
  #appeared(row) {
    this.#unseen.write(Number(row.dataset.orderId));
    this.touched(row);
  }

  /** Writes a row out of view, without flashes. @param {Order} order */
  #writeUnseen(order) {
    const row = this.#byId.get(order.id);
    if (!row) return;
    const { quiet } = this.#flash;
    this.#flash.quiet = true;
    this.#painter.update(row, order);
    this.#flash.quiet = quiet;
  }

  /** @param {number} id */
  #forget(id) {
    this.#byId.delete(id);
    this.#unseen.forget(id);
  }

  /** Rows that stay although they are not part of the page. @param {Set<number>} wanted @param {Set<number>} keep */
  #staying(wanted, keep) {
    const time = performance.now();
    const staying = new Set([...keep].filter((id) => !wanted.has(id) && this.#byId.has(id)));
    const leaving = [...this.#byId].filter(([id]) => !wanted.has(id));
    for (const id of this.read.among(leaving)) staying.add(id);
    for (const [id, until] of this.#lingering) {
      if (until > time && !wanted.has(id)) staying.add(id);
      else if (!wanted.has(id)) this.#lingering.delete(id);
    }
    return staying;
  }
}
