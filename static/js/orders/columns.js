/**
 * The columns of the order table, in order, with the texts of their cells, and the page's own columns.
 *
 * @import {Order, Field} from "./order.js"
 * @import {SortField} from "./sorting.js"
 * @import {Column} from "./tables.js"
 *
 * @typedef {"last"|"distance"|"pnl"|"slippage"|"notional"} FigureName
 *
 * @typedef {object} Figure a column of the page's own: no field of an order
 * @property {FigureName|"touch"} figure
 * @property {string} title
 * @property {string} meaning
 * @property {number} digits
 * @property {boolean} [sorted] whether the server sorts by it
 *
 * @typedef {Field|Figure["figure"]} Name of a column
 */

import { averageText, grouped, localTime, priceText, utc } from "../text/format.js";
import { STATUS_WORDS, TYPE_WORDS } from "./order.js";
import { TABLES } from "./tables.js";

export const COLUMNS = TABLES.columns;

/** Those computed from prices. @type {(Figure & {figure: FigureName})[]} */
export const FIGURES = [
  { figure: "last", title: "Last", digits: 9, meaning: "Last price of the market; the mid if there is none" },
  {
    figure: "distance",
    title: "Distance",
    digits: 7,
    meaning: "From the limit price to the market, in ticks; 0 or less would trade",
  },
  { figure: "pnl", title: "P&L", digits: 10, meaning: "Unrealised P&L of what is filled, before fees" },
  {
    figure: "slippage",
    title: "Slippage",
    digits: 7,
    meaning: "Filled worse (+) or better (−) than the arrival price, in basis points",
  },
  { figure: "notional", title: "Notional", digits: 12, meaning: "Quantity at the order’s own price" },
];

/** How likely the market touches the order's price, as the server forecasts it. @type {Figure} */
export const TOUCH = {
  figure: "touch",
  title: "Touch",
  digits: 14,
  sorted: true,
  meaning: "How likely the market touches the order’s price within 5, 15 and 60 minutes",
};

/** @type {(Column|Figure)[]} */
const OWN = FIGURES.flatMap((column) => (column.figure === "distance" ? [column, TOUCH] : [column]));

/** The table's columns between the toggle and the actions. @type {(Column|Figure)[]} */
export const LAYOUT = COLUMNS.flatMap((column) => (column.field === "avg_price" ? [column, ...OWN] : [column]));

/** The columns sent in requests; those of the page's own only where the table is sorted by one. */
export const SORTABLE = COLUMNS.filter(({ sorted }) => sorted);

/** Offset: the table's first column is the toggle. */
const FIRST = 1;

/** The order that a column is first sorted in. @type {("asc"|"desc")[]} */
const RISING = ["asc", "desc"];
/** @type {("asc"|"desc")[]} */
const FALLING = ["desc", "asc"];

/** @type {Set<Field>} */
const PRICES = new Set(["price", "stop_price", "arrival_price"]);

/** @type {Set<Field>} */
const QUANTITIES = new Set(["quantity", "cum_qty", "leaves_qty"]);

/** @param {Column|Figure} column @returns {Name} */
export function nameOf(column) {
  return "field" in column ? column.field : column.figure;
}

/** The index of a column in the table. @param {SortField} name */
export function placeOf(name) {
  return LAYOUT.findIndex((column) => nameOf(column) === name) + FIRST;
}

/** What the table is sorted by in the column at this index, if it can be. @param {number} place */
export function fieldAt(place) {
  const column = LAYOUT[place - FIRST];
  return column?.sorted ? /** @type {SortField} */ (nameOf(column)) : undefined;
}

/** The text of a cell. @param {Field} field @param {Order} order @param {number} decimals of prices */
export function cellText(field, order, decimals) {
  // Events logged before arrival prices were introduced have none.
  if (PRICES.has(field)) return priceText(/** @type {string|null} */ (order[field] ?? null), decimals);
  if (QUANTITIES.has(field)) return grouped(String(order[field]));
  switch (field) {
    case "created_at":
    case "updated_at":
      return localTime(order[field]);
    case "avg_price":
      return averageText(order, decimals);
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

/** The tooltip of a cell, if it says more than the cell. @param {Field} field @param {Order} order */
export function cellTitle(field, order) {
  switch (field) {
    case "created_at":
    case "updated_at":
      return utc(order[field]);
    case "avg_price":
      return grouped(order.avg_price ?? "");
    case "status":
      return order.status === "rejected" ? order.text : "";
    case "symbol":
    case "text":
    case "client_order_id":
      return order[field];
    default:
      return "";
  }
}

/**
 * DataTables' settings of the columns, with a toggle column first and an actions column last.
 *
 * @param {object} render renders every cell as text: no data of an order is ever parsed as HTML
 */
export function columnSettings(render) {
  const plain = { data: null, defaultContent: "", orderable: false };
  const columns = LAYOUT.map((column) => {
    const { title } = column;
    if ("figure" in column) {
      const className = `col-${column.figure} figure numeric`;
      return { ...plain, title, className, orderable: column.sorted === true, orderSequence: FALLING };
    }
    const { field, numeric, sorted } = column;
    return {
      data: field,
      name: field,
      title,
      render,
      orderable: sorted,
      className: `col-${field}${numeric ? " numeric" : ""}`,
      orderSequence: field.endsWith("_at") ? FALLING : RISING,
    };
  });
  return [
    { ...plain, title: "Details", className: "col-toggle" },
    ...columns,
    { ...plain, title: "Actions", className: "col-actions" },
  ];
}
