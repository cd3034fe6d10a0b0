/**
 * Which columns of the order table there is room for, and how wide each is: a number is never cut, so where one is long
 * its column grows, and what a row opens to leaves the table first.
 *
 * Widths only grow until the table shows other rows: nothing wobbles as figures change.
 *
 * @import {Name} from "../orders/columns.js"
 */

import { LAYOUT, nameOf } from "../orders/columns.js";
import { digitsOf } from "../text/digits.js";
import { nextFrame } from "../ui/animation-frames.js";
import { make } from "../ui/dom.js";

/** Those that leave first come first; the others stay. @type {Name[]} */
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
  "created_at",
  "avg_price",
  "last",
  "pnl",
];
/** Those that leave before the type grows smaller. @type {Name[]} */
const LESSER = LEAVING.slice(0, LEAVING.indexOf("created_at"));
/** Texts that may be cut, since they can be read in full when pointed at. @type {Set<Name>} */
const CUT = new Set(["symbol", "side", "order_type", "status", "time_in_force", "client_order_id", "text", "user"]);
/** The toggle and the actions. */
const OTHERS = 24 + 132;
/** @typedef {{padding: number, type: number}} Manner pixels beside each text, and the size of the type as a part of the usual one */

/** @type {Manner} */
const USUAL = { padding: 12, type: 1 };
/** @type {Manner} */
const TIGHT = { padding: 8, type: 12 / 13 };
/**
 * Smaller type makes room for when an order was placed and what it is worth, before these leave as well. Last comes where
 * even the columns that stay have none, and what is filled leaves too.
 *
 * @type {[Manner, Name[]][]}
 */
const MANNERS = [
  [USUAL, LESSER],
  [TIGHT, LEAVING],
  [TIGHT, [...LEAVING, "cum_qty"]],
];
/** What a probe holds, to measure one. */
const DIGITS = "0123456789";

/**
 * Which columns leave so that the rest has room.
 *
 * @param {Map<Name, number>} widths of those that there are @param {number} room @param {Name[]} [leaving] in the order in which they leave
 * @returns {{without: Name[], least: number}} `least`: how wide the rest is at least
 */
export function fitting(widths, room, leaving = LEAVING) {
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
 * The first manner in which all that is left has room; else the last.
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
  /** Pixels of a digit. */
  #digit = 8;
  #room = Infinity;
  /** How many digits each column has to hold. @type {Map<Name, number>} */
  #digits = new Map();
  #fit = () => this.#fitNow();

  /** @param {HTMLElement} table @param {HTMLElement} around what it lies in */
  constructor(table, around) {
    this.#table = table;
    this.#probe.setAttribute("aria-hidden", "true");
    around.append(this.#probe);
    this.renew();
    const sight = new ResizeObserver(([entry]) => {
      this.#room = entry?.contentRect.width ?? Infinity;
      // The layout has just been made: asking for it costs nothing here.
      this.#digit = this.#probe.getBoundingClientRect().width / DIGITS.length || this.#digit;
      this.#fitNow();
    });
    sight.observe(around);
  }

  /** Other rows are about to be shown: what those before needed counts no more. */
  renew() {
    for (const column of LAYOUT) this.#digits.set(nameOf(column), column.digits);
    nextFrame(this.#fit);
  }

  /** A cell shows this now. @param {Name} name @param {string} text */
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
    const columns = LAYOUT.filter((column) => hasFigures || !("figure" in column)).map(nameOf);
    const digit = this.#digit * type;
    return new Map(columns.map((name) => [name, Math.ceil((this.#digits.get(name) ?? 0) * digit) + padding]));
  }

  #fitNow() {
    const { widths, without, least, manner } = bestManner((each) => this.#widths(each), this.#room - OTHERS);
    this.#table.classList.toggle("is-tight", manner === TIGHT);
    for (const [name, width] of widths) this.#set(`--w-${name}`, `${width}px`);
    this.#set("--w-least", `${least + OTHERS}px`);
    const left = without.join(" ");
    if (this.#table.dataset.without !== left) this.#table.dataset.without = left;
  }

  /** @param {string} property @param {string} value */
  #set(property, value) {
    const { style } = this.#table;
    if (style.getPropertyValue(property) !== value) style.setProperty(property, value);
  }
}
