/**
 * Working orders as lines at their prices: which there are, and what has to be done so that a chart shows them.
 *
 * @import {Order} from "./order.js"
 *
 * @typedef {object} Line
 * @property {string} key
 * @property {string} price decimal text
 * @property {"buy"|"sell"} side
 * @property {boolean} isStop
 * @property {boolean} isWaiting whether the broker has yet to answer
 * @property {string} title "BUY 12 of 18"
 *
 * @typedef {object} LineChanges
 * @property {Line[]} add
 * @property {Line[]} change lines that are there and look different now
 * @property {string[]} remove
 */

/** More lines would hide the prices. */
export const MOST_LINES = 60;

/** @param {Order} order */
function amount({ side, quantity, leaves_qty, cum_qty }) {
  const partly = cum_qty !== "0";
  return `${side.toUpperCase()} ${partly ? `${leaves_qty} of ${quantity}` : quantity}`;
}

/** @param {Order} order */
function waiting({ status }) {
  if (status === "pending_new") return ", waiting";
  return status === "pending_cancel" ? ", cancelling" : "";
}

/** Its limit, its stop, or both. @param {Order} order @returns {Line[]} */
function linesOfOrder(order) {
  const { id, side, price, stop_price } = order;
  const isWaiting = waiting(order) !== "";
  const lines = [];
  if (stop_price !== null) {
    const title = `${amount(order)} stop${waiting(order)}`;
    lines.push({ key: `${id} stop`, price: stop_price, side, isStop: true, isWaiting, title });
  }
  if (price !== null) {
    const title = `${amount(order)}${stop_price === null ? "" : " after its stop"}${waiting(order)}`;
    lines.push({ key: `${id} limit`, price, side, isStop: false, isWaiting, title });
  }
  return lines;
}

/** The newest orders' lines. @param {Iterable<Order>} orders that work @returns {Map<string, Line>} */
export function linesOf(orders) {
  const newest = [...orders].sort((a, b) => b.id - a.id);
  const lines = newest.flatMap(linesOfOrder).slice(0, MOST_LINES);
  return new Map(lines.map((line) => [line.key, line]));
}

/** @param {Line} a @param {Line} b */
function same(a, b) {
  return a.price === b.price && a.title === b.title && a.side === b.side && a.isWaiting === b.isWaiting;
}

/** @param {Map<string, Line>} shown @param {Map<string, Line>} wanted @returns {LineChanges} */
export function changesTo(shown, wanted) {
  /** @type {LineChanges} */
  const changes = { add: [], change: [], remove: [...shown.keys()].filter((key) => !wanted.has(key)) };
  for (const line of wanted.values()) {
    const before = shown.get(line.key);
    if (before === undefined) changes.add.push(line);
    else if (!same(before, line)) changes.change.push(line);
  }
  return changes;
}

/**
 * The price range of the bars, widened for the lines nearby: by half its height at most in each direction, so that an
 * order far away does not press the prices flat.
 *
 * @param {{minValue: number, maxValue: number}} range
 * @param {number[]} prices of the lines
 */
export function widened({ minValue, maxValue }, prices) {
  const reach = (maxValue - minValue) / 2;
  const near = prices.filter((price) => price >= minValue - reach && price <= maxValue + reach);
  return { minValue: Math.min(minValue, ...near), maxValue: Math.max(maxValue, ...near) };
}
