/**
 * Ranks instruments by what somebody has typed so far: exact symbol, beginning of a symbol, beginning of a word of the
 * name, anywhere within, one typo; ties by symbol, and what is not traded last.
 *
 * The server ranks alike (market/search.py), and a test holds both to the same order.
 *
 * @import {Library} from "./symbol-typos.js"
 * @import {Range} from "./symbol-marks.js"
 *
 * @typedef {{symbol: string, name: string, currency: string, active: boolean}} Searched
 */

/**
 * @template {Searched} T
 * @typedef {{instrument: T, symbolMarks: Range[], nameMarks: Range[]}} Found
 */

import { fold, wordsOf } from "./folding.js";
import { marks } from "./symbol-marks.js";
import { isTolerant, Typos } from "./symbol-typos.js";

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
  /** The same, with nothing but what `Typos` knows. */
  #plain;
  #typos;

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
    this.#plain = this.#texts.map((text) => text.replace(/[^a-z0-9 ]/g, " "));
    this.#typos = new Typos(library);
  }

  /** The best first; without a term, the first by symbol. @param {string} term @param {number} limit @returns {Found<T>[]} */
  find(term, limit) {
    if ([...term].length > TERM_LENGTH) return [];
    const folded = fold(term).replace(/^ +| +$/g, "");
    const words = wordsOf(folded);
    const places = folded === "" ? [...this.#texts.keys()] : this.#ranked(folded, words, limit);
    return places.slice(0, limit).map((place) => {
      const instrument = this.#instruments[place];
      const [symbolMarks, nameMarks] = marks(instrument.symbol, instrument.name, words, this.#typos);
      return { instrument, symbolMarks, nameMarks };
    });
  }

  /** @param {string} folded @param {string[]} words @param {number} limit */
  #ranked(folded, words, limit) {
    const tiers = this.#asTyped(folded, words);
    let enough = 0;
    for (const place of tiers.keys()) if (place < this.#active) enough += 1;
    if (enough < limit) {
      for (const [place, tier] of this.#mistyped(words)) if (!tiers.has(place)) tiers.set(place, tier);
    }
    const count = this.#texts.length;
    return [...tiers]
      .map(([place, tier]) => (place < this.#active ? tier : tier + TIERS) * count + place)
      .sort((a, b) => a - b)
      .map((weight) => weight % count);
  }

  /** @param {string} folded @param {string[]} words */
  #asTyped(folded, words) {
    /** @type {Map<number, number>} */
    const tiers = new Map();
    const whole = words.join("");
    for (const [place, text] of this.#texts.entries()) {
      const tier = this.#folded[place] === folded ? EXACT : this.#tier(place, text, words, whole);
      if (tier !== null) tiers.set(place, tier);
    }
    return tiers;
  }

  /** @param {number} place @param {string} text @param {string[]} words @param {string} whole */
  #tier(place, text, words, whole) {
    // All that is found holds the first word, also where the words together are a symbol.
    if (words.length === 0 || !text.includes(words[0])) return null;
    const symbol = this.#symbols[place];
    if (symbol.startsWith(whole)) return SYMBOL;
    if (words.every((word) => text.includes(` ${word}`))) return WORD;
    if (symbol.includes(whole) || words.every((word) => text.includes(word))) return WITHIN;
    return null;
  }

  /** @param {string[]} words */
  #mistyped(words) {
    /** @type {Map<number, number>} */
    const tiers = new Map();
    if (!words.some(isTolerant)) return tiers;
    /** @type {number[]|undefined} */
    let places;
    for (const word of words) places = this.#typos.begins(this.#plain, word, places);
    let wholes = places;
    for (const word of words) wholes = this.#typos.wholes(this.#plain, word, wholes);
    const [only = "", ...more] = words;
    const symbols = more.length === 0 ? this.#typos.wholes(this.#symbols, only, wholes) : [];
    for (const place of places ?? []) tiers.set(place, TYPO);
    for (const place of wholes ?? []) tiers.set(place, TYPO_WORD);
    for (const place of symbols) tiers.set(place, TYPO_SYMBOL);
    return tiers;
  }
}
