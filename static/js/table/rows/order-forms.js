/**
 * The forms in which something is or was typed for an order: one is open at most, the others keep what they hold.
 *
 * Fires `leave` (detail: the order's id) where one is to be closed, `kept` (detail: `{id, kept, marked}`: whether its order
 * stays on the page, and says that there is something), `done` (detail: the order) once a change was answered, and `refused`
 * (detail: `{order, error, step}`) where the form that would say it is closed.
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

  /** @param {string} reason why nothing can be sent; empty where it can */
  set away(reason) {
    this.#away = reason;
    for (const form of this.#forms.values()) form.away = reason;
  }

  /** An order's form, with what was typed before if anything was. @param {Order} order */
  of(order) {
    return this.#forms.get(order.id) ?? this.#make(order);
  }

  /** Whether any holds something typed that was not sent. */
  get areTyped() {
    return [...this.#forms.values()].some((form) => form.isChanged);
  }

  /** It is open now. @param {number} id @param {AmendForm} form */
  opened(id, form) {
    this.open = form;
    this.#keep(id, true, false);
  }

  /** It has been closed: what was typed is put back when it is opened again. @param {number} id @param {AmendForm} form */
  closed(id, form) {
    if (this.open === form) this.open = null;
    if (!form.isChanged) this.#forms.delete(id);
    this.#keep(id, form.isChanged, form.isChanged);
  }

  /** What was typed for orders that are closed by now is of no use any more. @param {(id: number) => Order|undefined} find */
  forgetClosed(find) {
    for (const [id, form] of this.#forms) {
      const order = form === this.open ? undefined : find(id);
      if (order && tabOf(order.status) !== "working") this.#forget(id);
    }
  }

  /** Nobody may see what was typed here any more. */
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

  /** What was sent from a closed form is done; one that was discarded may have another in its place. @param {number} id @param {AmendForm} form */
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
