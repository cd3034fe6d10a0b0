/**
 * A field that takes one symbol at a time, with a list of suggestions: picked, typed in full, or the best match for the
 * typed text, confirmed with Enter.
 *
 * @import {SymbolResults} from "./results.js"
 */

import { cleaned } from "../text/user-input.js";
import { composes } from "../ui/keys.js";
import { Combobox } from "./combobox.js";

export class SymbolField {
  #input;
  #symbols;
  #take;

  /** @param {HTMLInputElement} input @param {SymbolResults} symbols @param {(symbol: string) => void} take */
  constructor(input, symbols, take) {
    this.#input = input;
    this.#symbols = symbols;
    this.#take = take;
    new Combobox(input, {
      results: symbols,
      onPick: ({ value }) => this.#taken(value),
      noun: "symbol",
    });
    input.addEventListener("input", () => this.#doubt(false));
    // Registered after the list's own listener, which handles its keys first.
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.defaultPrevented || composes(event)) return;
      event.preventDefault();
      this.#confirm();
    });
  }

  #confirm() {
    const typed = cleaned(this.#input.value);
    if (typed === "") return;
    const best = this.#symbols.find(typed, 1).find(({ disabled }) => !disabled);
    if (best === undefined) this.#doubt(true);
    else this.#taken(best.value);
  }

  /** @param {string} symbol */
  #taken(symbol) {
    this.#doubt(false);
    this.#take(symbol);
  }

  /** @param {boolean} unknown */
  #doubt(unknown) {
    if (unknown) this.#input.setAttribute("aria-invalid", "true");
    else this.#input.removeAttribute("aria-invalid");
  }
}
