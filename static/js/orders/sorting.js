/**
 * The sort order of orders, the same as the server's: text bytewise, decimals exactly, nulls last in both directions,
 * ties by id in the direction of the first sorted column.
 *
 * @import {Order, Field} from "./order.js"
 *
 * Only the server knows the order by touch: there rows stay as it has answered.
 *
 * @typedef {Field|"touch"} SortField
 *
 * @typedef {{field: SortField, dir: "asc"|"desc"}} SortKey
 */

import { TABLES } from "./tables.js";

/** Text fields that are compared as numbers. */
export const DECIMALS = new Set(TABLES.columns.filter(({ value }) => value === "amount").map(({ field }) => field));

/** UTF-16 sorts astral characters below U+E000; UTF-8, and so the server, above. @param {number} unit */
function codePointRank(unit) {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

/** Compares as UTF-8 bytes. @param {string} a @param {string} b @returns {number} negative, 0 or positive */
export function compareText(a, b) {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i += 1) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return codePointRank(x) - codePointRank(y);
  }
  return a.length - b.length;
}

/** @param {string} text */
function split(text) {
  const negative = text.startsWith("-");
  const [whole = "", fraction = ""] = (negative ? text.slice(1) : text).split(".");
  return { negative, whole: whole.replace(/^0+/, ""), fraction: fraction.replace(/0+$/, "") };
}

/** Compares plain decimal strings of any length exactly. @param {string} a @param {string} b */
export function compareDecimals(a, b) {
  const [x, y] = [split(a), split(b)];
  if (x.negative !== y.negative) return x.negative ? -1 : 1;
  const size = x.whole.length - y.whole.length || compareText(x.whole, y.whole) || compareText(x.fraction, y.fraction);
  return x.negative ? -size : size;
}

/** @param {Field} field @param {Order} a @param {Order} b @param {number} sign */
function compareField(field, a, b, sign) {
  const [x, y] = [a[field], b[field]];
  if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
  if (typeof x === "number" && typeof y === "number") return (x - y) * sign;
  const compare = DECIMALS.has(field) ? compareDecimals : compareText;
  return compare(String(x), String(y)) * sign;
}

/** @param {SortKey} key */
function signOf(key) {
  return key.dir === "desc" ? -1 : 1;
}

/** Whether only the server can sort so. @param {SortKey[]} sort */
export function isServersOwn(sort) {
  return sort.some(({ field }) => field === "touch");
}

/** The sort fields that the page can compare. @param {SortKey[]} sort @returns {Field[]} */
export function comparable(sort) {
  return sort.flatMap(({ field }) => (field === "touch" ? [] : [field]));
}

/** Compares two orders: 0 only for the same id. @param {SortKey[]} sort @param {Order} a @param {Order} b */
export function compareOrders(sort, a, b) {
  for (const key of sort) {
    const result = key.field === "touch" ? 0 : compareField(key.field, a, b, signOf(key));
    if (result !== 0) return result;
  }
  return compareIds(sort, a, b);
}

/** @param {SortKey[]} sort @param {Order} a @param {Order} b */
function compareIds([first], a, b) {
  return (a.id - b.id) * (first ? signOf(first) : 1);
}

/**
 * Compares orders by this sort; by one that only the server knows, as in its answer, with those that it has not placed
 * yet last.
 *
 * @param {SortKey[]} sort @param {Order[]} answered @returns {(a: Order, b: Order) => number}
 */
export function comparatorOf(sort, answered) {
  if (!isServersOwn(sort)) return (a, b) => compareOrders(sort, a, b);
  const places = new Map(answered.map(({ id }, place) => [id, place]));
  const placeOf = (/** @type {Order} */ { id }) => places.get(id) ?? answered.length;
  return (a, b) => placeOf(a) - placeOf(b) || compareIds(sort, a, b);
}

/** Whether all sort keys are equal, as far as the page knows. @param {SortKey[]} sort @param {Order} a @param {Order} b */
export function sameKeys(sort, a, b) {
  return comparable(sort).every((field) => a[field] === b[field]);
}
