/**
 * Search results for every combobox of symbols; for empty text, the first few symbols. Fires `change` when the
 * instruments are loaded.
 *
 * @import {Instrument} from "./instruments.js"
 * @import {Result} from "./listbox-popup.js"
 */

/*! uFuzzy: Copyright (c) 2025, Leon Sorokin. All rights reserved. (MIT Licensed) */
import uFuzzy from "../../vendor/@leeoniya/ufuzzy/dist/uFuzzy.mjs";
import { cleaned } from "../text/user-input.js";
import { SymbolSearch } from "./search.js";

const FEW = 8;

export class SymbolResults extends EventTarget {
  /** Whether the instruments are loaded. */
  ready = false;
  #search = new SymbolSearch(/** @type {Instrument[]} */ ([]), uFuzzy);

  /**
   * Builds the search index now, so that the first letter typed does not wait for it.
   *
   * @param {Instrument[]} instruments
   */
  take(instruments) {
    this.#search = new SymbolSearch(instruments, uFuzzy);
    this.ready = true;
    this.dispatchEvent(new Event("change"));
  }

  /** @param {string} term @param {number} limit @returns {Result[]} */
  find(term, limit) {
    const typed = cleaned(term);
    return this.#search.find(typed, typed === "" ? FEW : limit).map(({ instrument, symbolMarks, nameMarks }) => ({
      value: instrument.symbol,
      text: instrument.symbol,
      textMarks: symbolMarks,
      detail: instrument.name,
      detailMarks: nameMarks,
      note: instrument.active ? instrument.currency : "not traded",
      disabled: !instrument.active,
    }));
  }
}
