/**
 * The table's query, remembered in this browser: tab, sort, filters, page size. By default all orders, newest first.
 *
 * @import {Store} from "../ui/store.js"
 * @import {Filters, Query} from "./query.js"
 */

import { fieldAt, placeOf } from "../orders/columns.js";
import { STATUS_WORDS, TABS, TYPE_WORDS } from "../orders/order.js";
import { isMoment } from "../text/date-fields.js";
import { cleaned } from "../text/user-input.js";
import { MOST_KEYS } from "./datatables-request.js";
import { noFilters, usualSort } from "./query.js";

const NAME = "table";
const LEAST = 10;
const MOST = 100;

/** @returns {Query} */
export function firstQuery() {
  return { tab: "all", search: "", filters: noFilters(), sort: usualSort(), start: 0, length: 25 };
}

/** @param {any} key */
function isSortKey(key) {
  return fieldAt(placeOf(key?.field)) !== undefined && ["asc", "desc"].includes(key?.dir);
}

/** Whether each column occurs once, and there are no more than the server accepts. @param {any} keys */
function isSort(keys) {
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MOST_KEYS || !keys.every(isSortKey)) return false;
  return new Set(keys.map(({ field }) => field)).size === keys.length;
}

/** @param {object} words by allowed value */
function oneOf(words) {
  return (/** @type {unknown} */ value) => typeof value === "string" && Object.hasOwn(words, value);
}

/** @param {unknown} value */
function isSymbol(value) {
  return typeof value === "string" && value !== "" && cleaned(value) === value;
}

/** @param {unknown} value */
function isStamp(value) {
  return typeof value === "string" && isMoment(value);
}

/**
 * Whether a filter, or each of its values, is one that the page could have set.
 *
 * @type {Record<keyof Filters, (value: unknown) => boolean>}
 */
const MAKES_SENSE = {
  symbol: isSymbol,
  side: oneOf({ buy: "", sell: "" }),
  status: oneOf(STATUS_WORDS),
  order_type: oneOf(TYPE_WORDS),
  created_after: isStamp,
  created_before: isStamp,
};

/** Validates each filter separately: an invalid one does not affect the others. @param {any} left @returns {Filters} */
function rememberedFilters(left) {
  const entries = Object.entries(noFilters()).map(([name, none]) => {
    const value = left?.[name];
    const makesSense = MAKES_SENSE[/** @type {keyof Filters} */ (name)];
    if (Array.isArray(none)) return [name, Array.isArray(value) ? value.filter(makesSense) : none];
    return [name, makesSense(value) ? value : none];
  });
  return Object.fromEntries(entries);
}

/** @param {any} length rows a page @returns {length is number} */
function isSize(length) {
  return Number.isInteger(length) && length >= LEAST && length <= MOST;
}

/** The remembered query, without values that are no longer valid. @param {Store} store @returns {Query} */
export function rememberedQuery(store) {
  const query = firstQuery();
  const left = store.get(NAME, /** @type {any} */ ({}));
  if (TABS.includes(left?.tab)) query.tab = left.tab;
  if (isSize(left?.length)) query.length = left.length;
  if (isSort(left?.sort)) query.sort = left.sort;
  query.filters = rememberedFilters(left?.filters);
  return query;
}

/** @param {Store} store @param {Query} query */
export function rememberQuery(store, { tab, length, sort, filters }) {
  store.set(NAME, { tab, length, sort, filters });
}
