/**
 * The panel that places orders: only the fields the type needs, and a button that says what it will do.
 *
 * Fires `placed` (detail: the order) and `instrument` (detail: the symbol that an order here would be in; empty where it
 * is none, or the panel is closed).
 *
 * @import {Api} from "./api.js"
 * @import {Instruments} from "./instruments.js"
 * @import {SymbolResults} from "./symbol-results.js"
 */

import { ApiError } from "./api.js";
import { ClientOrderId } from "./client-order-id.js";
import { Combobox } from "./combobox.js";
import { find, setText, showFieldErrors } from "./dom.js";
import { sentence } from "./format.js";

/** How the message of an attempt ends that never left this page. */
const UNSENT = "Nothing was sent.";

export class Ticket extends EventTarget {
  #panel;
  #button;
  #form;
  #api;
  #url;
  #instruments;
  #clientOrderId = new ClientOrderId();
  #submit;
  #message;
  #away = "";
  #symbol = "";

  /** @param {HTMLElement} panel @param {HTMLElement} button that opens it @param {Api} api @param {string} url @param {Instruments} instruments @param {SymbolResults} symbols */
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
    button.addEventListener("click", () => this.show(panel.hidden));
    find("[data-action=close]", panel).addEventListener("click", () => this.show(false));
    this.#form.addEventListener("input", () => this.#drawForm());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    new Combobox(/** @type {HTMLInputElement} */ (find("[name=symbol]", panel)), {
      results: symbols,
      onPick: () => this.#drawForm(),
      noun: "symbol",
    });
    this.#drawForm();
  }

  get open() {
    return !this.#panel.hidden;
  }

  /** @param {boolean} open */
  show(open) {
    this.#panel.hidden = !open;
    this.#button.setAttribute("aria-expanded", String(open));
    this.#tellInstrument();
    if (open) find(this.#value("symbol") === "" ? "[name=symbol]" : "[name=quantity]", this.#form).focus();
    else this.#button.focus();
  }

  /** Opens for an order in this instrument. @param {string} symbol */
  begin(symbol) {
    this.#field("symbol").value = symbol;
    this.#drawForm();
    this.show(true);
  }

  /** The price of the order, of the kind that its type has. @param {string} price */
  set price(price) {
    const name = this.#value("order_type") === "stop" ? "stop_price" : "price";
    if (this.#value("order_type") === "market") return;
    this.#field(name).value = price;
    this.#drawForm();
    this.#field(name).focus();
  }

  /** @param {string} reason why nothing can be sent; empty where it can */
  set away(reason) {
    const shown = this.#message.textContent ?? "";
    const before = this.#away;
    this.#away = reason && `${reason} Orders can be sent when the page is live again; what you typed stays here.`;
    const ours = shown === "" || shown === before || shown.endsWith(UNSENT);
    if (ours && before !== this.#away) this.#say(this.#away, false);
  }

  /** The instruments have come. */
  showInstruments() {
    this.#drawForm();
  }

  /** @param {string} name @returns {HTMLInputElement} */
  #field(name) {
    return find(`[name=${name}]`, this.#form);
  }

  /** @param {string} name */
  #value(name) {
    return String(new FormData(this.#form).get(name) ?? "").trim();
  }

  /** What is asked for; prices that the type has no use for are left out. */
  get #order() {
    const type = this.#value("order_type");
    const priced = type === "limit" || type === "stop_limit";
    const stopped = type === "stop" || type === "stop_limit";
    return {
      side: this.#value("side"),
      symbol: this.#value("symbol").toUpperCase(),
      order_type: type,
      quantity: this.#value("quantity"),
      time_in_force: this.#value("time_in_force"),
      text: this.#value("text"),
      ...(priced && { price: this.#value("price") }),
      ...(stopped && { stop_price: this.#value("stop_price") }),
    };
  }

  #drawForm() {
    const type = this.#value("order_type");
    for (const label of /** @type {NodeListOf<HTMLElement>} */ (this.#form.querySelectorAll("[data-needs]"))) {
      label.hidden = !(label.dataset.needs ?? "").split(" ").includes(type);
    }
    const force = /** @type {HTMLSelectElement} */ (find("[name=time_in_force]", this.#form));
    for (const option of /** @type {NodeListOf<HTMLOptionElement>} */ (force.querySelectorAll("[data-immediate]"))) {
      option.disabled = type.startsWith("stop");
    }
    if (force.selectedOptions[0]?.disabled) force.value = "day";
    const order = this.#order;
    setText(this.#submit, sentence(order));
    this.#submit.className = `place side-${order.side}`;
    setText(find("[data-symbol-name]", this.#form), this.#describe(order.symbol));
    this.#tellInstrument();
  }

  #tellInstrument() {
    const { symbol } = this.#order;
    const now = this.open && this.#instruments.get(symbol)?.active ? symbol : "";
    if (now === this.#symbol) return;
    this.#symbol = now;
    this.dispatchEvent(new CustomEvent("instrument", { detail: now }));
  }

  /** @param {string} symbol */
  #describe(symbol) {
    const instrument = this.#instruments.get(symbol);
    if (!instrument) return "";
    const { name, currency, tick_size, lot_size } = instrument;
    return `${name}, ${currency} · tick ${tick_size} · lot ${lot_size}`;
  }

  async #send() {
    if (this.#submit.disabled) return;
    this.#submit.disabled = true;
    showFieldErrors(this.#form, {});
    this.#say("Sending …", false);
    try {
      const order = await this.#api.post(this.#url, { ...this.#order, client_order_id: this.#clientOrderId.current });
      this.#clientOrderId.settle();
      this.#say(`Placed: ${sentence(order)}. Order ${order.id}.`, false);
      this.#clear();
      this.dispatchEvent(new CustomEvent("placed", { detail: order }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#refused(error);
    } finally {
      this.#submit.disabled = false;
    }
  }

  /** @param {ApiError} error */
  #refused(error) {
    if (error.unsent) {
      this.#say(error.message, true);
      return;
    }
    if (error.unanswered) {
      this.#say(`${error.message} Send it again unchanged: it is placed once at most.`, true);
      return;
    }
    this.#clientOrderId.settle();
    if (error.code === "duplicate_client_order_id") {
      this.#say(
        "The send that got no answer had arrived: that order is placed. This one, changed since, is not.",
        true,
      );
      return;
    }
    const homeless = showFieldErrors(this.#form, error.fields);
    const shown = Object.keys(error.fields).length > homeless.length;
    this.#say([...homeless, shown ? "" : error.message].join(" ").trim(), true);
    const wrong = /** @type {HTMLElement|null} */ (this.#form.querySelector("[aria-invalid]"));
    wrong?.focus();
  }

  /** Symbol, side, type and time in force stay: the next order is often alike. */
  #clear() {
    for (const name of ["quantity", "price", "stop_price", "text"]) {
      this.#field(name).value = "";
    }
    this.#drawForm();
    find("[name=quantity]", this.#form).focus();
  }

  /** @param {string} text @param {boolean} bad */
  #say(text, bad) {
    setText(this.#message, text);
    this.#message.classList.toggle("is-bad", bad);
  }
}
