/**
 * The search field for orders, which searches as the user types. Esc clears it; a second Esc moves to the orders.
 *
 * Fires `search` (detail: the text) and `left`.
 */

import { cleaned } from "../text/user-input.js";
import { composes } from "../ui/keys.js";

const AFTER_MS = 250;

export class SearchField extends EventTarget {
  #input;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #typing;

  /** @param {HTMLInputElement} input */
  constructor(input) {
    super();
    this.#input = input;
    input.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#search(), AFTER_MS);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || composes(event)) return;
      event.preventDefault();
      event.stopPropagation();
      if (input.value === "") {
        this.dispatchEvent(new Event("left"));
      } else {
        this.clear();
        this.#search();
      }
    });
  }

  clear() {
    this.#input.value = "";
  }

  select() {
    this.#input.select();
  }

  /** @param {boolean} isRefused whether the server has refused its text */
  set isRefused(isRefused) {
    if (isRefused) this.#input.setAttribute("aria-invalid", "true");
    else this.#input.removeAttribute("aria-invalid");
  }

  #search() {
    clearTimeout(this.#typing);
    this.dispatchEvent(new CustomEvent("search", { detail: cleaned(this.#input.value) }));
  }
}
