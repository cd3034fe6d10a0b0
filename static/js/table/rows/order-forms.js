/**
 * The amend forms of all orders with input: at most one is open, the others keep their input.
 *
 * Fires `leave` (detail: the order's id) when a form is to be closed, `kept` (detail: `{id, kept, marked}`: whether its
 * order stays on the page, and is marked as having unsent input), `done` (detail: the order) after a change was
 * answered, and `refused` (detail: `{order, error, step}`) if the form that would show the error is closed.
 *
 * @import {Api} from "../../net/api.js"
 * @import {Order} from "../../orders/order.js"
 * @import {Instruments} from "../../symbols/instruments.js"
 */

import { tabOf } from "../../orders/order.js";
import { AmendForm } from "./amend.js";

export class OrderForms extends EventTarget {
  #api;
  #orderUrl;
  #instruments;
  /** @type {Map<number, AmendForm>} */
  #forms = new Map();
  /** The one that is open. @type {AmendForm|null} */
  open = null;
  #away = "";

  /** @param {Api} api @param {(id: number) => string} orderUrl @param {Instruments} instruments */
  constructor(api, orderUrl, instruments) {
    super();
    this.#api = api;
    this.#orderUrl = orderUrl;
    this.#instruments = instruments;
  }

  /** @param {string} reason why nothing can be sent; empty if requests can be sent */
  set away(reason) {
    this.#away = reason;
    for (const form of this.#forms.values()) form.away = reason;
  }

  /** The form of an order, with earlier input if there was any. @param {Order} order */
  of(order) {
    return this.#forms.get(order.id) ?? this.#make(order);
  }

  /** Whether any form has unsent input. */
  get areTyped() {
    return [...this.#forms.values()].some((form) => form.isChanged);
  }

  /** Notes that a form was opened. @param {number} id @param {AmendForm} form */
  opened(id, form) {
    this.open = form;
    this.#keep(id, true, false);
  }

  /**
   * Notes that a form was closed; its input is restored when it is opened again.
   *
   * @param {number} id @param {AmendForm} form
   */
  closed(id, form) {
    if (this.open === form) this.open = null;
    if (!form.isChanged) this.#forms.delete(id);
    this.#keep(id, form.isChanged, form.isChanged);
  }

  /** Drops forms of orders that are no longer working. @param {(id: number) => Order|undefined} find */
  forgetClosed(find) {
    for (const [id, form] of this.#forms) {
      const order = form === this.open ? undefined : find(id);
      if (order && tabOf(order.status) !== "working") this.#forget(id);
    }
  }

  /** Drops all input, after a sign-out. */
  empty() {
    for (const id of this.#forms.keys()) this.#forget(id);
  }

  /** @param {Order} order */
  #make(order) {
    const { id } = order;
    const form = new AmendForm(this.#api, this.#orderUrl(id), order, this.#instruments);
    form.away = this.#away;
    this.#forms.set(id, form);
    form.addEventListener("close", () => this.#tell("leave", id));
    form.addEventListener("done", (event) => {
      if (this.open !== form) this.#answered(id, form);
      else if (!form.isChanged) this.#tell("leave", id);
      this.#tell("done", /** @type {CustomEvent} */ (event).detail);
    });
    form.addEventListener("refused", (event) => {
      if (this.open !== form) this.#tell("refused", /** @type {CustomEvent} */ (event).detail);
    });
    return form;
  }

  /**
   * Handles the answer to a closed form. After a discard another form may have taken its place.
   *
   * @param {number} id @param {AmendForm} form
   */
  #answered(id, form) {
    if (this.#forms.get(id) === form) this.closed(id, form);
  }

  /** @param {number} id */
  #forget(id) {
    this.#forms.delete(id);
    this.#keep(id, false, false);
  }

  /** @param {number} id @param {boolean} kept @param {boolean} marked */
  #keep(id, kept, marked) {
    this.#tell("kept", { id, kept, marked });
  }

  /** @param {string} type @param {unknown} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
