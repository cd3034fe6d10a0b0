/**
 * Texts of order events, short enough to read at a glance.
 *
 * @import {Order, OrderEvent, Status} from "../orders/order.js"
 * @import {Fill} from "./fills.js"
 */

import { COLUMNS } from "../orders/columns.js";
import { KIND_WORDS, STATUS_WORDS } from "../orders/order.js";
import { DECIMALS } from "../orders/sorting.js";
import { isolate } from "../text/bidi.js";
import { amount, grouped, sentence } from "../text/format.js";
import { fillOf } from "./fills.js";

/** Fields derived from others: they would only repeat them. */
const DERIVED = ["leaves_qty"];
/** Fields that the text of a fill covers. */
const FILLED = ["cum_qty", "avg_price"];
/** Kinds of event whose name does not say the order's status. */
const SILENT = new Set(["amended", "corrected"]);
/** Max rounding error of an average price. */
const AVERAGE_ERROR = 5e-9;
const MOST_PLACES = 8;
/** @type {Map<string, string>} */
const TITLES = new Map(COLUMNS.map(({ field, title }) => [field, title.toLowerCase()]));

/** @param {string} field @param {unknown} value */
function word(field, value) {
  if (value === null || value === "") return "–";
  const text = String(value);
  if (field === "status") return STATUS_WORDS[/** @type {Status} */ (value)] ?? text;
  return /** @type {Set<string>} */ (DECIMALS).has(field) ? amount(text) : isolate(text);
}

/** "Filled: Buy 18 AAPL at 585.33, day"; a rejection adds its reason. @param {string} kind @param {Order} order */
export function outcomeText(kind, order) {
  const text = `${KIND_WORDS[kind] ?? kind}: ${sentence(order)}`;
  return kind === "rejected" ? `${text}. ${isolate(order.text)}`.trim() : text;
}

/**
 * The price of one fill, from the average prices before and after it; null if its last decimals are uncertain.
 *
 * @param {OrderEvent} event
 * @param {Fill} fill
 */
function fillPrice({ order, changes }, fill) {
  const [before, after] = /** @type {[string, string]} */ (changes.cum_qty).map(Number);
  if (changes.avg_price === undefined || before === 0) return order.avg_price;
  const doubt = (AVERAGE_ERROR * (before + after) + Number.EPSILON * fill.price * after) / (after - before);
  for (let places = MOST_PLACES; places >= 2; places -= 1) {
    const text = (fill.price - doubt).toFixed(places);
    // A real price has few decimals: at this precision zeros must follow it.
    if (text === (fill.price + doubt).toFixed(places)) return text.endsWith("00") ? text.replace(/\.?0+$/, "") : null;
  }
  return null;
}

/** "100 @ 585.33, 300 of 500, average 585.12"; empty if the event is no fill. @param {OrderEvent} event */
function fillText(event) {
  const fill = fillOf(event);
  if (fill === null) return "";
  const { cum_qty, quantity, avg_price } = event.order;
  const price = fillPrice(event, fill);
  const parts = [price === null ? grouped(fill.quantity) : `${grouped(fill.quantity)} @ ${grouped(price)}`];
  parts.push(`${grouped(cum_qty)} of ${grouped(quantity)}`);
  if (price !== avg_price) parts.push(`average ${amount(avg_price)}`);
  return parts.join(", ");
}

/**
 * Describes what changed, without repeating the event's name: "quantity 50 → 20" for an amended order,
 * "18 @ 585.33, 18 of 18" for a fill, and the order itself if nothing else is to be said.
 *
 * @param {OrderEvent} event
 */
export function changeText(event) {
  const { kind, order, changes } = event;
  if (kind === "deleted") return `Order ${order.id} of ${order.symbol}`;
  const fill = fillText(event);
  const told = new Set([...DERIVED, ...(SILENT.has(kind) ? [] : ["status"]), ...(fill === "" ? [] : FILLED)]);
  const others = kind === "created" ? [] : Object.entries(changes).filter(([field]) => !told.has(field));
  const words = others.map(
    ([field, [before, after]]) => `${TITLES.get(field) ?? field} ${word(field, before)} → ${word(field, after)}`,
  );
  return [fill, ...words].filter((text) => text !== "").join(", ") || sentence(order);
}
