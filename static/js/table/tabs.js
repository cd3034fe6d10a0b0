/**
 * The tabs Working, Filled, Closed and All with their live counts. Fires `choose` (detail: the tab).
 *
 * @import {Tab} from "../orders/order.js"
 */

import { integer } from "../text/format.js";
import { setText } from "../ui/dom.js";
import { composes } from "../ui/keys.js";

export class Tabs extends EventTarget {
  #buttons;

  /** @param {HTMLElement} list */
  constructor(list) {
    super();
    this.#buttons = /** @type {HTMLButtonElement[]} */ ([...list.querySelectorAll("[data-tab]")]);
    list.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement} */ (event.target).closest("button");
      if (button) this.#choose(button);
    });
    list.addEventListener("keydown", (event) => {
      const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (step === 0 || composes(event)) return;
      const at = this.#buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
      const next = this.#buttons[(at + step + this.#buttons.length) % this.#buttons.length];
      next?.focus();
      if (next) this.#choose(next);
    });
  }

  /** @param {Tab} tab @param {Record<Tab, number>} counts */
  show(tab, counts) {
    for (const button of this.#buttons) {
      const own = /** @type {Tab} */ (button.dataset.tab);
      const selected = String(own === tab);
      if (button.getAttribute("aria-selected") !== selected) button.setAttribute("aria-selected", selected);
      button.tabIndex = own === tab ? 0 : -1;
      const count = button.querySelector("[data-count]");
      if (count) setText(count, integer(counts[own]));
    }
  }

  /** @param {HTMLButtonElement} button */
  #choose(button) {
    this.dispatchEvent(new CustomEvent("choose", { detail: button.dataset.tab }));
  }
}
