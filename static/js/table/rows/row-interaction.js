/**
 * User interaction with the rows: pointing, opening, amending, cancelling, moving by key. Rows hold still meanwhile,
 * and input in an order's form is kept until it is sent or discarded.
 *
 * Fires `done` (detail: the order) after the user's own change was answered, `refused` (detail: `{order, error,
 * step}`), `unable` if it could not be sent, and `chart` (detail: the symbol) when the user opens an order's chart.
 *
 * @import {Api} from "../../net/api.js"
 * @import {Order} from "../../orders/order.js"
 * @import {Instruments} from "../../symbols/instruments.js"
 * @import {RowActions} from "./row-actions.js"
 * @import {Rows} from "./rows.js"
 *
 * @typedef {object} Table the part of the order table used here
 * @property {Rows} rows
 * @property {{rows: Order[]}} window the current page of orders
 * @property {(reason: string, id?: number) => void} hold holds rows in place, this order's row always
 * @property {(reason: string) => void} release
 * @property {(id: number, wanted: boolean) => void} keep starts or stops keeping an order on every page
 *
 * @typedef {EventTarget & Table} OrderTable
 */

import { canAmend } from "../../orders/order.js";
import { Details } from "./details.js";
import { OrderForms } from "./order-forms.js";
import { RowFocus } from "./row-focus.js";
import { Subrow } from "./subrow.js";

/** Width at which orders are cards: a tap anywhere opens one. */
const CARDS = "(max-width: 640px)";

export class RowInteraction extends EventTarget {
  #blotter;
  #actions;
  #api;
  #instruments;
  #orderUrl;
  #subrow;
  #focus;
  #forms;
  /** @type {Details|null} */
  #details = null;
  /** Makes a further part of the details that are opened. @type {() => import("./details.js").Extra|null} */
  extra = () => null;

