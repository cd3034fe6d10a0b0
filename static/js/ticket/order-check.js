/**
 * Shows the value of the order in a form, and a warning with a check box if it looks like a mistake. The confirmation
 * is for exactly this order: any change clears it.
 *
 * @import {Sized} from "../money/order-value.js"
 * @import {Instruments} from "../symbols/instruments.js"
 */

import { worthOf } from "../money/order-value.js";
import { find, setHidden, setText } from "../ui/dom.js";

export const LOOK_AGAIN = "Nothing was sent. Check the order, and tick “Send it anyway” if it is right.";

export class OrderCheck {
  #instruments;
  #value;
  #warning;
  #words;
  #box;
  /** The order confirmed by the user. */
  #meant = "";
  #shown = "";

  /** @param {HTMLElement} form @param {Instruments} instruments */
  constructor(form, instruments) {
    this.#instruments = instruments;
    this.#value = find("[data-check=worth]", form);
    this.#warning = find("[data-check=warning]", form);
    this.#words = find("[data-check=warning-words]", form);
    this.#box = /** @type {HTMLInputElement} */ (find("[name=meant]", form));
    // Registered before the form's own listener, which redraws.
    this.#box.addEventListener("input", () => {
      this.#meant = this.#box.checked ? this.#shown : "";
    });
  }

  /** @param {Sized|null} order null if there is nothing to check */
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

  /** Whether it looks like a mistake and is not confirmed. @param {Sized|null} order */
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
    return isAlone ? { ...worth, value: `${worth.value} · no live price to compare with` } : worth;
  }
}
