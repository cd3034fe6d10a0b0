/**
 * Which letters of a symbol and a name a search has found.
 *
 * @import {Typos} from "./symbol-typos.js"
 *
 * @typedef {[from: number, to: number]} Range of UTF-16 units, `to` exclusive
 */

import { trace } from "./folding.js";

/** Where a word is, at the beginning of another if it can be; -1 if it is not. @param {string} text @param {string} word */
function position(text, word) {
  const first = text.indexOf(word);
  for (let at = first; at !== -1; at = text.indexOf(word, at + 1)) {
    if (at === 0 || text[at - 1] === " ") return at;
  }
  return first;
}

/** In order, and joined where they touch. @param {Range[]} ranges */
function joined(ranges) {
  /** @type {Range[]} */
  const found = [];
  for (const [from, to] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = found.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found;
}

/**
 * The ranges in the symbol and in the name.
 *
 * @param {string} symbol
 * @param {string} name
 * @param {string[]} words what was asked for, folded
 * @param {Typos} typos
 * @returns {[Range[], Range[]]}
 */
export function marks(symbol, name, words, typos) {
  const labels = [
    { ...trace(symbol, ""), found: /** @type {Range[]} */ ([]) },
    { ...trace(name, " "), found: /** @type {Range[]} */ ([]) },
  ];
  const whole = words.join("");
  const inSymbol = words.length > 1 ? labels[0].text.indexOf(whole) : -1;
  if (inSymbol !== -1) labels[0].found.push([inSymbol, inSymbol + whole.length]);
  for (const word of words) {
    let typed = inSymbol !== -1;
    for (const { text, found } of labels) {
      const at = position(text, word);
      if (at === -1) continue;
      found.push([at, at + word.length]);
      typed = true;
    }
    if (typed) continue;
    for (const { text, found } of labels) {
      const range = typos.range(text, word);
      if (range) found.push(range);
    }
  }
  const [ofSymbol, ofName] = labels.map(({ from, to, found }) =>
    joined(found).map(([first, end]) => /** @type {Range} */ ([from[first], to[end - 1]])),
  );
  return [ofSymbol, ofName];
}
