/**
 * How the table was left in this browser: tab, sort, filters and rows a page; on the first visit all orders, newest first.
 *
 * @import {Query} from "./query.js"
 * @import {Store} from "./store.js"
 */

import { SORTABLE } from "./columns.js";
import { TABS } from "./order.js";
import { noFilters } from "./query.js";

const NAME = "table";
const SIZES = [10, 25, 50, 100];

/** @returns {Query} */
export function firstQuery() {
  const sort = [{ field: /** @type {const} */ ("created_at"), dir: /** @type {const} */ ("desc") }];
  return { tab: "all", search: "", filters: noFilters(), sort, start: 0, length: 25 };
}

/** @param {any} key */
function isSortKey(key) {
  return SORTABLE.some(({ field }) => field === key?.field) && ["asc", "desc"].includes(key?.dir);
}

/** @param {any} filters */
function isFilters(filters) {
  const names = Object.entries(noFilters());
  return names.every(([name, none]) => {
    const value = filters?.[name];
    return Array.isArray(none)
      ? Array.isArray(value) && value.every((each) => typeof each === "string")
      : typeof value === "string";
  });
}

/** Takes over what still makes sense. @param {Store} store @returns {Query} */
export function rememberedQuery(store) {
  const query = firstQuery();
  const left = store.get(NAME, /** @type {any} */ ({}));
  if (TABS.includes(left?.tab)) query.tab = left.tab;
  if (SIZES.includes(left?.length)) query.length = left.length;
  if (Array.isArray(left?.sort) && left.sort.length > 0 && left.sort.every(isSortKey)) query.sort = left.sort;
  if (isFilters(left?.filters)) query.filters = left.filters;
  return query;
}

/** @param {Store} store @param {Query} query */
export function rememberQuery(store, { tab, length, sort, filters }) {
  store.set(NAME, { tab, length, sort, filters });
}
