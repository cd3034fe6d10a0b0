/**
 * Working orders as lines at their prices, and the changes that bring a chart's lines up to date.
 *
 * @import {Order} from "../orders/order.js"
 *
 * @typedef {object} Line orders of one side at one price and of one kind
 * @property {string} key
 * @property {string} price decimal text
 * @property {"buy"|"sell"} side
 * @property {boolean} isStop
 * @property {boolean} isWaiting whether the broker has still to answer
 * @property {string} title "BUY 12 of 18"
 *
 * @typedef {object} Level
 * @property {Order} order
 * @property {string} price
 * @property {"limit"|"stop"|"after its stop"} kind
 *
 * @typedef {object} LineChanges
 * @property {Line[]} add
 * @property {Line[]} change lines already drawn that look different now
 * @property {string[]} remove
 */

import { sum } from "../text/decimal.js";
import { grouped } from "../text/format.js";

/** More lines would hide the prices. */
export const MOST_LINES = 40;

/** @param {Order["status"]} status */
function waiting(status) {
  if (status === "pending_new") return ", waiting";
  return status === "pending_cancel" ? ", cancelling" : "";
}

/** Its limit, its stop, or both. @param {Order} order @returns {Level[]} */
function levelsOf(order) {
  const { price, stop_price } = order;
  /** @type {Level[]} */
  const levels = [];
  if (stop_price !== null) levels.push({ order, price: stop_price, kind: "stop" });
  if (price !== null) levels.push({ order, price, kind: stop_price === null ? "limit" : "after its stop" });
  return levels;
}

/** @param {Order[]} orders */
function amount(orders) {
  const [{ quantity, leaves_qty, cum_qty } = /** @type {any} */ ({})] = orders;
  if (orders.length > 1) return `${grouped(sum(orders.map((order) => order.leaves_qty)))} in ${orders.length} orders`;
  return cum_qty === "0" ? grouped(quantity) : `${grouped(leaves_qty)} of ${grouped(quantity)}`;
}

/** @param {string} key @param {Level[]} levels at least one, alike @returns {Line} */
function lineOf(key, levels) {
  const [{ order, price, kind }] = /** @type {[Level]} */ (levels);
  const { side, status } = order;
  const quantity = amount(levels.map((level) => level.order));
  const title = `${side.toUpperCase()} ${quantity}${kind === "limit" ? "" : ` ${kind}`}${waiting(status)}`;
  return { key, price, side, isStop: kind === "stop", isWaiting: waiting(status) !== "", title };
}

/** The lines of the newest orders. @param {Iterable<Order>} orders working ones @returns {Map<string, Line>} */
export function linesOf(orders) {
  /** @type {Map<string, Level[]>} */
  const alike = new Map();
  const newest = [...orders].sort((a, b) => b.id - a.id);
  for (const level of newest.flatMap(levelsOf)) {
    const { order, price, kind } = level;
    const key = `${order.side} ${price} ${kind}${waiting(order.status)}`;
    alike.set(key, [...(alike.get(key) ?? []), level]);
  }
  return new Map([...alike].slice(0, MOST_LINES).map(([key, levels]) => [key, lineOf(key, levels)]));
}

/** @param {Map<string, Line>} shown @param {Map<string, Line>} wanted @returns {LineChanges} */
export function changesTo(shown, wanted) {
  /** @type {LineChanges} */
  const changes = { add: [], change: [], remove: [...shown.keys()].filter((key) => !wanted.has(key)) };
  for (const line of wanted.values()) {
    const before = shown.get(line.key);
    if (before === undefined) changes.add.push(line);
    else if (before.title !== line.title) changes.change.push(line);
  }
  return changes;
}

/**
 * The price range of the bars, widened for the lines nearby: by half its height at most in each direction, so that an
 * order far away does not flatten the prices.
 *
 * @param {{minValue: number, maxValue: number}} range
 * @param {number[]} prices of the lines
 */
export function widened({ minValue, maxValue }, prices) {
  const reach = (maxValue - minValue) / 2;
  const near = prices.filter((price) => price >= minValue - reach && price <= maxValue + reach);
  return { minValue: Math.min(minValue, ...near), maxValue: Math.max(maxValue, ...near) };
}

/** How many decimals a price has. @param {string} price decimal text */
export function places(price) {
  return price.split(".")[1]?.length ?? 0;
}
