/**
 * Words with one typo: a letter changed, missing, too much, or two next to each other in the wrong order.
 *
 * The texts are lower case with a space around each word. market/typos.py finds the same on the server.
 *
 * @import uFuzzy from "@leeoniya/ufuzzy"
 */

/** What may be mistyped: fewer letters say too little, more are no word, and a number is never meant to be another. */
const TOLERANT = /^[a-z]{3,24}$/;
/** Of so few letters, only two in the wrong order are forgiven. */
const SHORT = 3;

/** @param {string} word */
export function isTolerant(word) {
  return TOLERANT.test(word);
}

/** @type {NonNullable<uFuzzy.Options["intraRules"]>} */
const rules = (word) => {
  const any = word.length > SHORT ? 1 : 0;
  return { intraSlice: [0, Infinity], intraIns: any, intraSub: any, intraDel: any, intraTrn: 1 };
};

/** @typedef {typeof uFuzzy} Library */

export class Typos {
  #starts;
  #wholes;

  /** @param {Library} library uFuzzy, which a browser and a test find in different places */
  constructor(library) {
    this.#starts = new library({ intraMode: 1, interLft: 2, intraRules: rules });
    this.#wholes = new library({ intraMode: 1, interLft: 2, interRgt: 2, intraRules: rules });
  }

  /**
   * Which of these texts have a word that begins like this one.
   *
   * @param {string[]} texts
   * @param {string} word
   * @param {number[]} [places] all of them if absent
   * @returns {number[]}
   */
  begins(texts, word, places) {
    if (isTolerant(word)) return this.#starts.filter(texts, word, places) ?? [];
    return holding(texts, ` ${word}`, places);
  }

  /** Which have this word from beginning to end. @param {string[]} texts @param {string} word @param {number[]} [places] @returns {number[]} */
  wholes(texts, word, places) {
    if (isTolerant(word)) return this.#wholes.filter(texts, word, places) ?? [];
    return holding(texts, ` ${word} `, places);
  }

  /** Where the word is in the text; null if it is not. @param {string} text @param {string} word @returns {[number, number]|null} */
  range(text, word) {
    if (!isTolerant(word) || this.#starts.filter([text], word)?.length !== 1) return null;
    const [[from, to] = []] = this.#starts.info([0], [text], word).ranges;
    return from === undefined || to === undefined ? null : [from, to];
  }
}

/** @param {string[]} texts @param {string} part @param {number[]} [places] */
function holding(texts, part, places) {
  return (places ?? [...texts.keys()]).filter((place) => texts[place].includes(part));
}
