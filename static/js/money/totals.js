/**
 * The totals under the table: one line per currency, and what they cover. Redrawn a few times a second, to be readable.
 *
 * @import {Store} from "../ui/store.js"
 * @import {Totals} from "./money.js"
 */

import { grouped, plural, signed } from "../text/format.js";
import { find, make, setHidden, setText } from "../ui/dom.js";
import { moneyText } from "./money.js";

/** On a phone and in a low window they are collapsed by default. */
const NARROW = "(max-width: 640px), (max-height: 619px)";
const OPEN = "money-open";
/** More characters than this in a line's figures don't fit in aligned columns. */
const LONG = 56;
const FIELDS = /** @type {const} */ ([
  ["buy", "Working buy"],
  ["sell", "sell"],
  ["net", "net"],
  ["filled", "Filled"],
  ["pnl", "P&L"],
]);

/**
 * @typedef {{total: Totals, unpriced: number, doubt: string}} Told of one currency: `unpriced` is the number of orders
 *   without a price, `doubt` says why the P&L is unreliable
 */

export class MoneyTotals {
  #root;
  #list;
  #toggle;
  /** @type {Map<string, Map<string, HTMLElement>>} */
  #lines = new Map();

  /** @param {HTMLElement} root @param {Store} store the user's */
  constructor(root, store) {
    this.#root = root;
    this.#list = find("#money-totals", root);
    this.#toggle = find("#money-toggle", root);
    this.#toggle.addEventListener("click", () => {
      store.set(OPEN, this.#list.hidden);
      this.#open(this.#list.hidden);
    });
    this.#open(store.get(OPEN, !matchMedia(NARROW).matches));
  }

  /** @param {Map<string, Told>} totals by currency @param {number} orders how many they cover */
  show(totals, orders) {
    setHidden(this.#root, totals.size === 0);
    setText(find("[data-money-covers]", this.#root), `Totals of the ${plural(orders, "order")} on this page`);
    const currencies = [...totals.keys()];
    if (currencies.join() !== [...this.#lines.keys()].join()) this.#make(currencies);
    const lengths = [...totals].map(([currency, told]) => this.#write(currency, told));
    // Then each figure takes the width it needs, and lines wrap.
    this.#root.classList.toggle("is-long", Math.max(0, ...lengths) > LONG);
  }

  /** @param {boolean} open */
  #open(open) {
    this.#toggle.setAttribute("aria-expanded", String(open));
    setHidden(this.#list, !open);
  }

  /** @param {string[]} currencies */
  #make(currencies) {
    this.#lines.clear();
    const lines = currencies.map((currency) => {
      const cells = new Map();
      const line = make("li", "", make("b", "", currency));
      for (const [field, title] of FIELDS) {
        const value = make("span", "money-value");
        value.dataset.total = field;
        line.append(make("span", `money-${field}`, make("span", "muted", title), value));
        cells.set(field, value);
      }
      line.dataset.currency = currency;
      this.#lines.set(currency, cells);
      return line;
    });
    this.#list.replaceChildren(...lines);
  }

  /** @param {string} currency @param {Told} told @returns {number} how many characters its figures have */
  #write(currency, { total: { working, filled, pnl }, unpriced, doubt }) {
    const cells = this.#lines.get(currency);
    const text = (/** @type {bigint} */ value) => moneyText(value, currency) ?? "";
    const without = unpriced === 0 ? "" : `${pnl === null ? "" : ", "}${plural(unpriced, "order")} without a price`;
    const texts = {
      buy: grouped(text(working.buy)),
      sell: grouped(text(working.sell)),
      net: signed(text(working.net)),
      filled: grouped(text(filled.gross)),
      pnl: `${pnl === null ? "" : signed(text(pnl))}${without}` || "–",
    };
    for (const [field] of FIELDS) {
      const cell = cells?.get(field);
      if (cell) setText(cell, texts[field]);
    }
    const cell = cells?.get("pnl");
    const { length } = Object.values(texts).join("");
    if (!cell) return length;
    cell.classList.toggle("is-gain", texts.pnl.startsWith("+"));
    cell.classList.toggle("is-loss", texts.pnl.startsWith("−"));
    cell.classList.toggle("is-stale", doubt !== "");
    if (cell.title !== doubt) cell.title = doubt;
    return length;
  }
}
