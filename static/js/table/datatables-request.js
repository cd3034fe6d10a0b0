/**
 * Request parameters of DataTables' server-side protocol.
 *
 * @import {SortField, SortKey} from "../orders/sorting.js"
 * @import {Query} from "./query.js"
 */

import { fieldAt, placeOf, SORTABLE } from "../orders/columns.js";
import { isServersOwn } from "../orders/sorting.js";
import { filterParams } from "./query.js";

/** Max sort keys that the server accepts. */
export const MOST_KEYS = 5;

/** @param {{order: {column: number, dir: string}[]}} request as DataTables makes it @returns {SortKey[]} */
export function sortFrom({ order }) {
  return order.slice(0, MOST_KEYS).flatMap(({ column, dir }) => {
    const field = fieldAt(column);
    return field ? [{ field, dir: dir === "asc" ? /** @type {const} */ ("asc") : /** @type {const} */ ("desc") }] : [];
  });
}

/** The reverse. @param {SortKey[]} sort @returns {[number, "asc"|"desc"][]} */
export function orderFrom(sort) {
  return sort.map(({ field, dir }) => [placeOf(field), dir]);
}

/** The columns of a request: orders have no touch to search in. @param {SortKey[]} sort */
function namesFor(sort) {
  const fields = SORTABLE.map(({ field }) => /** @type {SortField} */ (field));
  return isServersOwn(sort) ? [...fields, /** @type {SortField} */ ("touch")] : fields;
}

/** @param {Query} query */
export function datatablesParams(query) {
  const params = new URLSearchParams({
    format: "datatables",
    draw: "1", // The code that awaits an answer drops outdated ones.
    start: String(query.start),
    length: String(query.length),
    tab: query.tab,
    "search[value]": query.search,
    "search[regex]": "false",
  });
  const names = namesFor(query.sort);
  query.sort.forEach(({ field, dir }, i) => {
    params.set(`order[${i}][column]`, String(names.indexOf(field)));
    params.set(`order[${i}][dir]`, dir);
  });
  names.forEach((name, i) => {
    params.set(`columns[${i}][data]`, name);
    params.set(`columns[${i}][name]`, name);
    params.set(`columns[${i}][searchable]`, String(i < SORTABLE.length));
    params.set(`columns[${i}][orderable]`, "true");
  });
  for (const [name, value] of filterParams(query.filters)) params.set(name, value);
  return params;
}
