/**
 * The table's query: tab, search, filters, sort and page; and which orders match it.
 *
 * @import {Order, Status, Tab} from "../orders/order.js"
 * @import {SortKey} from "../orders/sorting.js"
 *
 * @typedef {object} Filters
 * @property {string[]} symbol
 * @property {string} side empty for both
 * @property {string[]} status
 * @property {string} order_type empty for all
 * @property {string} created_after RFC 3339 in UTC with six fraction digits, inclusive; empty for none
 * @property {string} created_before the same, exclusive
 *
 * @typedef {object} Query
 * @property {Tab} tab
 * @property {string} search
 * @property {Filters} filters
 * @property {SortKey[]} sort
 * @property {number} start
 * @property {number} length
 */

import { tabShows } from "../orders/order.js";
import { isServersOwn } from "../orders/sorting.js";

/** Newest first. @returns {SortKey[]} */
export function usualSort() {
  return [{ field: "created_at", dir: "desc" }];
}

/** @returns {Filters} */
export function noFilters() {
  return { symbol: [], side: "", status: [], order_type: "", created_after: "", created_before: "" };
}

/** @param {Filters} filters */
export function hasFilters(filters) {
  return Object.values(filters).some((value) => value.length > 0);
}

/**
 * Whether an order matches tab and filters; only the server can decide about the search.
 *
 * @param {Query} query @param {Order} order
 */
export function matches({ tab, filters }, order) {
  return (
    tabShows(tab, order.status) &&
    (filters.symbol.length === 0 || filters.symbol.includes(order.symbol)) &&
    (filters.side === "" || filters.side === order.side) &&
    (filters.status.length === 0 || filters.status.includes(order.status)) &&
    (filters.order_type === "" || filters.order_type === order.order_type) &&
    (filters.created_after === "" || order.created_at >= filters.created_after) &&
    (filters.created_before === "" || order.created_at < filters.created_before)
  );
}

/** The filters as request parameters, without empty ones. @param {Filters} filters @returns {[string, string][]} */
export function filterParams(filters) {
  return Object.entries(filters)
    .map(([name, value]) => /** @type {[string, string]} */ ([name, Array.isArray(value) ? value.join(",") : value]))
    .filter(([, value]) => value !== "");
}

/** Where the last page begins. @param {number} count of orders @param {number} length of a page */
export function lastStart(count, length) {
  return Math.max(0, Math.ceil(count / length) - 1) * length;
}

/**
 * The query without the part that the server has refused: without the filters that it names, or, if it names none,
 * without a sort that not every server knows, or without all filters, the tab and the search. Null if nothing remains
 * to remove.
 *
 * @param {Query} query @param {string[]} fields refused @returns {Query|null}
 */
export function without(query, fields) {
  const none = noFilters();
  const named = Object.entries(none).filter(
    ([name]) => fields.includes(name) && query.filters[/** @type {keyof Filters} */ (name)].length > 0,
  );
  if (named.length > 0) return { ...query, filters: { ...query.filters, ...Object.fromEntries(named) } };
  if (isServersOwn(query.sort)) return { ...query, sort: usualSort() };
  if (query.tab === "all" && query.search === "" && !hasFilters(query.filters)) return null;
  return { ...query, tab: "all", search: "", filters: none };
}
