/**
 * Fits the columns of the order table into its width. Numbers are never truncated: a column grows with its longest
 * number. If room is short, less important columns are hidden; a row's details still show them.
 *
 * Widths only grow until the table shows other rows, so that changing figures move nothing.
 *
 * @import {Name} from "../orders/columns.js"
 * @import {Order} from "../orders/order.js"
 */

import { isForecast } from "../forecast/level.js";
import { COLUMNS, LAYOUT, nameOf } from "../orders/columns.js";
import { digitsOf } from "../text/digits.js";
import { nextFrame } from "../ui/animation-frames.js";
import { make } from "../ui/dom.js";

/** Columns that may be hidden, in that order; the others always stay. @type {Name[]} */
export const LEAVING = [
  "arrival_price",
  "version",
  "updated_at",
  "user",
  "id",
  "client_order_id",
  "time_in_force",
  "leaves_qty",
  "stop_price",
  "order_type",
  "slippage",
  "notional",
  "distance",
  "text",
  "touch",
  "created_at",
  "avg_price",
  "last",
  "pnl",
];
/** Columns that are blank where no order can be touched. @type {Name[]} */
const BLANK = ["distance", "touch"];
/** Columns that leave instead of the touch, if that is enough: the price is in the watchlist, too. @type {Name[]} */
const INSTEAD = ["last", "created_at"];
/** Columns hidden before the font gets smaller. @type {Name[]} */
const LESSER = LEAVING.slice(0, LEAVING.indexOf("created_at"));
/** Texts that may be truncated, since a tooltip shows them in full. @type {Set<Name>} */
const CUT = new Set(COLUMNS.filter(({ value }) => value === "text" || value === "choice").map(({ field }) => field));
/** Pixels of the toggle and the actions. */
const OTHERS = 24 + 132;
/** @typedef {{padding: number, type: number}} Manner pixels next to each text, and relative font size */

/** @type {Manner} */
const USUAL = { padding: 12, type: 1 };
/** @type {Manner} */
const TIGHT = { padding: 8, type: 12 / 13 };
/**
 * Smaller type makes room for when an order was placed and what it is worth, before these are hidden as well. The last
 * one is for tables too narrow even for the columns that always stay: it hides what is filled, too.
 *
 * @type {[Manner, Name[]][]}
 */
const MANNERS = [
  [USUAL, LESSER],
  [TIGHT, LEAVING],
  [TIGHT, [...LEAVING, "cum_qty"]],
];
/** Each column's width from the table's `--w-…`, and hidden if `data-without` names it. */
const RULES = LAYOUT.map(nameOf).map(
  (name) => `#orders .col-${name} { width: var(--w-${name}) }
    @media (min-width: 641px) { #orders[data-without~="${name}"] .col-${name} { display: none } }`,
);
/** The probe's text, to measure the width of a digit. */
const DIGITS = "0123456789";

/** @typedef {{without: Name[], least: number}} Fit `least`: min width of the rest */

/**
 * Selects the columns to hide so that the rest fits.
 *
 * @param {Map<Name, number>} widths @param {number} room @param {Name[]} [leaving] in the order of hiding @returns {Fit}
 */
export function fitting(widths, room, leaving = LEAVING) {
  const plain = leave(widths, room, leaving);
  if (!plain.without.includes("touch")) return plain;
  const before = leaving.slice(0, leaving.indexOf("touch"));
  const instead = leave(widths, room, [...before, ...INSTEAD]);
  return instead.least <= room ? instead : plain;
}

/** @param {Map<Name, number>} widths @param {number} room @param {Name[]} leaving @returns {Fit} */
function leave(widths, room, leaving) {
  /** @type {Name[]} */
  const without = [];
  let least = [...widths.values()].reduce((sum, width) => sum + width, 0);
  for (const name of leaving) {
    const width = widths.get(name);
    if (width === undefined) continue;
    if (least <= room) break;
    without.push(name);
    least -= width;
  }
  return { without, least };
}

/**
 * The first manner in which all remaining columns fit; else the last.
 *
 * @param {(manner: Manner) => Map<Name, number>} widthsIn
 * @param {number} room
 */
export function bestManner(widthsIn, room) {
  const found = MANNERS.map(([manner, leaving]) => {
    const widths = widthsIn(manner);
    return { manner, widths, ...fitting(widths, room, leaving) };
  });
  return found.find(({ least }) => least <= room) ?? /** @type {typeof found[0]} */ (found.at(-1));
}

export class ColumnFit {
  #table;
  #probe = make("span", "digit-probe", DIGITS);
  /** Width of a digit in pixels. */
  #digit = 8;
  #room = Infinity;
  /** Width of each column in digits. @type {Map<Name, number>} */
  #digits = new Map();
  /** Columns that these rows don't need. @type {Name[]} */
  #blank = [];
  #fit = () => this.#fitNow();

  /** @param {HTMLElement} table @param {HTMLElement} around its container */
  constructor(table, around) {
    this.#table = table;
    this.#probe.setAttribute("aria-hidden", "true");
    around.append(this.#probe);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(RULES.join("\n"));
    document.adoptedStyleSheets.push(sheet);
    this.renew();
    const sight = new ResizeObserver(([entry]) => {
      this.#room = entry?.contentRect.width ?? Infinity;
      // Right after layout, measuring costs nothing.
      this.#digit = this.#probe.getBoundingClientRect().width / DIGITS.length || this.#digit;
      this.#fitNow();
    });
    sight.observe(around);
  }

  /** Resets all widths, before other rows are shown. @param {Order[]} [orders] theirs */
  renew(orders = []) {
    this.#blank = orders.some(isForecast) ? [] : BLANK;
    for (const column of LAYOUT) this.#digits.set(nameOf(column), column.digits);
    nextFrame(this.#fit);
  }

  /** Makes room for what these orders have and those before had not. @param {Order[]} orders */
  see(orders) {
    if (this.#blank.length === 0 || !orders.some(isForecast)) return;
    this.#blank = [];
    nextFrame(this.#fit);
  }

  /** Takes a cell's text into account. @param {Name} name @param {string} text */
  take(name, text) {
    if (CUT.has(name)) return;
    const digits = digitsOf(text);
    if (digits <= (this.#digits.get(name) ?? 0)) return;
    this.#digits.set(name, digits);
    nextFrame(this.#fit);
  }

  /** @param {Manner} manner @returns {Map<Name, number>} */
  #widths({ padding, type }) {
    const hasFigures = this.#table.classList.contains("has-figures");
    const there = LAYOUT.filter((column) => hasFigures || !("figure" in column)).map(nameOf);
    const columns = there.filter((name) => !this.#blank.includes(name));
    const digit = this.#digit * type;
    return new Map(columns.map((name) => [name, Math.ceil((this.#digits.get(name) ?? 0) * digit) + padding]));
  }

  #fitNow() {
    const { widths, without, least, manner } = bestManner((each) => this.#widths(each), this.#room - OTHERS);
    this.#table.classList.toggle("is-tight", manner === TIGHT);
    for (const [name, width] of widths) this.#set(`--w-${name}`, `${width}px`);
    this.#set("--w-least", `${least + OTHERS}px`);
    const left = [...this.#blank, ...without].join(" ");
    if (this.#table.dataset.without !== left) this.#table.dataset.without = left;
  }

  /** @param {string} property @param {string} value */
  #set(property, value) {
    const { style } = this.#table;
    if (style.getPropertyValue(property) !== value) style.setProperty(property, value);
  }
}
