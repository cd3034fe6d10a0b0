/**
 * Text that somebody has selected, to copy it: it must not change or go under their hands.
 */

/** Whether text is selected from or to this part. @param {Element} part */
export function isSelected(part) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed) return false;
  return part.contains(selection.anchorNode) || part.contains(selection.focusNode);
}

/** Whether it is in this row, or in what is open under it. @param {Element} row */
function isRead(row) {
  if (isSelected(row)) return true;
  const below = row.nextElementSibling;
  return below?.classList.contains("subrow") === true && isSelected(below);
}

export class ReadRows {
  /** Called when text is selected no more in a row that had to stay for it. */
  released = () => {};
  #some = false;

  /** @param {Element} body of the rows */
  constructor(body) {
    document.addEventListener("selectionchange", () => {
      if (this.#some && !isSelected(body)) this.released();
    });
  }

  /** Which of these rows have to stay. @param {[number, Element][]} rows each with what it is known by */
  among(rows) {
    const read = rows.filter(([, row]) => isRead(row)).map(([id]) => id);
    this.#some = read.length > 0;
    return read;
  }
}
