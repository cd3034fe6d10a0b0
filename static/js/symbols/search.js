/**
 * Ranks instruments for a search term: exact symbol, prefix of the symbol, prefix of a word of the name, anywhere
 * within, one typo; ties by symbol, and instruments that are not traded last.
 *
 * The server uses the same ranking (market/catalog/search.py); a test compares the two.
 *
 * @import {Range} from "./marks.js"
 * @import {Fit, Library} from "./typos.js"
 *
 * @typedef {{symbol: string, name: string, currency: string, active: boolean}} Searched
 */

/**
 * @template {Searched} T
 * @typedef {{instrument: T, symbolMarks: Range[], nameMarks: Range[]}} Found
 */

import { fold, wordsOf } from "./fold.js";
import { marks, traces } from "./marks.js";
import { isTolerant, Vocabulary } from "./typos.js";

/** Max length of a term: symbols and names are shorter. */
const TERM_LENGTH = 100;
/** Tiers of the ranking. Among typos, matches of a whole symbol or whole words come first. */
const [EXACT, SYMBOL, WORD, WITHIN, TYPO_SYMBOL, TYPO_WORD, TYPO, TIERS] = [0, 1, 2, 3, 4, 5, 6, 7];

/** @template {Searched} T */
export class SymbolSearch {
  /** Sorted as ties are: `place` always means an index into this array. @type {T[]} */
  #instruments;
  /** How many are traded; these come first. */
  #active;
  #folded;
  /** Symbols without punctuation. */
  #symbols;
  /** Symbol and name as words, a space around each. */
  #texts;
  #vocabulary;
  /** Cached traces of instruments already shown. @type {Map<number, ReturnType<typeof traces>>} */
  #traces = new Map();

  /** @param {T[]} instruments @param {Library} library uFuzzy */
  constructor(instruments, library) {
    this.#instruments = instruments.toSorted(
      (a, b) => Number(b.active) - Number(a.active) || (a.symbol < b.symbol ? -1 : 1),
    );
    this.#active = instruments.filter(({ active }) => active).length;
    this.#folded = this.#instruments.map(({ symbol }) => fold(symbol));
    this.#symbols = this.#folded.map((folded) => wordsOf(folded).join(""));
    this.#texts = this.#instruments.map(
      ({ name }, place) => ` ${this.#symbols[place]} ${wordsOf(fold(name)).join(" ")} `,
    );
    this.#vocabulary = new Vocabulary(
      this.#texts.map((text) => text.replace(/[^a-z0-9 ]/g, " ")),
      library,
    );
  }

  /**
   * The best matches first; for an empty term, the first by symbol.
   *
   * @param {string} term @param {number} limit @returns {Found<T>[]}
   */
  find(term, limit) {
    if ([...term].length > TERM_LENGTH) return [];
    const folded = fold(term).replace(/^ +| +$/g, "");
    const words = wordsOf(folded);
    /** @type {Map<string, Fit>[]} */
    let alike = [];
    /** @type {number[]} */
    let places;
    if (folded === "") places = [...this.#texts.keys()];
    else {
      const tiers = this.#asTyped(folded, words);
      if (this.#countActive(tiers.keys()) < limit && words.some(isTolerant)) {
        alike = words.map((word) => this.#vocabulary.alike(word));
        for (const [place, tier] of this.#mistyped(alike)) if (!tiers.has(place)) tiers.set(place, tier);
      }
      places = this.#ranked(tiers);
    }
    return places.slice(0, limit).map((place) => {
      const [symbolMarks, nameMarks] = marks(this.#traced(place), words, alike);
      return { instrument: this.#instruments[place], symbolMarks, nameMarks };
    });
  }

  /** @param {Iterable<number>} places */
  #countActive(places) {
    let count = 0;
    for (const place of places) if (place < this.#active) count += 1;
    return count;
  }

  /** @param {number} place */
  #traced(place) {
    const known = this.#traces.get(place) ?? traces(this.#instruments[place]);
    this.#traces.set(place, known);
    return known;
  }

  /** Places, the best match first. @param {Map<number, number>} tiers */
  #ranked(tiers) {
    const count = this.#texts.length;
    const weights = [];
    for (const [place, tier] of tiers) weights.push((place < this.#active ? tier : tier + TIERS) * count + place);
    return weights.sort((a, b) => a - b).map((weight) => weight % count);
  }

  /** @param {string} folded @param {string[]} words */
  #asTyped(folded, words) {
    /** @type {Map<number, number>} */
    const tiers = new Map();
    const [first, ...others] = words;
    const [whole, begun, begunToo] = [words.join(""), ` ${first}`, others.map((word) => ` ${word}`)];
    for (const [place, text] of this.#texts.entries()) {
      // Every match contains the first word, also if all words together are a symbol.
      if (first === undefined ? this.#folded[place] !== folded : !text.includes(first)) continue;
      const symbol = this.#symbols[place];
      /** @param {string} word */
      const holds = (word) => text.includes(word);
      if (this.#folded[place] === folded) tiers.set(place, EXACT);
      else if (symbol.startsWith(whole)) tiers.set(place, SYMBOL);
      else if (text.includes(begun) && begunToo.every(holds)) tiers.set(place, WORD);
      else if (symbol.includes(whole) || others.every(holds)) tiers.set(place, WITHIN);
    }
    return tiers;
  }

  /** @param {Map<string, Fit>[]} alike similar words, for each word */
  #mistyped(alike) {
    /** @type {Map<number, number>} */
    const tiers = new Map();
    const [first, ...others] = alike.map((words) => this.#fits(words));
    for (const [place, whole] of first) {
      if (!others.every((fits) => fits.has(place))) continue;
      const wholly = whole && others.every((fits) => fits.get(place));
      const isSymbol = others.length === 0 && alike[0].get(this.#symbols[place])?.whole;
      tiers.set(place, wholly ? (isSymbol ? TYPO_SYMBOL : TYPO_WORD) : TYPO);
    }
    return tiers;
  }

  /**
   * The places that contain one of the words, and whether one is a whole-word match.
   *
   * @param {Map<string, Fit>} alike
   */
  #fits(alike) {
    /** @type {Map<number, boolean>} */
    const fits = new Map();
    for (const [word, { whole }] of alike) {
      for (const place of this.#vocabulary.places(word)) fits.set(place, whole || fits.get(place) === true);
    }
    return fits;
  }
}
