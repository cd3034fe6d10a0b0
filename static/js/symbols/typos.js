/**
 * Typo-tolerant word matching, for one typo: a letter changed, missing or extra, or two neighbouring letters swapped.
 *
 * The server matches the same way (market/catalog/typos.py).
 *
 * @import uFuzzy from "@leeoniya/ufuzzy"
 *
 * @typedef {typeof uFuzzy} Library
 * @typedef {{whole: boolean, length: number}} Fit whether a whole word matches, and how many of its letters
 */

/** Terms that tolerate a typo: shorter ones are too vague, longer ones are no words, and numbers must be exact. */
const TOLERANT = /^[a-z]{3,24}$/;
/** In terms this short, only two swapped letters are tolerated. */
const SHORT = 3;

/** @param {string} term */
export function isTolerant(term) {
  return TOLERANT.test(term);
}

/** @type {NonNullable<uFuzzy.Options["intraRules"]>} */
const rules = (term) => {
  const any = term.length > SHORT ? 1 : 0;
  return { intraSlice: [0, Infinity], intraIns: any, intraSub: any, intraDel: any, intraTrn: 1 };
};

/** @param {string} term @param {number} at */
function swapped(term, at) {
  return term.slice(0, at) + term[at + 1] + term[at] + term.slice(at + 2);
}

/**
 * A cheap prefilter: whether a word may begin like the term.
 *
 * @param {string} term @returns {(word: string) => boolean}
 */
function sign(term) {
  if (!isTolerant(term)) return (word) => word.startsWith(term);
  if (term.length === SHORT) {
    const [first, second] = [swapped(term, 0), swapped(term, 1)];
    return (word) => word.startsWith(term) || word.startsWith(first) || word.startsWith(second);
  }
  // A typo leaves one half intact, unless it swaps the two letters in the middle.
  const half = Math.floor(term.length / 2);
  const [start, rest, across] = [term.slice(0, half), term.slice(half), swapped(term, half - 1)];
  return (word) => word.includes(rest) || word.startsWith(start) || word.startsWith(across);
}

/** An inverted index: the words (a to z and digits) of many texts, and which texts contain each. */
export class Vocabulary {
  /** @type {Map<string, number[]>} */
  #places = new Map();
  #words;
  #begins;
  #equals;

  /** @param {string[]} texts @param {Library} library uFuzzy, which browsers and tests import from different paths */
  constructor(texts, library) {
    for (const [place, text] of texts.entries()) {
      for (const word of text.split(" ")) {
        const places = this.#places.get(word);
        if (places) places.push(place);
        else if (word !== "") this.#places.set(word, [place]);
      }
    }
    this.#words = [...this.#places.keys()];
    this.#begins = new library({ intraMode: 1, interLft: 2, intraRules: rules });
    this.#equals = new library({ intraMode: 1, interLft: 2, interRgt: 2, intraRules: rules });
  }

  /** The texts that contain this word. @param {string} word @returns {number[]} */
  places(word) {
    return this.#places.get(word) ?? [];
  }

  /** The words that begin like the term, typos included. @param {string} term @returns {Map<string, Fit>} */
  alike(term) {
    const words = this.#words;
    const may = sign(term);
    /** @type {number[]} */
    const candidates = [];
    for (const [place, word] of words.entries()) if (may(word)) candidates.push(place);
    const { length } = term;
    if (!isTolerant(term)) return new Map(candidates.map((at) => [words[at], { whole: words[at] === term, length }]));
    const begun = this.#begins.filter(words, term, candidates) ?? [];
    const wholes = new Set(this.#equals.filter(words, term, begun));
    return new Map(
      begun.map((at) => {
        const whole = wholes.has(at);
        return [words[at], { whole, length: whole ? words[at].length : Math.min(length, words[at].length) }];
      }),
    );
  }
}
