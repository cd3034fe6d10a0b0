/**
 * Exact sums and differences of quantities in decimal text.
 */

/** Max decimals of a quantity. */
const DECIMALS = 8;

/** @param {string} text a plain decimal that is not negative */
function toUnits(text) {
  const [whole = "", fraction = ""] = text.split(".");
  return BigInt(whole + fraction.padEnd(DECIMALS, "0"));
}

/** @param {bigint} units */
function toText(units) {
  const sign = units < 0n ? "-" : "";
  const digits = String(units < 0n ? -units : units).padStart(DECIMALS + 1, "0");
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, "");
  return `${sign}${digits.slice(0, -DECIMALS)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** @param {string[]} quantities */
export function sum(quantities) {
  return toText(quantities.reduce((total, each) => total + toUnits(each), 0n));
}

/** @param {string} a @param {string} b */
export function difference(a, b) {
  return toText(toUnits(a) - toUnits(b));
}
