/**
 * What the order in the ticket comes to, and a warning with a box to tick where it looks like a slip. The tick is for this
 * very order: whatever is changed takes it away.
 *
 * @import {Instruments} from "./instruments.js"
 * @import {Quote} from "./prices.js"
 * @import {Terms} from "./ticket-terms.js"
 *
 * @typedef {(symbol: string) => Quote|undefined} Market the present price, where prices are live
 */

import { find, setHidden, setText } from "./dom.js";
import { worthOf } from "./ticket-worth.js";

export class TicketCheck {
  /** @type {Market|null} */
  market = null;
  #instruments;
  #value;
  #warning;
  #words;
  #box;
  /** The order that is meant as it is. */
  #meant = "";
  #shown = "";

  /** @param {HTMLElement} form @param {Instruments} instruments */
  constructor(form, instruments) {
    this.#instruments = instruments;
    this.#value = find("[data-ticket=worth]", form);
    this.#warning = find("[data-ticket=warning]", form);
    this.#words = find("[data-ticket=warning-words]", form);
    this.#box = /** @type {HTMLInputElement} */ (find("[name=meant]", form));
    // Heard here before the form hears of it, and draws.
    this.#box.addEventListener("input", () => {
      this.#meant = this.#box.checked ? this.#shown : "";
    });
  }

  /** @param {Terms["order"]} order */
  show(order) {
    const { value, warning } = this.#worth(order);
    this.#shown = JSON.stringify(order);
    setText(this.#value, value);
    setText(this.#words, warning);
    setHidden(this.#warning, warning === "");
    if (this.#meant !== this.#shown) {
      this.#meant = "";
      this.#box.checked = false;
    }
  }

  /** Whether it looks like a slip, and nobody has said that it is none. @param {Terms["order"]} order */
  warns(order) {
    this.show(order);
    if (this.#warning.hidden || this.#box.checked) return false;
    this.#box.focus();
    return true;
  }

  /** @param {Terms["order"]} order */
  #worth(order) {
    const instrument = this.#instruments.get(order.symbol);
    const worth = worthOf(order, instrument, this.market?.(order.symbol));
    const isAlone = this.market !== null && worth.value !== "" && this.market(order.symbol) === undefined;
    return isAlone ? { ...worth, value: `${worth.value} · no present price to hold it against` } : worth;
  }
}
