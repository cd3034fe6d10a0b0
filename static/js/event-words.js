/**
 * What an event says, in words a person reads in passing.
 *
 * @import {Order, OrderEvent, Status} from "./order.js"
 */

import { COLUMNS } from "./columns.js";
import { amount, sentence } from "./format.js";
import { isolate } from "./isolate.js";
import { KIND_WORDS, STATUS_WORDS } from "./order.js";
import { DECIMALS } from "./ordering.js";

/** Fields that follow from others and would only repeat them. */
const DERIVED = new Set(["leaves_qty"]);
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

/** "filled 0 → 18, status Working → Filled"; of a new order, the order itself. @param {OrderEvent} event */
export function changeText({ kind, order, changes }) {
  if (kind === "created") return sentence(order);
  if (kind === "deleted") return `Order ${order.id} of ${order.symbol}`;
  return Object.entries(changes)
    .filter(([field]) => !DERIVED.has(field))
    .map(([field, [before, after]]) => `${TITLES.get(field) ?? field} ${word(field, before)} → ${word(field, after)}`)
    .join(", ");
}
