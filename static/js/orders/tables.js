/**
 * What the server has told of orders in the page's HTML, so that nothing of it stands here as well (`orders.domain.page_tables`).
 *
 * @import {Field, Status, Tab} from "./order.js"
 *
 * @typedef {object} StatusTerms
 * @property {string} label
 * @property {Tab} tab the one, besides "all", that shows orders of this status
 * @property {boolean} can_amend whether its owner may
 * @property {boolean} can_cancel
 *
 * @typedef {object} Column
 * @property {Field} field
 * @property {string} title
 * @property {number} digits how many digits wide it is at least
 * @property {"whole"|"amount"|"time"|"choice"|"text"} value
 * @property {boolean} numeric right-aligned
 * @property {boolean} sorted whether one can sort by it
 *
 * @typedef {object} Tables
 * @property {Tab[]} tabs
 * @property {Record<Status, StatusTerms>} statuses
 * @property {Record<string, string>} kinds
 * @property {Record<string, string>} order_types
 * @property {Column[]} columns in their turn
 */

/** @type {Tables} */
export const TABLES = JSON.parse(document.querySelector("#page-tables")?.textContent ?? "");
