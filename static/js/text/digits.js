/**
 * Width of numbers, estimated in digits, without asking the browser for layout.
 */

/** Separators and spaces. */
const NARROW = new Set(".,:·'’ \u00a0\u202f");
const NARROW_WIDTH = 0.5;
/** Signs and letters. */
const WIDE_WIDTH = 1.35;

/** The number of digits about as wide as this text, rounded up. @param {string} text */
export function digitsOf(text) {
  let width = 0;
  for (const char of text) {
    if (char >= "0" && char <= "9") width += 1;
    else width += NARROW.has(char) ? NARROW_WIDTH : WIDE_WIDTH;
  }
  return Math.ceil(width);
}

/** Tracks the widest text of each kind on an element, and reports its width to the style sheet as `--KIND-digits`. */
export class Widest {
  #element;
  /** @type {Map<string, number>} */
  #digits = new Map();

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
  }

  /** @param {string} kind @param {string} text */
  take(kind, text) {
    const digits = digitsOf(text);
    if (digits <= (this.#digits.get(kind) ?? 0)) return;
    this.#digits.set(kind, digits);
    this.#element.style.setProperty(`--${kind}-digits`, String(digits));
  }
}
