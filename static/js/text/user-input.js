/**
 * Normalises typed or pasted input for the server: text without invisible characters, numbers in plain digits.
 *
 * @typedef {{value: string, problem: string}} Read the number in plain digits, or the error; one is empty
 */

/** Control, format, private-use and unassigned characters, which come with text copied from web pages or chats. */
const UNSEEN = /\p{C}/gu;
const PLAIN = /^(\d+)(\.\d+)?$/;
const SHORT = /^(\d*)\.(\d*)$/;
/** Thousands grouped as on the page. After a leading 0 a comma is not a separator: it was meant as the point. */
const GROUPED = /^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/;
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

/** "1,1" → "Write 1.1 or 11." @param {string} text digits with separators */
function advice(text) {
  const parts = text.split(/[^\d]+/).filter((part) => part !== "");
  const whole = shortened(parts.join(""));
  if (parts.length < 2) return `Write ${whole}.`;
  const broken = shortened(`${parts.slice(0, -1).join("")}.${parts.at(-1)}`);
  // A space can only be a thousands separator.
  if (/\s\d+$/.test(text)) return `Write ${whole}.`;
  return `Write ${broken} or ${whole}.`;
}

/**
 * Parses a typed number. An ambiguous one is an error, not a guess.
 *
 * @param {string} text @param {string} name of the field, for an empty one: "a quantity" @returns {Read}
 */
export function readAmount(text, name) {
  const typed = cleaned(text);
  if (typed === "") return { value: "", problem: `Enter ${name}.` };
  if (PLAIN.test(typed)) return { value: shortened(typed), problem: "" };
  if (GROUPED.test(typed)) return { value: typed.replaceAll(",", ""), problem: "" };
  const [, whole = "", fraction = ""] = SHORT.exec(typed) ?? [];
  if (whole !== "" || fraction !== "")
    return { value: shortened(fraction === "" ? whole : `${whole || "0"}.${fraction}`), problem: "" };
  if (NEGATIVE.test(typed)) return { value: "", problem: "Must be greater than 0." };
  if (PARTED.test(typed)) return { value: "", problem: advice(typed) };
  return { value: "", problem: "Write it in digits, such as 25000 or 1.1." };
}
