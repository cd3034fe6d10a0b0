/**
 * Keeps the table in an order that only the server knows, and that changes without events: refetches every few seconds
 * while the page is visible.
 *
 * @import {Query} from "./query.js"
 */

import { isServersOwn } from "../orders/sorting.js";

/** Min time between two requests of a table sorted so: making its order costs the server more than others. */
const EVERY_MS = 5000;
const USUAL_MS = 1000;

/** The min time between two background requests. @param {Query} query */
export function refetchMs({ sort }) {
  return isServersOwn(sort) ? EVERY_MS : USUAL_MS;
}

/** @param {{query: Query, refetch: () => void}} table */
export function keepSorted(table) {
  setInterval(() => {
    if (isServersOwn(table.query.sort) && !document.hidden) table.refetch();
  }, EVERY_MS);
}
