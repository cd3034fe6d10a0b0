/**
 * The newest bars as a table, the accessible alternative to the chart: newest first, kept current while it is open.
 *
 * @import {Bar} from "../prices/bars.js"
 */

import { Widest } from "../text/digits.js";
import { find, make, nameRoles, setText } from "../ui/dom.js";
import { barTexts } from "./words.js";

const SHOWN = 30;
/** Kind of number in each column, which is never truncated. */
const KINDS = ["minute", "price", "price", "price", "price", "volume"];

export class ChartTable {
  #panel;
  #button;
  #body;
  #widest;

  /** @param {HTMLElement} root @param {() => void} opened */
  constructor(root, opened) {
    this.#panel = find("#chart-table", root);
    const table = find(".chart-bars", this.#panel);
    this.#body = /** @type {HTMLTableSectionElement} */ (find("tbody", table));
    this.#button = find("[data-chart-do=table]", root);
    this.#widest = new Widest(table);
    nameRoles(table);
    this.#button.addEventListener("click", () => {
      this.#panel.hidden = !this.#panel.hidden;
      this.#button.setAttribute("aria-expanded", String(!this.#panel.hidden));
      if (!this.#panel.hidden) opened();
    });
  }

  /** @param {Bar[]} bars oldest first @param {number} decimals */
  show(bars, decimals) {
    if (this.#panel.hidden) return;
    const { rows } = this.#body;
    const newest = bars.slice(-SHOWN).reverse();
    for (const [i, bar] of newest.entries()) {
      const row = rows[i] ?? this.#body.appendChild(newRow());
      barTexts(bar, decimals).forEach((text, column) => {
        const cell = row.cells[column];
        if (cell) setText(cell, text);
        this.#widest.take(KINDS[column] ?? "", text);
      });
    }
    for (const row of [...rows].slice(newest.length)) row.remove();
  }
}

function newRow() {
  const row = make("tr", "", make("th", ""), ...["", "", "", "", ""].map(() => make("td", "numeric")));
  nameRoles(row);
  row.firstElementChild?.setAttribute("role", "rowheader");
  row.firstElementChild?.setAttribute("scope", "row");
  return row;
}
