/**
 * Numbers as the reader's locale writes them: exact, from the API's plain decimals ("1234.50"), which stay text.
 *
 * Digits are always 0 to 9: the fields take no others.
 */

/** Spaces and apostrophes of all kinds look alike to whoever types them. */
const SPACES = /[\s\u00a0\u202f]/gu;
const APOSTROPHES = /[’ʼ]/gu;
/** Marks of direction, which some locales write beside a minus. */
const MARKS = /[\u061c\u200e\u200f]/gu;

/** @param {string} text */
function alike(text) {
  return text.replace(SPACES, " ").replace(APOSTROPHES, "'");
}

export class Numbers {
  #locale;
  /** By the number of decimals. @type {Intl.NumberFormat[]} */
  #formats = [];
  /** The decimal point. */
  point;
  /** Between groups of digits; empty where there are none. */
  separator;

  /** @param {string} [locale] the browser's by default */
  constructor(locale) {
    this.#locale = locale;
    const parts = this.#format(1).formatToParts(12345678.9);
    this.point = parts.find(({ type }) => type === "decimal")?.value ?? ".";
    this.separator = parts.find(({ type }) => type === "group")?.value ?? "";
  }

  /** @param {number} places */
  #format(places) {
    this.#formats[places] ??= new Intl.NumberFormat(this.#locale, {
      numberingSystem: "latn",
      minimumFractionDigits: places,
      maximumFractionDigits: places,
    });
    return this.#formats[places];
  }

  /** "1234567.80" → "1,234,567.80"; a minus sign, not a hyphen. @param {string} text a plain decimal, or empty */
  grouped(text) {
    if (text === "") return "";
    const at = text.indexOf(".");
    // Not through a double, which has 15 digits: the text itself is formatted.
    const number = /** @type {`${number}`} */ (text);
    return this.#format(at === -1 ? 0 : text.length - 1 - at)
      .format(number)
      .replace(MARKS, "")
      .replace("-", "−");
  }

  /** "1234.50" as a field holds it: not grouped. @param {string} text a plain decimal, or empty */
  field(text) {
    return text.replace(".", this.point);
  }

  /** "1,234,567.80" → ["1", "234", "567.80"]. @param {string} text as `grouped` writes it */
  groups(text) {
    return this.separator === "" ? [text] : text.split(this.separator);
  }

  /** A typed number as a plain decimal, if it is written as here; otherwise null. @param {string} typed */
  plain(typed) {
    const text = alike(typed);
    const bare = this.separator === "" ? text : text.replaceAll(alike(this.separator), "");
    const parts = bare.split(this.point);
    if (parts.length > 2 || !parts.every((part) => /^\d+$/.test(part))) return null;
    const plain = parts.join(".");
    return bare === text || alike(this.grouped(plain)) === text ? plain : null;
  }
}

export const NUMBERS = new Numbers();
