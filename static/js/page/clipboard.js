/**
 * What is copied from a table is for a spreadsheet: a line a row, cells by tabs, numbers with an ASCII minus and without marks
 * between their thousands, nothing of the buttons.
 */

import { asText } from "../text/formula-escape.js";

const NUMBER = /^[+−]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/;
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
  return asText(trimmed);
}

/** Whether some of a cell is selected: a triple click ends where the next cell begins. @param {HTMLTableCellElement} cell @param {Selection} selection */
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

/** The cells of a table that are selected, in rows. @param {HTMLTableElement} table @param {Selection} selection */
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

/** Whether more than one cell is selected, or the whole of one with a number: part of a text is what somebody wanted. @param {HTMLTableCellElement[]} cells @param {Selection} selection */
function areWhole(cells, selection) {
  const [first] = cells;
  if (cells.length !== 1 || !first) return cells.length > 1;
  return first.matches(NUMBERS) && selection.getRangeAt(0).toString().trim() === first.textContent?.trim();
}

/** From now on, for all tables; a selection of some text within one cell is left to the browser. */
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
      row.map((cell) => plainText(cell.textContent ?? "", cell.matches(NUMBERS))).join("\t"),
    );
    event.clipboardData?.setData("text/plain", lines.join("\n"));
  });
}
