/**
 * Ranks instruments by what somebody has typed so far: exact symbol, beginning of a symbol, beginning of a word of the
 * name, anywhere within, one typo; ties by symbol, and what is not traded last.
 *
 * The server ranks alike (market/catalog/search.py), and a test holds both to the same order.
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

/** Longer is nobody's symbol or name. */
const TERM_LENGTH = 100;
/** Of typos, those that make a whole symbol or whole words come first. */
const [EXACT, SYMBOL, WORD, WITHIN, TYPO_SYMBOL, TYPO_WORD, TYPO, TIERS] = [0, 1, 2, 3, 4, 5, 6, 7];

/** @template {Searched} T */
export class SymbolSearch {
  /** In the order of a tie: places below are places in here. @type {T[]} */
  #instruments;
  /** How many are traded; they come first. */
  #active;
  #folded;
  /** Symbols without punctuation. */
  #symbols;
  /** Symbol and name as words, a space around each. */
  #texts;
  #vocabulary;
  /** Of those that were shown. @type {Map<number, ReturnType<typeof traces>>} */
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

  /** The best first; without a term, the first by symbol. @param {string} term @param {number} limit @returns {Found<T>[]} */
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

  /** Places, the best first. @param {Map<number, number>} tiers */
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
      // All that is found holds the first word, also where the words together are a symbol.
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

  /** @param {Map<string, Fit>[]} alike for each word */
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

  /** The places that have one of the words, and whether one of them was meant as a whole. @param {Map<string, Fit>} alike */
  #fits(alike) {
    /** @type {Map<number, boolean>} */
    const fits = new Map();
    for (const [word, { whole }] of alike) {
      for (const place of this.#vocabulary.places(word)) fits.set(place, whole || fits.get(place) === true);
    }
    return fits;
  }
}