  /**
   * @param {HTMLElement} table @param {OrderTable} blotter @param {RowActions} actions @param {Api} api
   * @param {Instruments} instruments
   * @param {(id: number) => string} orderUrl
   */
  constructor(table, blotter, actions, api, instruments, orderUrl) {
    super();
    this.#blotter = blotter;
    this.#actions = actions;
    this.#api = api;
    this.#instruments = instruments;
    this.#orderUrl = orderUrl;
    this.#forms = new OrderForms(api, orderUrl, instruments);
    this.#subrow = new Subrow({ node: (id) => blotter.rows.node(id) });
    this.#focus = new RowFocus(table, blotter.rows);
    table.addEventListener("click", (event) => this.#clicked(event));
    table.addEventListener("dblclick", ({ target }) => this.#doubleClicked(/** @type {Element} */ (target)));
    table.addEventListener("pointerover", (event) => this.#pointed(/** @type {Element} */ (event.target)));
    table.addEventListener("pointerleave", () => blotter.release("pointer"));
    this.#forms.addEventListener("leave", (event) => this.#leave(/** @type {CustomEvent} */ (event).detail));
    this.#forms.addEventListener("kept", (event) => {
      const { id, kept, marked } = /** @type {CustomEvent} */ (event).detail;
      blotter.keep(id, kept);
      actions.mark(id, marked);
    });
    for (const type of ["done", "refused"]) {
      this.#forms.addEventListener(type, (event) => this.#tell(type, /** @type {CustomEvent} */ (event).detail));
    }
    blotter.addEventListener("redrawing", () => this.#leavePage());
    blotter.addEventListener("arranged", () => this.#follow());
    blotter.addEventListener("changed", () => this.#follow());
    actions.addEventListener("amend", (event) => this.#amend(/** @type {CustomEvent} */ (event).detail));
    actions.addEventListener("asking", (event) => {
      const { id } = /** @type {CustomEvent} */ (event).detail;
      if (id === null) blotter.release("asking");
      else blotter.hold("asking", id);
    });
    for (const type of ["done", "refused", "unable"]) {
      actions.addEventListener(type, (event) => this.#tell(type, /** @type {CustomEvent} */ (event).detail));
    }
  }

  /** @param {string} reason why nothing can be sent; empty if requests can be sent */
  set away(reason) {
    this.#actions.away = reason;
    this.#forms.away = reason;
    for (const row of this.#blotter.rows.all) this.#blotter.rows.repaint(row);
  }

  /** The instrument of the current order; empty if there is none. */
  get symbol() {
    return this.#current?.symbol ?? "";
  }

  /** Whether any order has unsent input. */
  get isTyped() {
    return this.#forms.areTyped;
  }

  get #current() {
    return this.#focus.current === null ? undefined : this.#blotter.rows.order(this.#focus.current);
  }

  /** Moves to the next (1) or previous (-1) order. @param {1|-1} step */
  move(step) {
    this.#focus.move(step);
  }

  /** Moves to the current order, or the first. @returns {boolean} whether there is one */
  home() {
    return this.#focus.home();
  }

  /** @param {"amend"|"cancel"} action on the current order, by its own key */
  act(action) {
    const order = this.#current;
    if (!order) return;
    this.#blotter.rows.node(order.id)?.scrollIntoView({ block: "nearest" });
    // If the place moved by itself, the key may have been meant for the order that has just left.
    this.#actions.act(action, order, this.#focus.drifted ? performance.now() : null);
  }

  /** Opens or closes the current order's details. */
  toggle() {
    const order = this.#current;
    if (order) this.#toggle(order.id);
  }

  /**
   * Closes what is open, except a form with input, which has its own button and keys.
   *
   * @returns {boolean} whether anything was
   */
  dismiss() {
    if (this.#actions.asking !== null) {
      this.#actions.dismiss();
      return true;
    }
    const { id } = this.#subrow;
    if (id === null || this.#forms.open?.isChanged) return false;
    this.#leave(id);
    return true;
  }

  /** Removes all orders and input, after a sign-out. */
  empty() {
    this.#actions.dismiss();
    this.#subrow.close();
    this.#forms.empty();
  }

  /** @param {Element} target */
  #orderAt(target) {
    const row = target.closest("tr[data-order-id]");
    return row instanceof HTMLTableRowElement ? this.#blotter.rows.order(Number(row.dataset.orderId)) : undefined;
  }

  /** @param {MouseEvent} event of the pointer, or of Enter on a button */
  #clicked(event) {
    const target = /** @type {Element} */ (event.target);
    const charted = /** @type {HTMLElement|null} */ (target.closest("[data-action=chart]"));
    if (charted) this.#tell("chart", charted.dataset.symbol);
    const order = this.#orderAt(target);
    if (!order) return;
    this.#focus.current = order.id;
    this.#focus.drifted = false;
    const button = /** @type {HTMLElement|null} */ (target.closest("[data-action]"));
    const action = button?.dataset.action;
    // A tap next to the buttons of a card was meant for a button.
    const beside = !button && target.closest("td.col-actions") !== null;
    if (action === "toggle" || (!button && !beside && matchMedia(CARDS).matches)) this.#toggle(order.id);
    else if (action) this.#actions.act(action, order, event.timeStamp);
  }

  /** @param {Element} target */
  #doubleClicked(target) {
    const order = target.closest("a, button") || matchMedia(CARDS).matches ? undefined : this.#orderAt(target);
    if (order) this.#toggle(order.id);
  }

  /** @param {Element} target */
  #pointed(target) {
    if (target.closest("td.col-actions")) this.#blotter.hold("pointer");
    else this.#blotter.release("pointer");
  }

  /** @param {number} id */
  #toggle(id) {
    if (this.#subrow.id === id) {
      this.#leave(id);
      return;
    }
    const details = new Details(this.#api, this.#instruments, this.extra());
    // This first closes what was open before.
    this.#subrow.open(id, details.element, () => {
      details.close();
      this.#details = null;
    });
    this.#details = details;
    this.#follow();
    this.#subrow.reveal();
  }

  /** @param {number} id */
  #amend(id) {
    const order = this.#blotter.rows.order(id);
    if (!order || !canAmend(order)) return;
    const form = this.#forms.of(order);
    if (form !== this.#forms.open) {
      this.#subrow.open(id, form.element, () => {
        this.#blotter.release("amending");
        this.#forms.closed(id, form);
      });
      this.#blotter.hold("amending");
      this.#forms.opened(id, form);
    }
    form.focus();
  }

  /** Closes what is open under an order, and moves its focus to the row. @param {number} id */
  #leave(id) {
    const held = this.#subrow.isFocused;
    this.#subrow.close();
    if (held) this.#focus.focus(this.#blotter.rows.node(id));
  }

  /** Prepares for other rows: input is kept, a question is dismissed. */
  #leavePage() {
    const { asking } = this.#actions;
    if (asking !== null && !this.#blotter.window.rows.some(({ id }) => id === asking)) this.#actions.dismiss();
    this.#focus.redrawing();
  }

  #follow() {
    const { asking } = this.#actions;
    if (asking !== null && !this.#blotter.rows.node(asking)) this.#actions.dismiss();
    this.#subrow.place();
    this.#showDetails();
    this.#forms.forgetClosed((id) => this.#blotter.rows.order(id));
    this.#focus.settle();
  }

  #showDetails() {
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
