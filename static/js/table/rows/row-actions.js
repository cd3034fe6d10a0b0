/**
 * Actions of an order's row: only legal steps, a cancel with a confirmation in its own cell, nothing while offline.
 *
 * One press never both asks and confirms: with the pointer or Enter it takes a second, later press on "Yes". Until then
 * the focus is on "Keep", and it returns there if the order changes meanwhile.
 *
 * Fires `amend` (detail: order id), `asking` (detail: `{before, id}`, the orders whose cancel was and is to be
 * confirmed), `done` (detail: the order), `refused` (detail: `{order, error, step}`) and `unable` if it can't send.
 *
 * @import {Api} from "../../net/api.js"
 * @import {Order} from "../../orders/order.js"
 * @import {Mode} from "./row-buttons.js"
 */

import { canAmend, canCancel } from "../../orders/order.js";
import { showButtons } from "./row-buttons.js";

/** Presses closer together count as one: a double click, a double tap. */
export const APART_MS = 400;
/** Actions allowed offline: they send nothing. */
const HARMLESS = new Set(["keep"]);

/** The terms of the order in question. @param {Order} order */
function termsOf({ side, quantity, symbol, price, stop_price }) {
  return [side, quantity, symbol, price, stop_price].join();
}

export class RowActions extends EventTarget {
  #api;
  #orderUrl;
  /** Why nothing can be sent; empty if requests can be sent. */
  #away = "";
  /** The order whose cancel is being confirmed. @type {number|null} */
  #asking = null;
  /** The order's terms when the user was asked. */
  #terms = "";
  /** Presses before this moment do not confirm. */
  #askedUntil = -Infinity;
  /** Whether that moment has passed. */
  #ready = true;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #readying;
  /** The control that gets the focus when it is painted. */
  #toFocus = "";
  /** Orders whose cancel is being sent. @type {Set<number>} */
  #sending = new Set();
  /** Orders with unsent input. @type {Set<number>} */
  #drafts = new Set();
  /** @type {(id: number) => void} */
  #repaint;

  /** @param {Api} api @param {(id: number) => string} orderUrl @param {(id: number) => void} repaint */
  constructor(api, orderUrl, repaint) {
    super();
    this.#api = api;
    this.#orderUrl = orderUrl;
    this.#repaint = repaint;
  }

  /** @param {string} reason */
  set away(reason) {
    this.#away = reason;
  }

  /** Paints an order's cell. @param {HTMLTableCellElement} cell @param {Order} order */
  paint(cell, order) {
    if (this.#asking === order.id && !canCancel(order)) this.#set(null);
    const mode = this.#mode(order);
    if (mode === "asking" && termsOf(order) !== this.#terms) this.#askAnew(order);
    const ready = mode !== "asking" || this.#ready;
    const how = { away: this.#away, ready, hasDraft: this.#drafts.has(order.id) };
    const state = [order.id, mode, termsOf(order), ...Object.values(how)].join();
    if (cell.dataset.state !== state) {
      cell.dataset.state = state;
      showButtons(cell, mode, order, how);
    }
    if (mode === "asking") this.#focus(cell);
  }

  /**
   * @param {string} action @param {Order} order
   * @param {number|null} at event time of the press with pointer or Enter; null if the action's own key was pressed
   */
  act(action, order, at) {
    if (this.#away !== "" && !HARMLESS.has(action)) {
      this.dispatchEvent(new CustomEvent("unable"));
      return;
    }
    if (action === "amend" && canAmend(order)) this.dispatchEvent(new CustomEvent("amend", { detail: order.id }));
    if (action === "cancel" && canCancel(order)) this.#ask(order, at);
    if (action === "keep") this.dismiss();
    if (action === "confirm" && this.#isMeant(order, at)) this.#cancel(order);
  }

  get asking() {
    return this.#asking;
  }

  dismiss() {
    const before = this.#asking;
    if (before === null) return;
    this.#set(null);
    this.#repaint(before);
  }

  /** Marks whether this order has unsent input. @param {number} id @param {boolean} hasDraft */
  mark(id, hasDraft) {
    if (hasDraft === this.#drafts.has(id)) return;
    if (hasDraft) this.#drafts.add(id);
    else this.#drafts.delete(id);
    this.#repaint(id);
  }

  /** Whether a press on "Yes" answers the current question. @param {Order} order @param {number|null} at */
  #isMeant(order, at) {
    return this.#asking === order.id && (at === null || at >= this.#askedUntil);
  }

  /** @param {Order} order @returns {Mode} */
  #mode(order) {
    if (this.#sending.has(order.id)) return "sending";
    if (this.#asking === order.id) return "asking";
    return canAmend(order) || canCancel(order) ? "idle" : "none";
  }

  /** @param {Order} order @param {number|null} at */
  #ask(order, at) {
    if (this.#asking === order.id) return;
    this.dismiss();
    this.#terms = termsOf(order);
    // The key `c` is not pressed twice by accident, and confirming takes another key, Enter.
    this.#wait(at);
    this.#toFocus = at === null ? "confirm" : "keep";
    this.#set(order.id);
    this.#repaint(order.id);
  }

  /** Asks again after another client has changed the order. @param {Order} order */
  #askAnew(order) {
    this.#terms = termsOf(order);
    this.#wait(performance.now());
  }

  /** @param {number|null} at */
  #wait(at) {
    clearTimeout(this.#readying);
    this.#ready = at === null;
    this.#askedUntil = at === null ? -Infinity : at + APART_MS;
    if (at === null) return;
    this.#readying = setTimeout(() => {
      this.#ready = true;
      if (this.#asking !== null) this.#repaint(this.#asking);
    }, APART_MS);
  }

  /** @param {HTMLTableCellElement} cell */
  #focus(cell) {
    if (this.#toFocus === "") return;
    const control = /** @type {HTMLElement|null} */ (cell.querySelector(`[data-action=${this.#toFocus}]`));
    this.#toFocus = "";
    control?.focus({ preventScroll: true });
  }

  /** @param {number|null} id */
  #set(id) {
    const before = this.#asking;
    this.#asking = id;
    this.dispatchEvent(new CustomEvent("asking", { detail: { before, id } }));
  }

  /** @param {Order} order */
  async #cancel(order) {
    this.#sending.add(order.id);
    this.dismiss();
    this.#repaint(order.id);
    try {
      const cancelled = await this.#api.post(`${this.#orderUrl(order.id)}cancel/`);
      this.dispatchEvent(new CustomEvent("done", { detail: cancelled }));
    } catch (error) {
      this.dispatchEvent(new CustomEvent("refused", { detail: { order, error, step: "cancelled" } }));
    } finally {
      this.#sending.delete(order.id);
      this.#repaint(order.id);
    }
  }
}
