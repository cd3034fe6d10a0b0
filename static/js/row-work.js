/**
 * What a person does in the rows: point, open, amend, cancel, go up and down by key. Rows stand still meanwhile.
 *
 * Fires `done` (detail: the order) after a change of the person's own was answered, `refused` (detail: `{order, error}`),
 * `unable` where it could not even be tried, and `chart` (detail: the symbol) where somebody wants to see one.
 *
 * @import {Api} from "./api.js"
 * @import {Blotter} from "./blotter.js"
 * @import {Instruments} from "./instruments.js"
 * @import {Order} from "./order.js"
 * @import {RowActions} from "./row-actions.js"
 */

import { AmendForm } from "./amend.js";
import { Details } from "./details.js";
import { canAmend } from "./order.js";
import { Subrow } from "./subrow.js";

/** Where orders are cards, a tap anywhere opens one. */
const CARDS = "(max-width: 640px)";

export class RowWork extends EventTarget {
  #blotter;
  #actions;
  #api;
  #instruments;
  #orderUrl;
  #subrow;
  /** @type {AmendForm|null} */
  #amending = null;
  /** @type {Details|null} */
  #details = null;
  /** Why nothing can be sent; empty where it can. */
  #away = "";
  /** The order the keys act on. @type {number|null} */
  #current = null;

  /** @param {HTMLElement} table @param {Blotter} blotter @param {RowActions} actions @param {Api} api @param {Instruments} instruments @param {(id: number) => string} orderUrl */
  constructor(table, blotter, actions, api, instruments, orderUrl) {
    super();
    this.#blotter = blotter;
    this.#actions = actions;
    this.#api = api;
    this.#instruments = instruments;
    this.#orderUrl = orderUrl;
    this.#subrow = new Subrow({ node: (id) => blotter.rows.node(id) });
    table.addEventListener("click", (event) => this.#clicked(/** @type {Element} */ (event.target)));
    table.addEventListener("pointerover", (event) => this.#pointed(/** @type {Element} */ (event.target)));
    table.addEventListener("pointerleave", () => blotter.release("pointer"));
    table.addEventListener("focusin", ({ target }) => {
      this.#current = this.#orderAt(/** @type {Element} */ (target))?.id ?? this.#current;
    });
    blotter.addEventListener("arranged", () => this.#follow());
    blotter.addEventListener("changed", () => this.#follow());
    actions.addEventListener("amend", (event) => this.#amend(/** @type {CustomEvent} */ (event).detail));
    actions.addEventListener("asking", (event) => {
      const { before, id } = /** @type {CustomEvent} */ (event).detail;
      if (before !== null) blotter.release("asking", before);
      if (id !== null) blotter.hold("asking", id);
    });
    for (const type of ["done", "refused", "unable"]) {
      actions.addEventListener(type, (event) => this.#tell(type, /** @type {CustomEvent} */ (event).detail));
    }
  }

  /** @param {string} reason why nothing can be sent; empty where it can */
  set away(reason) {
    this.#away = reason;
    this.#actions.away = reason;
    if (this.#amending) this.#amending.away = reason;
    for (const row of this.#blotter.rows.all) this.#blotter.rows.repaint(row);
  }

  /** The instrument of the current order; empty where none is. */
  get symbol() {
    const order = this.#current === null ? undefined : this.#blotter.rows.order(this.#current);
    return order?.symbol ?? "";
  }

  /** Goes to the next (1) or previous (-1) order. @param {1|-1} step */
  move(step) {
    const rows = this.#blotter.rows.all;
    const at = rows.findIndex((row) => Number(row.dataset.orderId) === this.#current);
    this.#focus(rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))]);
  }

  /** @param {HTMLTableRowElement|undefined} row */
  #focus(row) {
    if (!row) return;
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  /** @param {"amend"|"cancel"} action on the current order */
  act(action) {
    const order = this.#current === null ? undefined : this.#blotter.rows.order(this.#current);
    if (order) this.#actions.act(action, order);
  }

  /** Opens or closes the current order's fields. */
  toggle() {
    if (this.#current !== null) this.#toggle(this.#current);
  }

  /** Closes what is open. @returns {boolean} whether anything was */
  dismiss() {
    const any = this.#actions.asking !== null || this.#subrow.id !== null;
    if (this.#actions.asking !== null) this.#actions.dismiss();
    else this.#subrow.close();
    return any;
  }

  /** @param {Element} target */
  #orderAt(target) {
    const row = target.closest("tr[data-order-id]");
    return row instanceof HTMLTableRowElement ? this.#blotter.rows.order(Number(row.dataset.orderId)) : undefined;
  }

  /** @param {Element} target */
  #clicked(target) {
    const charted = /** @type {HTMLElement|null} */ (target.closest("[data-action=chart]"));
    if (charted) this.#tell("chart", charted.dataset.symbol);
    const order = this.#orderAt(target);
    if (!order) return;
    const button = /** @type {HTMLElement|null} */ (target.closest("[data-action]"));
    const action = button?.dataset.action;
    if (action === "toggle" || (!button && matchMedia(CARDS).matches)) this.#toggle(order.id);
    else if (action) this.#actions.act(action, order);
    this.#current = order.id;
  }

  /** @param {Element} target */
  #pointed(target) {
    if (target.closest("td.col-actions")) this.#blotter.hold("pointer");
    else this.#blotter.release("pointer");
  }

  /** @param {number} id */
  #toggle(id) {
    if (this.#subrow.id === id) {
      this.#subrow.close();
      return;
    }
    this.#details = new Details(this.#api, this.#instruments);
    this.#subrow.open(id, this.#details.element, () => {
      this.#details = null;
    });
    this.#follow();
  }

  /** @param {number} id */
  #amend(id) {
    const order = this.#blotter.rows.order(id);
    if (!order || !canAmend(order)) return;
    const form = new AmendForm(this.#api, this.#orderUrl(id), order);
    form.away = this.#away;
    this.#blotter.hold("amending", id);
    this.#subrow.open(id, form.element, () => {
      this.#amending = null;
      this.#blotter.release("amending", id);
    });
    this.#amending = form;
    form.addEventListener("close", () => this.#leave(id));
    form.addEventListener("done", (event) => {
      this.#leave(id);
      this.#tell("done", /** @type {CustomEvent} */ (event).detail);
    });
    form.focus();
  }

  /** @param {number} id */
  #leave(id) {
    this.#subrow.close();
    this.#focus(this.#blotter.rows.node(id));
  }

  #follow() {
    const { asking } = this.#actions;
    if (asking !== null && !this.#blotter.rows.node(asking)) this.#actions.dismiss();
    this.#subrow.place();
    const order = this.#subrow.id === null ? undefined : this.#blotter.rows.order(this.#subrow.id);
    if (!order || !this.#details) return;
    this.#details.show(order, `${this.#orderUrl(order.id)}events/`);
    this.#blotter.rows.touch(order.id);
  }

  /** @param {string} type @param {unknown} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
