/**
 * What people type or paste, as the server takes it: text without what nobody sees, numbers in plain digits.
 *
 * @typedef {{value: string, problem: string}} Read the number in plain digits, or what to say instead; one of them is empty
 */

/** Control, format, private, unassigned: a copy from a web page or a chat brings them along. */
const UNSEEN = /\p{C}/gu;
const PLAIN = /^(\d+)(\.\d+)?$/;
const SHORT = /^(\d*)\.(\d*)$/;
/** Thousands as the page writes them. Nothing that begins with 0 is grouped: there the comma was meant as the point. */
const GROUPED = /^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/;
/** Digits with whatever some country parts them by. */
const PARTED = /^\d[\d.,'’\s]*$/;
const NEGATIVE = /^[-−]\s*[\d.,]+$/;

/** Without what nobody sees, and without spaces around it. @param {string} text */
export function cleaned(text) {
  return text.replace(UNSEEN, "").trim();
}

/** Without zeros that say nothing: "007.50" → "7.50". @param {string} text */
function shortened(text) {
  return text.replace(/^0+(?=\d)/, "");
}

/** "1,1" → "Write 1.1 or 11." @param {string} text digits with separators */
function advice(text) {
  const parts = text.split(/[^\d]+/).filter((part) => part !== "");
  const whole = shortened(parts.join(""));
  if (parts.length < 2) return `Write ${whole}.`;
  const broken = shortened(`${parts.slice(0, -1).join("")}.${parts.at(-1)}`);
  // A space parts thousands and nothing else.
  if (/\s\d+$/.test(text)) return `Write ${whole}.`;
  return `Write ${broken} or ${whole}.`;
}

/** The number that was typed. What can be meant in two ways is not guessed. @param {string} text @param {string} name what it is, for a field that is empty: "a quantity" @returns {Read} */
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
