/**
 * Normalises typed or pasted input for the server: text without invisible characters, numbers in plain digits.
 *
 * @import {Numbers} from "./numbers.js"
 *
 * @typedef {{value: string, problem: string}} Read the number in plain digits, or the error; one is empty
 */

import { NUMBERS } from "./numbers.js";

/** Control, format, private-use and unassigned characters, which come with text copied from web pages or chats. */
const UNSEEN = /\p{C}/gu;
/** Half a number: "5." or ".5", with whichever point. */
const SHORT = /^(\d*)(\D)(\d*)$/;
/** Digits with the separators of any country. */
const PARTED = /^\d[\d.,'’\s]*$/;
const NEGATIVE = /^[-−]\s*[\d.,]+$/;

/** Text without invisible characters and surrounding spaces. @param {string} text */
export function cleaned(text) {
  return text.replace(UNSEEN, "").trim();
}

/** Without leading zeros: "007.50" → "7.50". @param {string} text */
function shortened(text) {
  return text.replace(/^0+(?=\d)/, "");
}

/** "1,1" → "Write 1.1 or 11." @param {string} text digits with separators @param {Numbers} numbers */
function advice(text, numbers) {
  const parts = text.split(/[^\d]+/).filter((part) => part !== "");
  const whole = shortened(parts.join(""));
  if (parts.length < 2) return `Write ${whole}.`;
  const broken = shortened(`${parts.slice(0, -1).join("")}.${parts.at(-1)}`);
  // A space can only be a thousands separator.
  if (/\s\d+$/.test(text)) return `Write ${whole}.`;
  return `Write ${numbers.field(broken)} or ${whole}.`;
}

/**
 * The same for a quantity, without zeros after the point: "25.000" is shown to be 25, whoever meant 25 thousand.
 *
 * @param {string} text @param {string} name @param {Numbers} [numbers] @returns {Read}
 */
export function readQuantity(text, name, numbers = NUMBERS) {
  const { value, problem } = readAmount(text, name, numbers);
  return { value: value.includes(".") ? value.replace(/\.?0+$/, "") : value, problem };
}

/**
 * Parses a number typed as the page writes them. An ambiguous one is an error, not a guess.
 *
 * @param {string} text @param {string} name of the field, for an empty one: "a quantity"
 * @param {Numbers} [numbers] @returns {Read}
 */
export function readAmount(text, name, numbers = NUMBERS) {
  const typed = cleaned(text);
  if (typed === "") return { value: "", problem: `Enter ${name}.` };
  const plain = numbers.plain(typed);
  if (plain !== null) return { value: shortened(plain), problem: "" };
  const [, whole = "", point, fraction = ""] = SHORT.exec(typed) ?? [];
  if (point === numbers.point && (whole === "") !== (fraction === ""))
    return { value: shortened(fraction === "" ? whole : `0.${fraction}`), problem: "" };
  if (NEGATIVE.test(typed)) return { value: "", problem: "Must be greater than 0." };
  if (PARTED.test(typed)) return { value: "", problem: advice(typed, numbers) };
  return { value: "", problem: `Write it in digits, such as 25000 or ${numbers.field("1.1")}.` };
}
