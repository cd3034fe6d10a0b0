/**
 * Labels, statuses and columns that the server embeds in the page, so that they are defined once
 * (`orders.domain.page_tables`).
 *
 * @import {Field, Status, Tab} from "./order.js"
 *
 * @typedef {object} StatusTerms
 * @property {string} label
 * @property {Tab} tab the tab other than "all" that shows orders of this status
 * @property {boolean} can_amend whether the owner may amend it
 * @property {boolean} can_cancel
 *
 * @typedef {object} Column
 * @property {Field} field
 * @property {string} title
 * @property {number} digits min width in digits
 * @property {"whole"|"amount"|"time"|"choice"|"text"} value
 * @property {boolean} numeric right-aligned
 * @property {boolean} sorted whether it is sortable
 *
 * @typedef {object} Tables
 * @property {Tab[]} tabs
 * @property {Record<Status, StatusTerms>} statuses
 * @property {Record<string, string>} kinds
 * @property {Record<string, string>} order_types
 * @property {Column[]} columns in order
 */

/** @type {Tables} */
export const TABLES = JSON.parse(document.querySelector("#page-tables")?.textContent ?? "");
