/**
 * Ranks as the page does, for whoever asks on standard input: `{rows: [[symbol, name, active]], terms, limit}` in, a list
 * of symbols for each term out.
 */

import uFuzzy from "@leeoniya/ufuzzy/dist/uFuzzy.mjs";
import { readFileSync } from "node:fs";
import { SymbolSearch } from "../../static/js/symbols/search.js";

/** @type {{rows: [string, string, boolean][], terms: string[], limit: number}} */
const { rows, terms, limit } = JSON.parse(readFileSync(0, "utf-8"));
const search = new SymbolSearch(
  rows.map(([symbol, name, active]) => ({ symbol, name, active, currency: "USD" })),
  uFuzzy,
);
const ranked = terms.map((term) => search.find(term, limit).map(({ instrument }) => instrument.symbol));
process.stdout.write(JSON.stringify(ranked));
