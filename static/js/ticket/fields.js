/**
 * The fields of the ticket. Shows only fields that the order type needs, and never keeps an amount that was entered for
 * another instrument, for the other side or for a type without it.
 *
 * Fires `change` when the order may differ, and `dropped` (detail: why, as a sentence) when an amount was removed.
 *
 * @import {Instruments} from "../symbols/instruments.js"
 * @import {SymbolResults} from "../symbols/results.js"
 * @import {Amount, Terms, Typed} from "./terms.js"
 */

import { Combobox } from "../symbols/combobox.js";
import { fieldNumber } from "../text/format.js";
import { clearFieldErrors, find } from "../ui/dom.js";
import { AMOUNTS, amountsOf, isAmount, PRICES, readField, termsOf } from "./terms.js";

/** @type {(keyof Typed)[]} */
const NAMES = ["side", "symbol", "order_type", "quantity", "price", "stop_price", "time_in_force", "text"];
/** Fields whose errors may be fixed by a change of another field. @type {Record<string, string[]>} */
const DEPENDENT = { symbol: AMOUNTS, order_type: [...PRICES, "time_in_force"] };
const UNKNOWN = "There is no such instrument.";

export class TicketFields extends EventTarget {
  #form;
  #instruments;
  /** The symbol that the amounts were entered for; empty if there was none. */
  #about = "";
  /** A price taken from the market, and the order's side then. @type {{name: Amount, side: string}|null} */
  #taken = null;

  /** @param {HTMLFormElement} form @param {Instruments} instruments @param {SymbolResults} symbols */
  constructor(form, instruments, symbols) {
    super();
    this.#form = form;
    this.#instruments = instruments;
    for (const name of PRICES) this.field(name).placeholder = fieldNumber("0.00");
    form.addEventListener("input", ({ target }) => this.#entered(/** @type {HTMLInputElement} */ (target).name));
    form.addEventListener("change", ({ target }) => this.#left(/** @type {HTMLInputElement} */ (target).name));
    // Not on every change: arrow keys pass through all types on the way to another.
    this.field("order_type").addEventListener("focusout", () => this.#dropHidden());
    const onPick = () => this.#chosen();
    new Combobox(this.field("symbol"), { results: symbols, onPick, noun: "symbol", takesBest: true });
    this.#show();
  }

  /** @param {string} name @returns {HTMLInputElement} */
  field(name) {
    return find(`[name=${name}]`, this.#form);
  }

  /** The fields' values. @returns {Typed} */
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
      // If it is the only problem, let the server decide: an instrument may be newer than this page.
      problems.symbol ??= [UNKNOWN];
    }
    return terms;
  }

  /** Starts an order in this instrument. @param {string} symbol */
  begin(symbol) {
    this.field("symbol").value = symbol;
    this.#chosen();
  }

  /** Copies a market price into the price field of the order's type. @param {string} price */
  take(price) {
    const { order_type, side } = this.typed;
    if (order_type === "market") return;
    const name = order_type === "stop" ? "stop_price" : "price";
    this.field(name).value = fieldNumber(price);
    this.#entered(name);
    this.#taken = { name, side };
    this.field(name).focus();
  }

  /** Ends the input: removes amounts that do not belong to this order. */
  settle() {
    this.#dropHidden();
    const { symbol } = termsOf(this.typed).order;
    const about = this.#about;
    if (symbol === "" || symbol === about) return;
    const [before, now] = [this.#instruments.get(about), this.#instruments.get(symbol)];
    // Perhaps a typo: it is not sent, and nothing is lost.
    if (now === undefined && this.#isForeign(symbol)) return;
    this.#about = symbol;
    // Amounts entered without an instrument were meant for this one.
    if (before === undefined) return;
    const names = before.lot_size === now?.lot_size ? PRICES : AMOUNTS;
    if (this.#drop(names)) this.#tell("dropped", `The amounts entered for ${about} were removed.`);
  }

  /** Clears the amounts. Symbol, side, type and time in force stay, since the next order is often similar. */
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

  /** Takes a chosen symbol. */
  #chosen() {
    this.#entered("symbol");
    this.settle();
  }

  /** @param {string} name of the field that receives input */
  #entered(name) {
    clearFieldErrors(this.#form, [name, ...(DEPENDENT[name] ?? [])]);
    if (isAmount(name)) this.#enteredAmount();
    if (name === this.#taken?.name) this.#taken = null;
    this.#show();
    this.#tell("change");
    if (name === "side") this.#turn();
  }

  /** Notes the symbol that an amount is entered for, unless others belong to another instrument. */
  #enteredAmount() {
    const { symbol } = termsOf(this.typed).order;
    const isOnly = this.#filled(AMOUNTS).length < 2;
    if (isOnly || (symbol !== "" && !this.#isForeign(symbol))) this.#about = symbol;
  }

  /** @param {string} name of the field that was left */
  #left(name) {
    if (name === "symbol") this.settle();
    if (!isAmount(name)) return;
    const field = this.field(name);
    const { value } = readField(name, field.value);
    if (value !== "") field.value = fieldNumber(value);
  }

  /** Removes a market price that was taken for the other side. */
  #turn() {
    const taken = this.#taken;
    if (taken === null || taken.side === this.typed.side) return;
    this.#taken = null;
    if (this.#drop([taken.name])) this.#tell("dropped", `The price was removed: it was taken for a ${taken.side}.`);
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

  /** Shows the fields and times in force that the order type allows. */
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
