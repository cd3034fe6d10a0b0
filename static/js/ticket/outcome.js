/**
 * One-line texts for the outcome of a placed order, or of a failed attempt.
 *
 * @import {ApiError} from "../net/api.js"
 * @import {Order} from "../orders/order.js"
 */

import { STATUS_WORDS } from "../orders/order.js";
import { isolate } from "../text/bidi.js";
import { amount, averageText, sentence } from "../text/format.js";

/** @param {Order} order @param {number} decimals of the instrument's prices */
function filled(order, decimals) {
  const { cum_qty, quantity } = order;
  const part = cum_qty === quantity ? amount(cum_qty) : `${amount(cum_qty)} of ${amount(quantity)}`;
  return `Filled ${part} at ${averageText(order, decimals)}`;
}

/** @param {Order} order @param {number} decimals @returns {string} */
function state(order, decimals) {
  const { status, text, cum_qty } = order;
  if (status === "pending_new") return "Placed";
  if (status === "rejected") return text === "" ? "Rejected" : `Rejected, ${isolate(text)}`;
  const words = [];
  if (cum_qty !== "0") words.push(filled(order, decimals));
  if (status !== "filled" && status !== "partially_filled") words.push(STATUS_WORDS[status]);
  return words.join(", ");
}

/**
 * "Filled 10 at 230.06: Buy 10 AAPL at 231, day. Order 162."
 *
 * @param {Order} order @param {number} decimals of the instrument's prices
 */
export function outcome(order, decimals) {
  return `${state(order, decimals)}: ${sentence(order)}. Order ${order.id}.`;
}

/** Why an order was not placed, or may not have been; empty if errors at its fields say so. @param {ApiError} error */
export function failure(error) {
  if (error.unsent) return error.message;
  if (error.unanswered) return `${error.message} Send it again unchanged: it is placed at most once.`;
  if (error.code === "duplicate_client_order_id")
    return "The earlier send did arrive, and its order was placed. This one, changed since, was not.";
  return "";
}
