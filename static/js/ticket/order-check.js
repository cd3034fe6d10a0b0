/**
 * What the order in a form comes to, and a warning with a box to tick where it looks like a slip. The tick is for this
 * very order: whatever is changed takes it away.
 *
 * @import {Sized} from "../money/order-value.js"
 * @import {Instruments} from "../symbols/instruments.js"
 */

import { worthOf } from "../money/order-value.js";
import { find, setHidden, setText } from "../ui/dom.js";

export const LOOK_AGAIN = "Nothing was sent: look again, and tick “I mean it” if it is meant.";

export class OrderCheck {
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
    this.#value = find("[data-check=worth]", form);
    this.#warning = find("[data-check=warning]", form);
    this.#words = find("[data-check=warning-words]", form);
    this.#box = /** @type {HTMLInputElement} */ (find("[name=meant]", form));
    // Heard here before the form hears of it, and draws.
    this.#box.addEventListener("input", () => {
      this.#meant = this.#box.checked ? this.#shown : "";
    });
  }

  /** @param {Sized|null} order null where there is nothing to ask about */
  show(order) {
    const { value, warning } = order === null ? { value: "", warning: "" } : this.#worth(order);
    this.#shown = JSON.stringify(order);
    setText(this.#value, value);
    setText(this.#words, warning);
    setHidden(this.#warning, warning === "");
    if (this.#meant !== this.#shown) {
      this.#meant = "";
      this.#box.checked = false;
    }
  }

  /** Whether it looks like a slip, and nobody has said that it is none. @param {Sized|null} order */
  warns(order) {
    this.show(order);
    if (this.#warning.hidden || this.#box.checked) return false;
    this.#box.focus();
    return true;
  }

  /** @param {Sized} order */
  #worth(order) {
    const { market } = this.#instruments;
    const quote = market?.(order.symbol);
    const worth = worthOf(order, this.#instruments.get(order.symbol), quote);
    const isAlone = market !== null && worth.value !== "" && quote === undefined;
    return isAlone ? { ...worth, value: `${worth.value} · no present price to hold it against` } : worth;
  }
}
