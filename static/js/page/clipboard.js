/**
 * Copies table cells in a form that spreadsheets accept: one line per row, cells separated by tabs, numbers with an
 * ASCII minus, the reader's decimal point and no separators between thousands, and without buttons.
 */

import { asText } from "../text/formula-escape.js";
import { NUMBERS } from "../text/numbers.js";

const SIGNED = /^([+−]?)(.+)$/;
const NUMERIC = ".numeric";
/** Bidirectional isolates, which are not part of the text. */
const ISOLATES = /[\u2068\u2069]/g;
const BUTTONS = ".col-toggle, .col-actions, .watch-actions";
/** Details under a row are not a row of the table. */
const NO_CELL = ".subrow-cell";

/**
 * A cell's text for a spreadsheet.
 *
 * @param {string} text @param {boolean} isNumber whether the column holds numbers: elsewhere "1,5" is text
 */
export function plainText(text, isNumber) {
  const trimmed = text.replace(ISOLATES, "").trim();
  const [, sign, size = ""] = SIGNED.exec(trimmed) ?? [];
  const number = isNumber ? NUMBERS.plain(size) : null;
  return number === null ? asText(trimmed) : (sign === "−" ? "-" : "") + NUMBERS.field(number);
}

/**
 * Whether some of a cell is selected. A triple click ends where the next cell begins.
 *
 * @param {HTMLTableCellElement} cell @param {Selection} selection
 */
function isSelected(cell, selection) {
  if (selection.containsNode(cell)) return true;
  if (!selection.containsNode(cell, true)) return false;
  const { startContainer, startOffset, endContainer, endOffset } = selection.getRangeAt(0);
  const part = document.createRange();
  part.selectNodeContents(cell);
  if (cell.contains(startContainer)) part.setStart(startContainer, startOffset);
  if (cell.contains(endContainer)) part.setEnd(endContainer, endOffset);
  return part.toString() !== "";
}

/** The selected cells of a table, by row. @param {HTMLTableElement} table @param {Selection} selection */
function selectedCells(table, selection) {
  const rows = [...table.rows].filter((row) => selection.containsNode(row, true));
  return rows
    .map((row) => [...row.cells].filter((cell) => !cell.matches(BUTTONS) && isSelected(cell, selection)))
    .map((cells) => cells.filter((cell) => cell.checkVisibility()))
    .filter((cells) => cells.length > 0);
}

/** The table that a selection begins or ends in. @param {Selection} selection */
function selectedTable({ anchorNode, focusNode }) {
  const [first, last] = [anchorNode, focusNode].map((node) => node?.parentElement?.closest("table"));
  return first ?? last ?? null;
}

/**
 * Whether more than one cell is selected, or all of a number's cell. A part of one cell's text is copied as it is.
 *
 * @param {HTMLTableCellElement[]} cells @param {Selection} selection
 */
function areWhole(cells, selection) {
  const [first] = cells;
  if (cells.length !== 1 || !first) return cells.length > 1;
  return first.matches(NUMERIC) && selection.getRangeAt(0).toString().trim() === first.textContent?.trim();
}

/** Handles copying from all tables; a selection of text within one cell is left to the browser. */
export function copyAsRows() {
  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    const table = selection && selectedTable(selection);
    if (!selection || !table) return;
    const cells = selectedCells(table, selection);
    const all = cells.flat();
    if (!areWhole(all, selection) || all.some((cell) => cell.matches(NO_CELL))) return;
    event.preventDefault();
    const lines = cells.map((row) =>
      row.map((cell) => plainText(cell.textContent ?? "", cell.matches(NUMERIC))).join("\t"),
    );
    event.clipboardData?.setData("text/plain", lines.join("\n"));
  });
}
