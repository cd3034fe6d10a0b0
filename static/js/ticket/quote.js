/**
 * The market in the order ticket: live bid and ask of its instrument. Either becomes the order's price by its button,
 * or by an arrow key in the limit price while that is empty.
 *
 * The empty limit price suggests the price at which the order would trade now. It is a placeholder: it follows the
 * market, and no key can send an order at that price before it is taken over.
 *
 * @import {Prices} from "../prices/prices.js"
 * @import {Instruments} from "../symbols/instruments.js"
 * @import {Ticket} from "./ticket.js"
 */

import { grouped, price } from "../text/format.js";
import { find, setHidden, setText } from "../ui/dom.js";
import { composes } from "../ui/keys.js";

/** @typedef {"bid"|"ask"} Side of the market */

const OWNER = "ticket";
const SIDES = /** @type {const} */ (["bid", "ask"]);
const WORDS = { bid: "Bid", ask: "Ask" };
/** @type {Record<string, Side>} */
const KEYS = { ArrowUp: "ask", ArrowDown: "bid" };

export class TicketQuote {
  #form;
  #root;
  #field;
  #blank;
  #prices;
  #instruments;
  #take;
  #symbol = "";

  /**
   * @param {HTMLFormElement} form @param {Prices} prices @param {Instruments} instruments
   * @param {(price: string, isPresent: boolean) => void} take called with whether the price is known to be current
   */
  constructor(form, prices, instruments, take) {
    this.#form = form;
    this.#root = find("[data-ticket=quote]", form);
    this.#field = /** @type {HTMLInputElement} */ (find("[name=price]", form));
    this.#blank = this.#field.placeholder;
    this.#prices = prices;
    this.#instruments = instruments;
    this.#take = take;
    prices.addEventListener("quotes", (event) => {
      if (/** @type {CustomEvent<Set<string>>} */ (event).detail.has(this.#symbol)) this.#draw();
    });
    prices.addEventListener("feed", () => this.#draw());
    form.addEventListener("input", () => this.#suggest());
    for (const side of SIDES) this.#button(side).addEventListener("click", () => this.#taken(side));
    this.#field.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** @param {string} symbol of the ticket's instrument; empty if there is none */
  show(symbol) {
    this.#symbol = symbol;
    this.#prices.watch(OWNER, symbol === "" ? [] : [symbol]);
    this.#draw();
  }

  #draw() {
    setHidden(this.#root, this.#symbol === "");
    this.#root.classList.toggle("is-stale", !this.#isPresent);
    for (const side of SIDES) setText(find("b", this.#button(side)), grouped(this.#text(side)) || "…");
    this.#suggest();
  }

  #suggest() {
    const typed = new FormData(this.#form);
    const side = typed.get("side") === "sell" ? "bid" : "ask";
    const text = typed.get("order_type") === "limit" && this.#isPresent ? grouped(this.#text(side)) : "";
    const placeholder = text === "" ? this.#blank : `${WORDS[side]} ${text}`;
    if (this.#field.placeholder !== placeholder) this.#field.placeholder = placeholder;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const side = KEYS[event.key];
    const isOther = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || composes(event);
    if (side === undefined || isOther || this.#field.value !== "") return;
    event.preventDefault();
    this.#taken(side);
  }

  /** @param {Side} side */
  #taken(side) {
    const text = this.#text(side);
    if (text !== "") this.#take(text, this.#isPresent);
  }

  get #isPresent() {
    return this.#prices.present(this.#symbol) !== undefined;
  }

  /** @param {Side} side */
  #text(side) {
    return price(this.#prices.quote(this.#symbol)?.[side] ?? null, this.#instruments.decimals(this.#symbol));
  }

  /** @param {Side} side */
  #button(side) {
    return find(`[data-take=${side}]`, this.#root);
  }
}

/** Joins ticket and market. @param {Ticket} ticket @param {Prices} prices @param {Instruments} instruments */
export function showMarketIn(ticket, prices, instruments) {
  const form = /** @type {HTMLFormElement} */ (find("#ticket-form"));
  const quote = new TicketQuote(form, prices, instruments, (price, isPresent) => ticket.take(price, isPresent));
  instruments.market = (symbol) => prices.present(symbol);
  for (const type of ["quotes", "feed"]) prices.addEventListener(type, () => ticket.refresh());
  ticket.addEventListener("instrument", (event) => quote.show(/** @type {CustomEvent<string>} */ (event).detail));
}
