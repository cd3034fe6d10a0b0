/**
 * Request parameters of DataTables' server-side protocol.
 *
 * @import {SortKey} from "../orders/sorting.js"
 * @import {Query} from "./query.js"
 */

import { fieldAt, SORTABLE } from "../orders/columns.js";
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
  query.sort.forEach(({ field, dir }, i) => {
    params.set(`order[${i}][column]`, String(SORTABLE.findIndex((column) => column.field === field)));
    params.set(`order[${i}][dir]`, dir);
  });
  SORTABLE.forEach(({ field }, i) => {
    params.set(`columns[${i}][data]`, field);
    params.set(`columns[${i}][name]`, field);
    params.set(`columns[${i}][searchable]`, "true");
    params.set(`columns[${i}][orderable]`, "true");
  });
  for (const [name, value] of filterParams(query.filters)) params.set(name, value);
  return params;
}
