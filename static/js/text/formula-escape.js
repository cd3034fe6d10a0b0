/**
 * Escaping of spreadsheet formulas, the same as on the server (`orders/api/export_csv.py`; a test compares both).
 */

/** All characters that some reader treats as a line break. */
const BREAKS = "\r\n\v\f\x1c-\x1e\x85\u2028\u2029";
/** Characters that begin a formula in some spreadsheet, including full-width and small forms. */
const SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫";
/**
 * The start of a formula. A cell begins at the start of the text and after anything that separates cells; quotes and
 * invisible characters before a sign do not make it harmless.
 */
const FORMULA = new RegExp(`((?:^|[;,|\\t${BREAKS}])[^\\p{L}\\p{N}_!#-~＝＋－＠﹦﹢﹣﹫]*)(?=[${SIGNS}])`, "gu");
const CONTROLS = ["\t", "\r", "\n", "\0"];

/** Escapes text so that it is no formula, whatever separates the cells. @param {string} text */
export function asText(text) {
  const led = CONTROLS.some((control) => text.startsWith(control)) ? `'${text}` : text;
  return led.replace(FORMULA, "$1'");
}
