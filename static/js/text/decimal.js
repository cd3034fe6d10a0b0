/**
 * Exact decimals: whole numbers (BigInt) of 10⁻⁸, converted from and to the API's plain decimal strings.
 *
 * Null stands for "not defined": null in, null out, and nothing is thrown. Rounding is half-even, once, to the
 * requested number of places. A product of two decimals is exact, in units of 10⁻¹⁶.
 *
 * @typedef {bigint|null} Decimal
 */

export const PLACES = 8;
/** The places of an unrounded product. */
export const PRODUCT_PLACES = 16;

/** @param {bigint} value */
export function absolute(value) {
  return value < 0n ? -value : value;
}

/** @param {number} places */
function power(places) {
  return 10n ** BigInt(places);
}

/** The integer nearest to a quotient, half-even. @param {bigint} numerator @param {bigint} denominator not 0 */
export function nearest(numerator, denominator) {
  const [n, d] = [absolute(numerator), absolute(denominator)];
  const [whole, twice] = [n / d, (n % d) * 2n];
  const up = twice > d || (twice === d && whole % 2n === 1n);
  const size = up ? whole + 1n : whole;
  return numerator < 0n === denominator < 0n ? size : -size;
}

/**
 * Parses the API's decimal text, such as "585.33"; null for null, and for anything that is not a plain number.
 *
 * @param {string|null|undefined} text @returns {Decimal}
 */
export function decimal(text) {
  if (text === null || text === undefined) return null;
  const [, minus = "", whole = "", fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === "") return null;
  const more = fraction.length - PLACES;
  const units =
    more > 0 ? nearest(BigInt(whole + fraction), power(more)) : BigInt(whole + fraction.padEnd(PLACES, "0"));
  return minus === "" ? units : -units;
}

/**
 * Text with exactly this many decimals.
 *
 * @param {Decimal} value @param {number} places @param {number} [scale] the places of its units
 */
export function fixed(value, places, scale = PLACES) {
  if (value === null) return null;
  const units = scale > places ? nearest(value, power(scale - places)) : value * power(places - scale);
  const digits = absolute(units)
    .toString()
    .padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  const text = places === 0 ? whole : `${whole}.${digits.slice(-places)}`;
  return units < 0n ? `-${text}` : text;
}

/** Text as the API writes it, without trailing zeros. @param {Decimal} value @param {number} [places] max decimals */
export function plain(value, places = PLACES) {
  const text = fixed(value, places);
  return text?.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** @param {Decimal} a @param {Decimal} b @returns {Decimal} */
export function plus(a, b) {
  return a === null || b === null ? null : a + b;
}

/** @param {Decimal} a @param {Decimal} b @returns {Decimal} */
export function minus(a, b) {
  return a === null || b === null ? null : a - b;
}

/**
 * a ÷ b, rounded; null if b is 0.
 *
 * @param {Decimal} a @param {Decimal} b @param {number} [places] max 8 @returns {Decimal}
 */
export function divide(a, b, places = PLACES) {
  if (a === null || b === null || b === 0n) return null;
  return nearest(a * power(places), b) * power(PLACES - places);
}

/** a × b, exactly: units of 10⁻¹⁶. @param {Decimal} a @param {Decimal} b @returns {Decimal} */
export function product(a, b) {
  return a === null || b === null ? null : a * b;
}

/** The sum of plain decimals, as text. @param {string[]} texts */
export function sum(texts) {
  return plain(texts.map(decimal).reduce(plus, 0n)) ?? "0";
}

/** a − b, as text. @param {string} a @param {string} b plain decimals */
export function difference(a, b) {
  return plain(minus(decimal(a), decimal(b))) ?? "0";
}
