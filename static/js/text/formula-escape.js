/**
 * Text that no spreadsheet computes, as the server's export writes it (`orders/api/export_csv.py`; a test compares both).
 */

/** Everything that some reader takes for the end of a line. */
const BREAKS = "\r\n\v\f\x1c-\x1e\x85\u2028\u2029";
/** What begins a formula in some spreadsheet: full-width and small forms count as well. */
const SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫";
/** A cell begins at the text's beginning, and after whatever separates cells; quotes and what nobody sees don't keep a sign from being the first that counts. */
const FORMULA = new RegExp(`((?:^|[;,|\\t${BREAKS}])[^\\p{L}\\p{N}_!#-~＝＋－＠﹦﹢﹣﹫]*)(?=[${SIGNS}])`, "gu");
const CONTROLS = ["\t", "\r", "\n", "\0"];

/** The same as no separator can turn into a formula. @param {string} text */
export function asText(text) {
  const led = CONTROLS.some((control) => text.startsWith(control)) ? `'${text}` : text;
  return led.replace(FORMULA, "$1'");
}
