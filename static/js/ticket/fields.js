/**
 * The fields of the ticket: only those that the type needs, and never an amount that was meant for another instrument,
 * for the other side or for a type that has none.
 *
 * Fires `change` where the order may be another, and `dropped` (detail: why, as a sentence) where something was taken out.
 *
 * @import {Instruments} from "../symbols/instruments.js"
 * @import {SymbolResults} from "../symbols/results.js"
 * @import {Amount, Terms, Typed} from "./terms.js"
 */

import { Combobox } from "../symbols/combobox.js";
import { readAmount } from "../text/user-input.js";
import { clearFieldErrors, find } from "../ui/dom.js";
import { AMOUNTS, amountsOf, isAmount, PRICES, termsOf } from "./terms.js";

/** @type {(keyof Typed)[]} */
const NAMES = ["side", "symbol", "order_type", "quantity", "price", "stop_price", "time_in_force", "text"];
/** What else may be right again once a field has changed. @type {Record<string, string[]>} */
const DEPENDENT = { symbol: AMOUNTS, order_type: [...PRICES, "time_in_force"] };
const UNKNOWN = "There is no such instrument.";

export class TicketFields extends EventTarget {
  #form;
  #instruments;
  /** The symbol that the amounts were entered for; empty where there was none then. */
  #about = "";
  /** A price that was taken from the market, and for which side. @type {{name: Amount, side: string}|null} */
  #taken = null;

