/**
 * The cone as a table, next to that of the bars.
 *
 * @import {Answer} from "./feed.js"
 * @import {Row} from "./words.js"
 */

import { priceText } from "../../text/format.js";
import { find, make, setHidden, setText } from "../../ui/dom.js";
import { coneRows } from "./words.js";

export class ConeTable {
  #part;
  #origin;
  #table;
  #shown = "";

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#part = find(".chart-cone", root);
    this.#origin = find("[data-chart=cone-origin]", root);
    this.#table = find("table", this.#part);
  }

  /** @param {Answer|null} answer @param {number} decimals @param {(time: number) => string} moment */
  show(answer, decimals, moment) {
    setHidden(this.#part, answer === null);
    if (answer === null) return;
    const isKnown = !("unavailable" in answer);
    setHidden(this.#table, !isKnown);
    if (!isKnown) {
      setText(this.#origin, `No cone: ${answer.unavailable}`);
      return;
    }
    setText(this.#origin, `From ${priceText(answer.close, decimals)} at ${moment(answer.from)}`);
    const rows = coneRows(answer, decimals);
    // Written anew only if it differs: a selection in it stays.
    const shown = JSON.stringify(rows);
    if (shown === this.#shown) return;
    this.#shown = shown;
    find("tbody", this.#table).replaceChildren(...rows.map(rowElement));
  }
}

/** @param {Row} row */
function rowElement({ time, bounds, reason }) {
  const head = make("th", "", time);
  head.scope = "row";
  if (bounds !== null) return make("tr", "", head, ...bounds.map((text) => make("td", "numeric", text)));
  const cell = make("td", "muted", reason);
  cell.colSpan = 2;
  return make("tr", "", head, cell);
}
