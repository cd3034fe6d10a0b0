/**
 * The buttons of each order's row: only legal steps, a cancel that asks in its own cell, nothing while offline.
 *
 * Fires `amend` (detail: order id), `asking` (detail: `{before, id}`, the orders whose cancel was and is to be confirmed),
 * `done` (detail: the order), `refused` (detail: `{order, error}`) and `unable` where nothing can be sent.
 *
 * @import {Api} from "./api.js"
 * @import {Order} from "./order.js"
 */

import { actionButton, make } from "./dom.js";
import { canAmend, canCancel } from "./order.js";

export class RowActions extends EventTarget {
  #api;
  #orderUrl;
  /** Why nothing can be sent; empty where it can. */
  #away = "";
  /** The order whose cancel is being confirmed. @type {number|null} */
  #asking = null;
  /** Orders whose cancel is on its way. @type {Set<number>} */
  #sending = new Set();
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
    const state = `${mode} ${order.id} ${order.quantity} ${this.#away}`;
    if (cell.dataset.state === state) return;
    cell.dataset.state = state;
    cell.classList.toggle("is-asking", mode === "asking");
    const hadFocus = cell.contains(document.activeElement);
    cell.replaceChildren(...this.#content(mode, order));
    if (hadFocus) cell.querySelector("button")?.focus();
  }

  /** @param {string} action @param {Order} order */
  act(action, order) {
    if (this.#away !== "") {
      this.dispatchEvent(new CustomEvent("unable"));
      return;
    }
    if (action === "amend" && canAmend(order)) this.dispatchEvent(new CustomEvent("amend", { detail: order.id }));
    if (action === "cancel" && canCancel(order)) this.#ask(order.id);
    if (action === "keep") this.#ask(null);
    if (action === "confirm") this.#cancel(order);
  }

  get asking() {
    return this.#asking;
  }

  dismiss() {
    this.#ask(null);
  }

  /** @param {Order} order @returns {"none"|"idle"|"asking"|"sending"} */
  #mode(order) {
    if (this.#sending.has(order.id)) return "sending";
    if (this.#asking === order.id) return "asking";
    return canAmend(order) || canCancel(order) ? "idle" : "none";
  }

  /** @param {"none"|"idle"|"asking"|"sending"} mode @param {Order} order */
  #content(mode, order) {
    const what = `${order.side} ${order.quantity} ${order.symbol}`;
    if (mode === "none") return [];
    if (mode === "sending") return [make("span", "muted", "Cancelling …")];
    if (mode === "asking") {
      const yes = this.#button("confirm", "Yes, cancel", `Yes, cancel ${what}`, "danger");
      const no = this.#button("keep", "Keep", `Keep ${what}`, "");
      return [make("div", "ask", make("span", "", `Cancel ${what}?`), yes, no)];
    }
    return [
      this.#button("amend", "Amend", `Amend ${what}`, ""),
      this.#button("cancel", "Cancel", `Cancel ${what}`, ""),
    ];
  }

  /** @param {string} action @param {string} text @param {string} label @param {string} className */
  #button(action, text, label, className) {
    const button = actionButton(action, text, `row-action ${className}`);
    button.setAttribute("aria-label", label);
    button.disabled = this.#away !== "";
    button.title = this.#away;
    return button;
  }

  /** @param {number|null} id */
  #ask(id) {
    const before = this.#asking;
    this.#set(id);
    if (before !== null) this.#repaint(before);
    if (id !== null) this.#repaint(id);
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
    this.#ask(null);
    this.#repaint(order.id);
    try {
      const cancelled = await this.#api.post(`${this.#orderUrl(order.id)}cancel/`);
      this.dispatchEvent(new CustomEvent("done", { detail: cancelled }));
    } catch (error) {
      this.dispatchEvent(new CustomEvent("refused", { detail: { order, error } }));
    } finally {
      this.#sending.delete(order.id);
      this.#repaint(order.id);
    }
  }
}
