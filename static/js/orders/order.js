/**
 * Orders and their events: their shapes, their labels on the page, and the steps that an owner may request.
 *
 * @typedef {"pending_new"|"new"|"partially_filled"|"filled"|"pending_cancel"|"canceled"|"rejected"|"expired"} Status
 *
 * @typedef {object} Order
 * @property {number} id
 * @property {string} client_order_id
 * @property {string} user
 * @property {string} symbol
 * @property {"buy"|"sell"} side
 * @property {"market"|"limit"|"stop"|"stop_limit"} order_type
 * @property {"day"|"gtc"|"ioc"|"fok"} time_in_force
 * @property {string} quantity
 * @property {string|null} price
 * @property {string|null} stop_price
 * @property {Status} status
 * @property {string} cum_qty
 * @property {string} leaves_qty
 * @property {string|null} avg_price
 * @property {string} text
 * @property {number} version
 * @property {string} created_at
 * @property {string} updated_at
 * @property {string|null} arrival_price
 *
 * @typedef {keyof Order} Field
 *
 * @typedef {object} OrderEvent
 * @property {number} seq
 * @property {string} user
 * @property {string} kind
 * @property {Order} order the whole order after the event; of `deleted`, its last state
 * @property {Record<string, [unknown, unknown]>} changes field: [old, new]
 * @property {string} source
 * @property {string|null} actor
 * @property {string} at
 * @property {{committed: number, published: number|null}} [hops]
 * @property {boolean} [replay]
 */

import { TABLES } from "./tables.js";

/** @typedef {"working"|"filled"|"closed"|"all"} Tab */

const { statuses } = TABLES;

export const STATUS_WORDS = /** @type {Record<Status, string>} */ (
  Object.fromEntries(Object.entries(statuses).map(([status, { label }]) => [status, label]))
);
export const KIND_WORDS = TABLES.kinds;
export const TYPE_WORDS = /** @type {Record<Order["order_type"], string>} */ (TABLES.order_types);
export const TABS = TABLES.tabs;

/** The tab other than "all" that shows orders of this status. @param {Status} status */
export function tabOf(status) {
  return statuses[status].tab;
}

/** @param {Tab} tab @param {Status} status */
export function tabShows(tab, status) {
  return tab === "all" || tabOf(status) === tab;
}

/** @param {{status: Status}} order */
export function canAmend({ status }) {
  return statuses[status].can_amend;
}

/** A cancel can be requested once: after that the broker has to answer. @param {{status: Status}} order */
export function canCancel({ status }) {
  return statuses[status].can_cancel;
}

/**
 * The order before and after an event; null if it did not exist (for this owner).
 *
 * `updated_at` of the earlier state is not in an event: it is empty.
 *
 * @param {OrderEvent} event
 * @returns {{before: Order|null, after: Order|null}}
 */
export function images({ kind, order, changes }) {
  if (kind === "created") return { before: null, after: order };
  const version = order.version - 1;
  if (kind === "deleted") return { before: { ...order, version }, after: null };
  const old = Object.fromEntries(Object.entries(changes).map(([field, [was]]) => [field, was]));
  return { before: { ...order, version, updated_at: "", ...old }, after: order };
}
