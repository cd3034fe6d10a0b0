/**
 * Parses the ticket's fields into an order, and finds problems in them.
 *
 * Pure: text in, an order for REST and error sentences out.
 *
 * @typedef {"quantity"|"price"|"stop_price"} Amount
 *
 * @typedef {Record<"side"|"symbol"|"order_type"|"time_in_force"|"text"|Amount, string>} Typed
 *
 * @typedef {object} Terms
 * @property {Omit<Typed, "price"|"stop_price"> & {price?: string, stop_price?: string}} order without prices that its
 *   type does not use; invalid amounts are empty
 * @property {Record<string, string[]>} problems by field
 */

import { cleaned, readAmount, readQuantity } from "../text/user-input.js";

/** @type {Amount[]} */
export const AMOUNTS = ["quantity", "price", "stop_price"];
/** @type {("price"|"stop_price")[]} */
export const PRICES = ["price", "stop_price"];

const NAMES = { quantity: "a quantity", price: "a limit price", stop_price: "a stop price" };

/** @param {string} name @returns {name is Amount} */
export function isAmount(name) {
  return Object.hasOwn(NAMES, name);
}

/** The number in an amount's field. @param {Amount} name @param {string} text */
export function readField(name, text) {
  return name === "quantity" ? readQuantity(text, NAMES[name]) : readAmount(text, NAMES[name]);
}

/** The amounts that an order of this type has. @param {string} type @returns {Amount[]} */
export function amountsOf(type) {
  /** @type {Amount[]} */
  const amounts = ["quantity"];
  if (type === "limit" || type === "stop_limit") amounts.push("price");
  if (type === "stop" || type === "stop_limit") amounts.push("stop_price");
  return amounts;
}

/** @param {Typed} typed @returns {Terms} */
export function termsOf({ side, symbol, order_type, time_in_force, text, ...amounts }) {
  /** @type {Terms["problems"]} */
  const problems = {};
  /** @type {Terms["order"]} */
  const order = {
    side,
    symbol: cleaned(symbol).toUpperCase(),
    order_type,
    quantity: "",
    time_in_force,
    text: text.trim(),
  };
  if (order.symbol === "") problems.symbol = ["Enter a symbol."];
  for (const name of amountsOf(order_type)) {
    const { value, problem } = readField(name, amounts[name]);
    order[name] = value;
    if (problem !== "") problems[name] = [problem];
    else if (!/[1-9]/.test(value)) problems[name] = ["Must be greater than 0."];
  }
  return { order, problems };
}
