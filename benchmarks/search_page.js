/**
 * Times the page's own search and a plain scan of the same list, term by term.
 *
 * `{rows: [[symbol, name, active]], rounds: [terms, …], limit}` on standard input; milliseconds by round on standard output.
 */

import { readFileSync } from "node:fs";
import uFuzzy from "@leeoniya/ufuzzy/dist/uFuzzy.mjs";
import { SymbolSearch } from "../static/js/symbols/search.js";

const { rows, rounds, limit } = JSON.parse(readFileSync(0, "utf-8"));
const instruments = rows.map(([symbol, name, active]) => ({ symbol, name, active, currency: "USD" }));

function scan(term) {
  const wanted = term.toLowerCase();
  const holds = ({ symbol, name }) => symbol.toLowerCase().includes(wanted) || name.toLowerCase().includes(wanted);
  return instruments.filter(holds).slice(0, limit);
}

function timed(work) {
  const from = performance.now();
  work();
  return performance.now() - from;
}

let search;
const made = timed(() => {
  search = new SymbolSearch(instruments, uFuzzy);
});
const first = made + timed(() => search.find(rounds[0][0], limit));
const ours = [];
const theirs = [];
for (const terms of rounds) {
  const pairs = terms.map((term) => [timed(() => search.find(term, limit)), timed(() => scan(term))]);
  ours.push(pairs.map(([mine]) => mine));
  theirs.push(pairs.map(([, plain]) => plain));
}
process.stdout.write(JSON.stringify({ first, ours, theirs }));
