/**
 * The columns of the order table, in order, and what a cell of each says.
 *
 * @import {Order, Field} from "./order.js"
 *
 * @typedef {object} Column
 * @property {Field} field
 * @property {string} title
 * @property {boolean} [numeric] right-aligned
 */

import { STATUS_WORDS, TYPE_WORDS } from "./order.js";
import { localTime, price, utc } from "./format.js";

/** @type {Column[]} */
export const COLUMNS = [
  { field: "created_at", title: "Time" },
  { field: "symbol", title: "Symbol" },
  { field: "side", title: "Side" },
  { field: "order_type", title: "Type" },
  { field: "quantity", title: "Quantity", numeric: true },
  { field: "cum_qty", title: "Filled", numeric: true },
  { field: "leaves_qty", title: "Leaves", numeric: true },
  { field: "price", title: "Price", numeric: true },
  { field: "stop_price", title: "Stop", numeric: true },
  { field: "avg_price", title: "Average", numeric: true },
  { field: "status", title: "Status" },
  { field: "time_in_force", title: "TIF" },
  { field: "client_order_id", title: "Client ID" },
  { field: "text", title: "Note" },
  { field: "id", title: "Order", numeric: true },
  { field: "user", title: "Owner" },
  { field: "version", title: "Version", numeric: true },
  { field: "updated_at", title: "Changed" },
];

/** @type {Set<Field>} */
const PRICES = new Set(["price", "stop_price", "avg_price"]);

/** What a cell says. @param {Field} field @param {Order} order @param {number} decimals the instrument's price decimals */
export function cellText(field, order, decimals) {
  if (PRICES.has(field)) return price(/** @type {string|null} */ (order[field]), decimals);
  switch (field) {
    case "created_at":
    case "updated_at":
      return localTime(order[field]);
    case "side":
    case "time_in_force":
      return order[field].toUpperCase();
    case "order_type":
      return TYPE_WORDS[order.order_type];
    case "status":
      return STATUS_WORDS[order.status];
    default:
      return String(order[field] ?? "");
  }
}

/** What a cell says when pointed at, where that is more than it shows. @param {Field} field @param {Order} order */
export function cellTitle(field, order) {
  switch (field) {
    case "created_at":
    case "updated_at":
      return utc(order[field]);
    case "text":
    case "client_order_id":
      return order[field];
    default:
      return "";
  }
}

/** DataTables' settings of the columns, with one for the toggle before and one for the actions behind. @param {object} render makes text of every cell: nothing an order carries is ever read as HTML */
export function columnSettings(render) {
  const plain = { data: null, defaultContent: "", orderable: false };
  const columns = COLUMNS.map(({ field, title, numeric }) => ({
    data: field,
    name: field,
    title,
    render,
    className: `col-${field}${numeric ? " numeric" : ""}`,
    orderSequence: /** @type {("asc"|"desc")[]} */ (field.endsWith("_at") ? ["desc", "asc"] : ["asc", "desc"]),
  }));
  return [
    { ...plain, title: "Details", className: "col-toggle" },
    ...columns,
    { ...plain, title: "Actions", className: "col-actions" },
  ];
}
