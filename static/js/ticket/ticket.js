/**
 * The order ticket: a button that describes the order, the order's value, and the outcome.
 *
 * Fires `placed` (detail: the order), `instrument` (detail: the symbol of the current order; empty if there is none
 * or the panel is closed), and `terms` whenever they may differ (detail: the order typed; null without an instrument).
 *
 * @import {Api} from "../net/api.js"
 * @import {Order, OrderEvent} from "../orders/order.js"
 * @import {Instruments} from "../symbols/instruments.js"
 * @import {SymbolResults} from "../symbols/results.js"
 */

import { ApiError } from "../net/api.js";
import { sentence } from "../text/format.js";
import { find, setText, showFieldErrors } from "../ui/dom.js";
import { ClientOrderId } from "./client-order-id.js";
import { TicketFields } from "./fields.js";
import { LOOK_AGAIN, OrderCheck } from "./order-check.js";
import { failure, outcome } from "./outcome.js";

/** End of the message about an attempt that never left this page. */
const UNSENT = "Nothing was sent.";
const TAKEN_FROM_STALE = "Prices are not updating: this one may be old.";

export class Ticket extends EventTarget {
  #panel;
  #button;
  #form;
  #fields;
  #check;
  #api;
  #url;
  #instruments;
  #clientOrderId = new ClientOrderId();
  #submit;
  #message;
  #away = "";
  #symbol = "";
  /** The order that the message is about. @type {Order|null} */
  #told = null;
  /**
   * Orders changed while one is being sent: its events may arrive before its answer.
   *
   * @type {Map<number, Order>|null}
   */
  #meanwhile = null;
  /** Whether the message is about fields, and is cleared when they change. */
  #isPassing = false;

