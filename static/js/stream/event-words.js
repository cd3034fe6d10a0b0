/**
 * What an event says, in words a person reads in passing.
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

/** Fields that follow from others and would only repeat them. */
const DERIVED = ["leaves_qty"];
/** What is told of a fill as a whole. */
const FILLED = ["cum_qty", "avg_price"];
/** Events whose own name does not say what has become of the order. */
const SILENT = new Set(["amended", "corrected"]);
/** An average price is at most so far from the truth. */
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

/** "Filled: Buy 18 AAPL at 585.33, day"; of a reject, why as well. @param {string} kind @param {Order} order */
export function outcomeText(kind, order) {
  const text = `${KIND_WORDS[kind] ?? kind}: ${sentence(order)}`;
  return kind === "rejected" ? `${text}. ${isolate(order.text)}`.trim() : text;
}

/**
 * What a fill was at, out of the averages before and after it; null where they leave a doubt about its last decimals.
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
    // Prices end before what they are known to, and zeros follow.
    if (text === (fill.price + doubt).toFixed(places)) return text.endsWith("00") ? text.replace(/\.?0+$/, "") : null;
  }
  return null;
}

/** "100 @ 585.33, 300 of 500, average 585.12"; nothing where it is no fill. @param {OrderEvent} event */
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
 * Facts first, without what the event's own name says: "quantity 50 → 20" of an amended order, "18 @ 585.33, 18 of 18" of a
 * fill, and the order itself where nothing else is to be told.
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