  /** @param {HTMLFormElement} form @param {Instruments} instruments @param {SymbolResults} symbols */
  constructor(form, instruments, symbols) {
    super();
    this.#form = form;
    this.#instruments = instruments;
    form.addEventListener("input", ({ target }) => this.#entered(/** @type {HTMLInputElement} */ (target).name));
    form.addEventListener("change", ({ target }) => this.#left(/** @type {HTMLInputElement} */ (target).name));
    // Not at each change: the keys pass through every type on the way to another.
    this.field("order_type").addEventListener("focusout", () => this.#dropHidden());
    const onPick = () => this.#chosen();
    new Combobox(this.field("symbol"), { results: symbols, onPick, noun: "symbol", takesBest: true });
    this.#show();
  }

  /** @param {string} name @returns {HTMLInputElement} */
  field(name) {
    return find(`[name=${name}]`, this.#form);
  }

  /** What the fields hold. @returns {Typed} */
  get typed() {
    const data = new FormData(this.#form);
    const entries = NAMES.map((name) => [name, String(data.get(name) ?? "")]);
    return /** @type {Typed} */ (Object.fromEntries(entries));
  }

  get hasAmounts() {
    return this.#filled(AMOUNTS).length > 0;
  }

  /** @returns {Terms} */
  get terms() {
    const terms = termsOf(this.typed);
    const { order, problems } = terms;
    if (this.#isForeign(order.symbol)) {
      problems.symbol ??= [UNKNOWN];
      for (const name of PRICES) if (order[name] !== undefined) order[name] = "";
    } else if (Object.keys(problems).length > 0 && this.#isUnknown(order.symbol)) {
      // Alone it is the server's to refuse: an instrument may be newer than this page.
      problems.symbol ??= [UNKNOWN];
    }
    return terms;
  }

  /** Another instrument. @param {string} symbol */
  begin(symbol) {
    this.field("symbol").value = symbol;
    this.#chosen();
  }

  /** A price of the market becomes that of the order, of the kind that its type has. @param {string} price */
  take(price) {
    const { order_type, side } = this.typed;
    if (order_type === "market") return;
    const name = order_type === "stop" ? "stop_price" : "price";
    this.field(name).value = price;
    this.#entered(name);
    this.#taken = { name, side };
    this.field(name).focus();
  }

  /** Nobody types any more: what does not belong to this order goes. */
  settle() {
    this.#dropHidden();
    const { symbol } = termsOf(this.typed).order;
    const about = this.#about;
    if (symbol === "" || symbol === about) return;
    const [before, now] = [this.#instruments.get(about), this.#instruments.get(symbol)];
    // Perhaps a slip of the keys: it is not sent, and nothing is lost.
    if (now === undefined && this.#isForeign(symbol)) return;
    this.#about = symbol;
    // Without an instrument of their own, they were meant for this one.
    if (before === undefined) return;
    const names = before.lot_size === now?.lot_size ? PRICES : AMOUNTS;
    if (this.#drop(names)) this.#tell("dropped", `What was entered for ${about} has been taken out.`);
  }

  /** Symbol, side, type and time in force stay: the next order is often alike. */
  clear() {
    for (const name of [...AMOUNTS, "text"]) this.field(name).value = "";
    this.#taken = null;
    this.#tell("change");
  }

  /** @param {string} symbol */
  #isForeign(symbol) {
    return this.#about !== "" && symbol !== this.#about && this.#filled(AMOUNTS).length > 0;
  }

  /** @param {string} symbol */
  #isUnknown(symbol) {
    return this.#instruments.all.length > 0 && this.#instruments.get(symbol) === undefined;
  }

  /** @param {Amount[]} names */
  #filled(names) {
    return names.map((name) => this.field(name)).filter(({ value }) => value !== "");
  }

  /** A symbol, by whatever way. */
  #chosen() {
    this.#entered("symbol");
    this.settle();
  }

  /** @param {string} name of the field that is being written into */
  #entered(name) {
    clearFieldErrors(this.#form, [name, ...(DEPENDENT[name] ?? [])]);
    if (isAmount(name)) this.#enteredAmount();
    if (name === this.#taken?.name) this.#taken = null;
    this.#show();
    this.#tell("change");
    if (name === "side") this.#turn();
  }

  /** It is for the symbol that stands there; those of another instrument stay foreign to that. */
  #enteredAmount() {
    const { symbol } = termsOf(this.typed).order;
    const isOnly = this.#filled(AMOUNTS).length < 2;
    if (isOnly || (symbol !== "" && !this.#isForeign(symbol))) this.#about = symbol;
  }

  /** @param {string} name of the field that has been written into */
  #left(name) {
    if (name === "symbol") this.settle();
    if (!isAmount(name)) return;
    const field = this.field(name);
    const { value } = readAmount(field.value, name);
    if (value !== "") field.value = value;
  }

  /** What was taken for a buy is not what a sell wants. */
  #turn() {
    const taken = this.#taken;
    if (taken === null || taken.side === this.typed.side) return;
    this.#taken = null;
    if (this.#drop([taken.name])) this.#tell("dropped", `The price had been taken for a ${taken.side}.`);
  }

  #dropHidden() {
    const needed = amountsOf(this.typed.order_type);
    this.#drop(PRICES.filter((name) => !needed.includes(name)));
  }

  /** @param {Amount[]} names @returns {boolean} whether there was anything */
  #drop(names) {
    const filled = this.#filled(names);
    for (const field of filled) field.value = "";
    clearFieldErrors(this.#form, names);
    if (filled.length > 0) this.#tell("change");
    return filled.length > 0;
  }

  /** The fields that the type needs, and the times in force that it may have. */
  #show() {
    const { order_type } = this.typed;
    for (const label of /** @type {NodeListOf<HTMLElement>} */ (this.#form.querySelectorAll("[data-needs]"))) {
      label.hidden = !(label.dataset.needs ?? "").split(" ").includes(order_type);
    }
    const force = /** @type {HTMLSelectElement} */ (find("[name=time_in_force]", this.#form));
    for (const option of /** @type {NodeListOf<HTMLOptionElement>} */ (force.querySelectorAll("[data-immediate]"))) {
      option.disabled = order_type.startsWith("stop");
    }
    if (force.selectedOptions[0]?.disabled) force.value = "day";
  }

  /** @param {string} type @param {string} [detail] */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
