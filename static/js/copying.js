/**
 * What is copied from a table is for a spreadsheet: a line a row, cells by tabs, numbers with an ASCII minus and without marks
 * between their thousands, nothing of the buttons.
 */

const NUMBER = /^[+−]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/;
/** What a spreadsheet would compute. */
const FORMULA = /^[=+\-@＝＋－＠]/;
const NUMBERS = ".numeric";
/** What isolates text that is written from right to left is no part of it. */
const ISOLATES = /[\u2068\u2069]/g;
const BUTTONS = ".col-toggle, .col-actions, .watch-actions";
/** What opens under a row is no row of the table. */
const NO_CELL = ".subrow-cell";

/** A cell as a spreadsheet takes it. @param {string} text @param {boolean} isNumber whether its column has numbers: elsewhere "1,5" is what somebody wrote */
export function plainText(text, isNumber) {
  const trimmed = text.replace(ISOLATES, "").trim();
  if (isNumber && NUMBER.test(trimmed)) return trimmed.replaceAll(",", "").replace("−", "-").replace("+", "");
  return FORMULA.test(trimmed) ? `'${trimmed}` : trimmed;
}

/** The cells of a table that are selected, in rows. @param {HTMLTableElement} table @param {Selection} selection */
function selectedCells(table, selection) {
  const rows = [...table.rows].filter((row) => selection.containsNode(row, true));
  return rows
    .map((row) => [...row.cells].filter((cell) => !cell.matches(BUTTONS) && selection.containsNode(cell, true)))
    .map((cells) => cells.filter((cell) => cell.checkVisibility()));
}

/** From now on, for all tables; a selection within one cell is left to the browser. */
export function copyAsRows() {
  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    const table = selection?.anchorNode?.parentElement?.closest("table");
    if (!selection || !table) return;
    const cells = selectedCells(table, selection);
    const all = cells.flat();
    if (all.length < 2 || all.some((cell) => cell.matches(NO_CELL))) return;
    event.preventDefault();
    const lines = cells.map((row) =>
      row.map((cell) => plainText(cell.textContent ?? "", cell.matches(NUMBERS))).join("\t"),
    );
    event.clipboardData?.setData("text/plain", lines.join("\n"));
  });
}
