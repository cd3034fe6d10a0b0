/**
 * The price of an order that the market may touch.
 *
 * @import {Order} from "../orders/order.js"
 */

import { tabOf } from "../orders/order.js";
import { compareDecimals } from "../orders/sorting.js";
import { grouped } from "../text/format.js";

/**
 * A limit order's limit, a stop order's stop; null at market. A stop limit that is filled in part is a limit by now.
 *
 * @param {{order_type: string, price?: string|null, stop_price?: string|null, cum_qty?: string}} order
 */
export function levelOf({ order_type, price, stop_price, cum_qty = "0" }) {
  const isTriggered = order_type === "stop_limit" && compareDecimals(cum_qty, "0") > 0;
  if (order_type === "limit" || isTriggered) return price ?? null;
  return order_type.startsWith("stop") ? (stop_price ?? null) : null;
}

/** "of the stop at 230.24": which of an order's prices it is, where that is not its limit. @param {Order} order */
export function levelText(order) {
  const level = levelOf(order);
  return level === null || level === order.price ? "" : `of the stop at ${grouped(level)}`;
}

/** Whether the market may still touch it. @param {Order} order */
export function isForecast(order) {
  return tabOf(order.status) === "working" && levelOf(order) !== null;
}

/** Whether a forecast for this price is one for the order as it is, and not as it was. @param {Order} order @param {string} price */
export function isOf(order, price) {
  return compareDecimals(price, levelOf(order) ?? "0") === 0;
}
