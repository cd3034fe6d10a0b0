/**
 * The market in the order ticket: bid and ask of its instrument as they change; either becomes the price of the order.
 *
 * @import {Instruments} from "./instruments.js"
 * @import {Prices} from "./prices.js"
 */

import { find, setHidden, setText } from "./dom.js";
import { grouped, price } from "./format.js";

const OWNER = "ticket";
const SIDES = /** @type {const} */ (["bid", "ask"]);

export class TicketQuote {
  #root;
  #prices;
  #instruments;
  #symbol = "";

  /** @param {HTMLElement} root @param {Prices} prices @param {Instruments} instruments @param {(price: string, isPresent: boolean) => void} take told whether prices are known to be the present ones */
  constructor(root, prices, instruments, take) {
    this.#root = root;
    this.#prices = prices;
    this.#instruments = instruments;
    prices.addEventListener("quotes", (event) => {
      if (/** @type {CustomEvent<Set<string>>} */ (event).detail.has(this.#symbol)) this.#draw();
    });
    prices.addEventListener("feed", () => this.#draw());
    for (const side of SIDES) {
      this.#button(side).addEventListener("click", () => {
        const text = this.#text(side);
        if (text !== "") take(text, prices.live);
      });
    }
  }

  /** @param {string} symbol of the instrument that the ticket is about; empty where there is none */
  show(symbol) {
    this.#symbol = symbol;
    this.#prices.watch(OWNER, symbol === "" ? [] : [symbol]);
    this.#draw();
  }

  #draw() {
    setHidden(this.#root, this.#symbol === "");
    this.#root.classList.toggle("is-stale", !this.#prices.live);
    for (const side of SIDES) setText(find("b", this.#button(side)), grouped(this.#text(side)) || "…");
  }

  /** @param {"bid"|"ask"} side */
  #text(side) {
    return price(this.#prices.quote(this.#symbol)?.[side] ?? null, this.#instruments.decimals(this.#symbol));
  }

  /** @param {"bid"|"ask"} side */
  #button(side) {
    return find(`[data-take=${side}]`, this.#root);
  }
}
