/**
 * Match highlighting: which letters of a symbol and a name match a search.
 *
 * @import {Fit} from "./typos.js"
 *
 * @typedef {[from: number, to: number]} Range of UTF-16 units, `to` exclusive
 */

import { trace } from "./fold.js";

/** @typedef {ReturnType<typeof trace>} Trace */

/** @param {{symbol: string, name: string}} instrument @returns {[Trace, Trace]} */
export function traces({ symbol, name }) {
  return [trace(symbol, ""), trace(name, " ")];
}

/**
 * The index of a word, preferably at the start of a word; -1 if it does not occur.
 *
 * @param {string} text @param {string} word
 */
function position(text, word) {
  const first = text.indexOf(word);
  for (let at = first; at !== -1; at = text.indexOf(word, at + 1)) {
    if (at === 0 || text[at - 1] === " ") return at;
  }
  return first;
}

/** @param {string} text @param {string} word @returns {Range[]} */
function typed(text, word) {
  const at = position(text, word);
  return at === -1 ? [] : [[at, at + word.length]];
}

/** @param {string} text @param {Map<string, Fit>|undefined} alike @returns {Range[]} */
function mistyped(text, alike) {
  for (const { 0: word, index } of text.matchAll(/[^ ]+/g)) {
    const fit = alike?.get(word);
    if (fit) return [[index, index + fit.length]];
  }
  return [];
}

/**
 * Sorts ranges, merges those that touch, and maps them to the original text.
 *
 * @param {Range[]} ranges @param {Trace} trace
 */
function original(ranges, { from, to }) {
  /** @type {Range[]} */
  const found = [];
  for (const [first, end] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = found.at(-1);
    if (last && from[first] <= last[1]) last[1] = Math.max(last[1], to[end - 1]);
    else found.push([from[first], to[end - 1]]);
  }
  return found;
}

/**
 * The ranges in the symbol and in the name.
 *
 * @param {[Trace, Trace]} traced
 * @param {string[]} words the search's words, folded
 * @param {Map<string, Fit>[]} alike for each of them the words with one typo; empty if typos were not searched
 * @returns {[Range[], Range[]]}
 */
export function marks([symbol, name], words, alike) {
  const ofSymbol = words.length > 1 ? typed(symbol.text, words.join("")) : [];
  /** @type {Range[]} */
  const ofName = [];
  const isSymbol = ofSymbol.length > 0;
  for (const [place, word] of words.entries()) {
    let inSymbol = typed(symbol.text, word);
    let inName = typed(name.text, word);
    if (!isSymbol && inSymbol.length + inName.length === 0) {
      inSymbol = mistyped(symbol.text, alike[place]);
      inName = mistyped(name.text, alike[place]);
    }
    ofSymbol.push(...inSymbol);
    ofName.push(...inName);
  }
  return [original(ofSymbol, symbol), original(ofName, name)];
}
