/**
 * What a combobox shows of the instruments for what is typed: the first few while that is nothing.
 *
 * @import {Instrument, Instruments} from "./instruments.js"
 * @import {Result} from "./listbox-popup.js"
 */

import uFuzzy from "../vendor/@leeoniya/ufuzzy/dist/uFuzzy.mjs";
import { SymbolSearch } from "./symbol-search.js";

const FEW = 8;

/** @param {Instruments} instruments @returns {(term: string, limit: number) => Result[]} */
export function symbolResults(instruments) {
  /** @type {Instrument[]} */
  let known = [];
  let search = new SymbolSearch(known, uFuzzy);
  return (term, limit) => {
    if (known !== instruments.all) {
      known = instruments.all;
      search = new SymbolSearch(known, uFuzzy);
    }
    return search.find(term, term.trim() === "" ? FEW : limit).map(({ instrument, symbolMarks, nameMarks }) => ({
      value: instrument.symbol,
      text: instrument.symbol,
      textMarks: symbolMarks,
      detail: instrument.name,
      detailMarks: nameMarks,
      note: instrument.active ? instrument.currency : "not traded",
      disabled: !instrument.active,
    }));
  };
}