  /**
   * @param {HTMLElement} panel @param {HTMLElement} button to open it @param {Api} api @param {string} url
   * @param {Instruments} instruments
   * @param {SymbolResults} symbols
   */
  constructor(panel, button, api, url, instruments, symbols) {
    super();
    this.#panel = panel;
    this.#button = button;
    this.#api = api;
    this.#url = url;
    this.#instruments = instruments;
    this.#form = /** @type {HTMLFormElement} */ (find("form", panel));
    this.#submit = /** @type {HTMLButtonElement} */ (find("[type=submit]", panel));
    this.#message = find("[data-message]", panel);
    this.#fields = new TicketFields(this.#form, instruments, symbols);
    this.#check = new OrderCheck(this.#form, instruments);
    button.addEventListener("click", () => this.show(panel.hidden));
    find("[data-action=close]", panel).addEventListener("click", () => this.show(false));
    this.#fields.addEventListener("change", () => this.#changed());
    this.#fields.addEventListener("dropped", (event) =>
      this.#say(/** @type {CustomEvent<string>} */ (event).detail, { isPassing: true }),
    );
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#draw();
  }

  get open() {
    return !this.#panel.hidden;
  }

  /** Whether amounts were entered for an order that was not sent. */
  get isTyped() {
    return this.#fields.hasAmounts;
  }

  /** @param {boolean} open */
  show(open) {
    this.#panel.hidden = !open;
    // Set on the body as well, since the chart has to make room.
    document.body.classList.toggle("is-ticket-open", open);
    this.#button.setAttribute("aria-expanded", String(open));
    this.#draw();
    if (open) this.#fields.field(this.#fields.typed.symbol.trim() === "" ? "symbol" : "quantity").focus();
    else this.#button.focus();
  }

  /** Opens the ticket for an order in this instrument. @param {string} symbol */
  begin(symbol) {
    this.#fields.begin(symbol);
    this.show(true);
  }

  /**
   * Copies a market price into the order.
   *
   * @param {string} price @param {boolean} isPresent whether the price is known to be current
   */
  take(price, isPresent) {
    this.#fields.take(price);
    if (!isPresent) this.#say(TAKEN_FROM_STALE, { isPassing: true });
  }

  /** @param {string} reason why nothing can be sent; empty if requests can be sent */
  set away(reason) {
    const shown = this.#message.textContent ?? "";
    const before = this.#away;
    this.#away = reason && `${reason} Orders can be sent when the page is live again; what you typed stays here.`;
    const ours = shown === "" || shown === before || shown.endsWith(UNSENT);
    if (ours && before !== this.#away) this.#say(this.#away);
  }

  /** Redraws after instruments or prices have arrived. */
  refresh() {
    if (this.open) this.#draw();
  }

  /** Updates the message about the last order from its events. @param {OrderEvent[]} events */
  follow(events) {
    for (const { order } of events) {
      this.#meanwhile?.set(order.id, order);
      if (order.id === this.#told?.id && order.version > this.#told.version) this.#tell(order);
    }
  }

  /** Removes the order, after a sign-out. */
  empty() {
    this.#fields.clear();
    this.#say("");
  }

  #changed() {
    if (this.#isPassing) this.#say("");
    this.#draw();
  }

  #draw() {
    const { order } = this.#fields.terms;
    setText(this.#submit, sentence(order));
    this.#submit.className = `place side-${order.side}`;
    setText(find("[data-symbol-name]", this.#form), this.#instruments.describe(order.symbol));
    this.#check.show(order);
    const now = this.open && this.#instruments.get(order.symbol)?.active ? order.symbol : "";
    this.dispatchEvent(new CustomEvent("terms", { detail: now === "" ? null : order }));
    if (now === this.#symbol) return;
    this.#symbol = now;
    this.dispatchEvent(new CustomEvent("instrument", { detail: now }));
  }

  async #send() {
    if (this.#meanwhile !== null) return;
    this.#fields.settle();
    const { order, problems } = this.#fields.terms;
    if (Object.keys(problems).length > 0) {
      this.#showProblems(problems, "");
      return;
    }
    if (this.#check.warns(order)) {
      this.#say(LOOK_AGAIN, { isBad: true, isPassing: true });
      return;
    }
    showFieldErrors(this.#form, {});
    this.#say("Sending …");
    this.#meanwhile = new Map();
    // Not `disabled`: the button would lose the focus, and single keys would then act on the orders.
    this.#submit.setAttribute("aria-disabled", "true");
    try {
      const placed = await this.#api.post(this.#url, { ...order, client_order_id: this.#clientOrderId.current });
      this.#clientOrderId.settle();
      if (this.#isStill(order)) {
        this.#fields.clear();
        this.#focus(this.#fields.field("quantity"));
      }
      this.#tell(this.#meanwhile.get(placed.id) ?? placed);
      this.dispatchEvent(new CustomEvent("placed", { detail: placed }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#refused(error, this.#isStill(order));
    } finally {
      this.#meanwhile = null;
      this.#submit.removeAttribute("aria-disabled");
    }
  }

  /** Whether the input has not changed since the sending. @param {object} order as it was sent */
  #isStill(order) {
    return JSON.stringify(this.#fields.terms.order) === JSON.stringify(order);
  }

  /** @param {ApiError} error @param {boolean} leads whether to focus the invalid field */
  #refused(error, leads) {
    if (error.code === "duplicate_client_order_id") this.#clientOrderId.settle();
    const words = failure(error);
    if (words === "") this.#showProblems(error.fields, error.message, leads);
    else this.#say(words, { isBad: true });
  }

  /**
   * @param {Record<string, string[]>} problems by field @param {string} message used if no field has one
   * @param {boolean} [leads] whether to focus the first invalid field
   */
  #showProblems(problems, message, leads = true) {
    const homeless = showFieldErrors(this.#form, problems);
    const shown = Object.keys(problems).length > homeless.length;
    this.#say([...homeless, shown ? "" : message].join(" ").trim(), { isBad: true, isPassing: true });
    if (leads) this.#focus(this.#form.querySelector("[aria-invalid]"));
  }

  /** Focuses this field, unless the user has moved elsewhere. @param {HTMLElement|null} field */
  #focus(field) {
    const { activeElement, body } = document;
    if (activeElement === body || this.#panel.contains(activeElement)) field?.focus();
  }

  /** @param {Order} order */
  #tell(order) {
    this.#say(outcome(order, this.#instruments.decimals(order.symbol)), { isBad: order.status === "rejected" });
    this.#told = order;
  }

  /** @param {string} text @param {{isBad?: boolean, isPassing?: boolean}} [how] */
  #say(text, { isBad = false, isPassing = false } = {}) {
    this.#told = null;
    this.#isPassing = isPassing;
    setText(this.#message, text);
    this.#message.classList.toggle("is-bad", isBad);
  }
}
