/**
 * Fills, extracted from order events, and the chart marks that sum them up.
 *
 * @import {OrderEvent} from "../orders/order.js"
 * @import {Bar} from "../prices/bars.js"
 *
 * @typedef {object} Fill
 * @property {number} seq
 * @property {string} symbol
 * @property {"buy"|"sell"} side
 * @property {string} quantity decimal text
 * @property {number} price from the average prices before and after: exact enough to draw, not to calculate with
 * @property {number} at unix milliseconds
 *
 * @typedef {object} FillMark all fills of one side in one bar
 * @property {number} time that of the bar, in unix seconds
 * @property {"buy"|"sell"} side
 * @property {number} price their average, for drawing
 * @property {string} text "B 54 (3)"
 */

import { difference, sum } from "../text/decimal.js";
import { grouped } from "../text/format.js";

const KINDS = new Set(["partially_filled", "filled"]);

/** The fill of an event; null if it is no fill. @param {OrderEvent} event @returns {Fill|null} */
export function fillOf({ seq, kind, order, changes, at }) {
  const filled = /** @type {[string, string]|undefined} */ (changes.cum_qty);
  if (!KINDS.has(kind) || filled === undefined) return null;
  const quantity = difference(filled[1], filled[0]);
  if (quantity === "0" || quantity.startsWith("-")) return null;
  const [before = order.avg_price] = /** @type {[string|null, string]|undefined} */ (changes.avg_price) ?? [];
  const cost = Number(order.avg_price) * Number(filled[1]) - Number(before) * Number(filled[0]);
  const { symbol, side } = order;
  const price = cost / (Number(filled[1]) - Number(filled[0]));
  return { seq, symbol, side, quantity, price, at: Date.parse(at) };
}

/**
 * The index of the bar at a moment, or of the last bar before it; -1 if there is none.
 *
 * @param {Bar[]} bars oldest first @param {number} at unix milliseconds
 */
function barAt(bars, at) {
  let from = 0;
  let to = bars.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((bars[middle]?.time ?? 0) * 1000 <= at) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}

/** @param {FillMark["side"]} side @param {Fill[]} fills */
function markText(side, fills) {
  const total = grouped(sum(fills.map(({ quantity }) => quantity)));
  return `${side === "buy" ? "B" : "S"} ${total}${fills.length > 1 ? ` (${fills.length})` : ""}`;
}

/**
 * One mark per bar and side, ordered by time; fills from before the first bar get none.
 *
 * @param {Fill[]} fills @param {Bar[]} bars oldest first @returns {FillMark[]}
 */
export function marksOf(fills, bars) {
  /** @type {Map<string, {time: number, side: FillMark["side"], fills: Fill[]}>} */
  const groups = new Map();
  for (const fill of fills) {
    const bar = bars[barAt(bars, fill.at)];
    if (bar === undefined) continue;
    const key = `${bar.time} ${fill.side}`;
    const group = groups.get(key) ?? { time: bar.time, side: fill.side, fills: [] };
    group.fills.push(fill);
    groups.set(key, group);
  }
  return [...groups.values()]
    .sort((a, b) => a.time - b.time)
    .map(({ time, side, fills: inBar }) => {
      const total = inBar.reduce((all, { quantity }) => all + Number(quantity), 0);
      const price = inBar.reduce((mean, each) => mean + (each.price * Number(each.quantity)) / total, 0);
      return { time, side, price, text: markText(side, inBar) };
    });
}
