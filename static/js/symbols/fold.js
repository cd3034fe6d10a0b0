/**
 * Text normalised for search: lower case, without accents and apostrophes, as on the server (market/catalog/search.py).
 */

const PLAIN = /^[ -~]*$/;
const DROPPED = /[\p{M}'’ʼ`]/gu;
const WORD = /[\p{L}\p{N}]+/gu;
const PART_OF_A_WORD = /[\p{L}\p{N}]/u;
const MARK = /\p{M}/u;

/** @param {string} text */
export function fold(text) {
  if (PLAIN.test(text)) return text.toLowerCase().replace(/['`]/g, "");
  return text.normalize("NFKD").replace(DROPPED, "").toLowerCase().replaceAll("ς", "σ");
}

/** The runs of letters and digits in a folded text. @param {string} folded @returns {string[]} */
export function wordsOf(folded) {
  return folded.match(WORD) ?? [];
}

/**
 * A folded text with `gap` for each separator, and where in the original each of its characters begins and ends.
 *
 * @param {string} text
 * @param {string} gap one character, or none
 * @returns {{text: string, from: number[], to: number[]}}
 */
export function trace(text, gap) {
  const from = [];
  const to = [];
  let traced = "";
  let start = 0;
  for (const char of text) {
    const end = start + char.length;
    const folded = fold(char);
    // An accent that is a character of its own stays with its letter.
    if (folded === "" && MARK.test(char) && to.length > 0) to[to.length - 1] = end;
    for (const part of folded) {
      const kept = PART_OF_A_WORD.test(part) ? part : gap;
      for (let i = 0; i < kept.length; i += 1) {
        from.push(start);
        to.push(end);
      }
      traced += kept;
    }
    start = end;
  }
  return { text: traced, from, to };
}
