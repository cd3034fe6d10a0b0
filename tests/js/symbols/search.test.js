/** Symbols are found by what is typed, and the letters that were meant are marked. */

import uFuzzy from "@leeoniya/ufuzzy/dist/uFuzzy.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { fold, trace, wordsOf } from "../../../static/js/symbols/fold.js";
import { SymbolSearch } from "../../../static/js/symbols/search.js";

/** @type {[string, string, boolean?][]} */
const ROWS = [
  ["AAPL", "Apple"],
  ["AAP", "Advance Auto Parts"],
  ["BRK.B", "Berkshire Hathaway"],
  ["BTCUSD", "Bitcoin / US dollar"],
  ["DOR", "Société Dorée"],
  ["INTC", "Intel"],
  ["MCD", "McDonald’s"],
  ["MSFT", "Microsoft"],
  ["OLD", "Apple Records", false],
  ["PINE", "Pineapple Energy"],
];

const instruments = ROWS.map(([symbol, name, active = true]) => ({ symbol, name, active, currency: "USD" }));
const search = new SymbolSearch(instruments, uFuzzy);

/** @param {string} term @param {number} [limit] */
function find(term, limit = 20) {
  return search.find(term, limit).map(({ instrument }) => instrument.symbol);
}

/** The first that is found, "[" and "]" around what is marked. @param {string} term */
function shown(term) {
  const [{ instrument, symbolMarks, nameMarks }] = search.find(term, 1);
  /** @param {string} text @param {[number, number][]} ranges */
  const bracketed = (text, ranges) =>
    ranges.toReversed().reduce((all, [from, to]) => {
      return `${all.slice(0, from)}[${all.slice(from, to)}]${all.slice(to)}`;
    }, text);
  return `${bracketed(instrument.symbol, symbolMarks)} ${bracketed(instrument.name, nameMarks)}`;
}

test("the exact symbol comes first, then beginnings, words, parts and typos", () => {
  assert.deepEqual(find("aap"), ["AAP", "AAPL"]);
  assert.deepEqual(find("apple"), ["AAPL", "PINE", "OLD"]);
  assert.deepEqual(find("appel"), ["AAPL", "OLD"]);
  assert.deepEqual(find("micorsoft"), ["MSFT"]);
  assert.deepEqual(find("xyzzy"), []);
});

test("what is not traded comes last, and nothing typed brings the first few by symbol", () => {
  assert.deepEqual(find("", 3), ["AAP", "AAPL", "BRK.B"]);
  assert.deepEqual(find(" ", 100).at(-1), "OLD");
});

test("the letters that were asked for are marked", () => {
  assert.equal(shown("aap"), "[AAP] Advance Auto Parts");
  assert.equal(shown("b"), "[B]RK.B [B]erkshire Hathaway");
  assert.equal(shown("brkb"), "[BRK.B] Berkshire Hathaway");
  assert.equal(shown("btc/usd"), "[BTCUSD] Bitcoin / US dollar");
  assert.equal(shown("dollar bit"), "BTCUSD [Bit]coin / US [dollar]");
  assert.equal(shown("soft"), "MSFT Micro[soft]");
});

test("accents and apostrophes are marked where they stand", () => {
  assert.equal(shown("societe d"), "[D]OR [Société] [D]orée");
  assert.equal(shown("mcdonalds"), "MCD [McDonald’s]");
  const decomposed = new SymbolSearch([{ symbol: "X", name: "Cre\u0301dit", active: true, currency: "EUR" }], uFuzzy);
  assert.deepEqual(decomposed.find("cre", 1)[0].nameMarks, [[0, 4]]);
});

test("of a typo, what was meant is marked", () => {
  assert.equal(shown("appel"), "AAPL [Apple]");
  assert.equal(shown("mcirosoft"), "MSFT [Microsoft]");
  assert.equal(shown("itnc"), "[INTC] Intel");
});

test("nothing in a term is taken for a pattern or an operator", () => {
  for (const term of ["(a+)+$", "[", "\\", ".*", "a{9999999}", "-", '"', "\0", "\u202e", "\ud800", "(".repeat(100)]) {
    assert.doesNotThrow(() => find(term), term);
  }
  assert.deepEqual(find('"aapl"'), find("aapl"));
  assert.deepEqual(find("-aapl"), find("aapl"));
});

test("a term longer than any name finds nothing, however long", () => {
  for (const term of ["a".repeat(101), "a ".repeat(50_000), "aapl".repeat(25_000)]) assert.deepEqual(find(term), []);
});

test("folding keeps letters and digits of every script", () => {
  assert.equal(fold("Ödön’s ＡＢＣ ﬁ"), "odons abc fi");
  assert.deepEqual(wordsOf(fold("Bitcoin / US-dollar №5 Яндекс")), ["bitcoin", "us", "dollar", "no5", "яндекс"]);
});

test("a traced text knows where its letters come from", () => {
  const { text, from, to } = trace("A’ﬁ 😀é", " ");
  assert.equal(text, "afi  e");
  assert.deepEqual(from, [0, 2, 2, 3, 4, 6]);
  assert.deepEqual(to, [1, 3, 3, 4, 6, 7]);
  assert.equal(trace("BRK.B", "").text, "brkb");
});
