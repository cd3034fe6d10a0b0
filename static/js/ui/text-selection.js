/**
 * Tracks selected text, which must not change or vanish while the user is about to copy it.
 */

/** Whether a selection starts or ends in this part. @param {Element} part */
export function isSelected(part) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed) return false;
  return part.contains(selection.anchorNode) || part.contains(selection.focusNode);
}

/** Whether text is selected in this row, or in its details. @param {Element} row */
function isRead(row) {
  if (isSelected(row)) return true;
  const below = row.nextElementSibling;
  return below?.classList.contains("subrow") === true && isSelected(below);
}

export class ReadRows {
  /** Called when rows that had to stay no longer contain a selection. */
  released = () => {};
  #some = false;

  /** @param {Element} body of the rows */
  constructor(body) {
    document.addEventListener("selectionchange", () => {
      if (this.#some && !isSelected(body)) this.released();
    });
  }

  /** Ids of the rows that have to stay. @param {[number, Element][]} rows with their ids */
  among(rows) {
    const read = rows.filter(([, row]) => isRead(row)).map(([id]) => id);
    this.#some = read.length > 0;
    return read;
  }
}
