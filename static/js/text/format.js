/**
 * Formatting of numbers, times and order texts. Decimals stay text: no rounding through floats.
 */

import { decimal, plain, PLACES } from "./decimal.js";
import { NUMBERS } from "./numbers.js";

const DASH = "–";
/** @type {Intl.DateTimeFormatOptions} */
const TIME = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
/** @type {Intl.DateTimeFormatOptions} */
const DAY = { day: "2-digit", month: "short", ...TIME };
/** A time today, on another day of this year, in another year. @type {Intl.DateTimeFormatOptions[]} */
const PARTS = [TIME, DAY, { year: "numeric", ...DAY }];
/** Functions that recreate each format in the current time zone. @type {(() => void)[]} */
const renewals = [];
const times = PARTS.map((parts) => localFormat(parts));
const PLAIN_DECIMAL = /^-?\d+(\.\d+)?$/;

/**
 * A formatter of local times, which follows changes of time zone after `readZone`.
 *
 * @param {Intl.DateTimeFormatOptions} parts @returns {(at: Date) => string}
 */
export function localFormat(parts) {
  let format = new Intl.DateTimeFormat(undefined, parts);
  renewals.push(() => {
    format = new Intl.DateTimeFormat(undefined, parts);
  });
  return (at) => format.format(at);
}

/** "4213" → "4,213". @param {number} value */
export function integer(value) {
  return NUMBERS.grouped(String(Math.trunc(value)));
}

/**
 * A plain decimal with at least this many decimals; more are kept.
 *
 * @param {string|null} value @param {number} decimals
 */
export function price(value, decimals) {
  if (value === null) return "";
  const [whole = "", fraction = ""] = value.split(".");
  const padded = fraction.padEnd(decimals, "0");
  return padded === "" ? whole : `${whole}.${padded}`;
}

/** A plain decimal as the reader's locale writes it. @param {string} text */
export function grouped(text) {
  return NUMBERS.grouped(text);
}

/** A plain decimal as a field holds it. @param {string|null} text */
export function fieldNumber(text) {
  return NUMBERS.field(text ?? "");
}

/** A price for display. @param {string|null} value @param {number} decimals */
export function priceText(value, decimals) {
  return grouped(price(value, decimals));
}

/** @param {string|null} value */
function decimalsOf(value) {
  return value?.split(".")[1]?.length ?? 0;
}

/**
 * An average price, with two more decimals than the order's prices have; below 1 with all its decimals.
 *
 * @param {{avg_price: string|null, price: string|null, stop_price: string|null}} order
 * @param {number} decimals of the instrument's prices
 */
export function averageText({ avg_price, price: limit, stop_price }, decimals) {
  if (avg_price === null) return "";
  const own = Math.max(decimals, decimalsOf(limit), decimalsOf(stop_price));
  const places = avg_price.startsWith("0.") ? PLACES : Math.min(own + 2, PLACES);
  return priceText(plain(decimal(avg_price), places), decimals);
}

/** A grouped decimal with its sign: "+12.30", "−4"; zero has none. @param {string} text a plain decimal */
export function signed(text) {
  return /[1-9]/.test(text) && !text.startsWith("-") ? `+${grouped(text)}` : grouped(text);
}

/** "-0.4" → "−0.40 %", with its sign; empty if unknown. @param {string|null} change percent */
export function percent(change) {
  return change === null ? "" : `${signed(price(change, 2))} %`;
}

/** "4 s", "3 min", "2 h", "5 days": an age, rounded down. @param {number} ms */
export function age(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : plural(Math.floor(seconds / 86_400), "day");
}

/** Milliseconds with three significant digits; a dash without a measurement. @param {number|null} value */
export function milliseconds(value) {
  if (value === null) return DASH;
  return fieldNumber(value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0));
}

/**
 * How much of a date to show: 0 for nothing, since it is today, 1 for day and month, 2 for the year as well.
 *
 * @param {Date} at @param {Date} today
 */
export function dayDetail(at, today) {
  if (at.getFullYear() !== today.getFullYear()) return 2;
  return at.getDate() === today.getDate() && at.getMonth() === today.getMonth() ? 0 : 1;
}

/** A cache of the last result: in a burst all times share a second. */
let formatted = { second: NaN, detail: 0, text: "" };

/**
 * Local time of day; with the day if it is not today, and the year if it is not this one.
 *
 * @param {string|number|Date} moment RFC 3339, unix milliseconds or a date @param {Date} [today]
 */
export function localTime(moment, today = new Date()) {
  const at = new Date(moment);
  const second = Math.floor(at.getTime() / 1000);
  const detail = dayDetail(at, today);
  if (second !== formatted.second || detail !== formatted.detail) {
    formatted = { second, detail, text: times[detail]?.(at) ?? "" };
  }
  return formatted.text;
}

/** Reads the time zone again, since it may have changed. */
export function readZone() {
  for (const renew of renewals) renew();
  formatted = { second: NaN, detail: 0, text: "" };
}

/** Local time, always with day and year. @param {string} timestamp RFC 3339 */
export function fullTime(timestamp) {
  return times[2]?.(new Date(timestamp)) ?? "";
}

/** "2012-06-21T13:30:00.004241Z" → "2012-06-21 13:30:00.004241 UTC". @param {string} timestamp */
export function utc(timestamp) {
  return timestamp.replace("T", " ").replace("Z", " UTC");
}

/** A moment in the format of orders, with six fraction digits: comparable as text. @param {Date} at */
export function timestamp(at) {
  return at.toISOString().replace("Z", "000Z");
}

/** "1:43" for 103 seconds. @param {number} seconds */
export function minutes(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** "37 events", "1 event". @param {number} count @param {string} noun */
export function plural(count, noun) {
  return `${integer(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** An amount for a sentence; "…" if empty, and text that is no number unchanged. @param {string|null|undefined} text */
export function amount(text) {
  if (!text) return "…";
  return PLAIN_DECIMAL.test(text) ? grouped(text) : text;
}

/**
 * An order in words: "Buy 18 AAPL at 585.33, day".
 *
 * @param {{side: string, quantity: string, symbol: string, order_type: string, price?: string|null, stop_price?: string|null, time_in_force: string}} order
 */
export function sentence({ side, quantity, symbol, order_type, price: limit, stop_price, time_in_force }) {
  const verb = side === "sell" ? "Sell" : "Buy";
  const terms = [];
  if (order_type === "market") terms.push("at market");
  if (order_type === "limit" || order_type === "stop_limit") terms.push(`at ${amount(limit)}`);
  if (order_type === "stop" || order_type === "stop_limit") terms.push(`stop ${amount(stop_price)}`);
  const force = time_in_force === "day" ? "day" : time_in_force.toUpperCase();
  return `${verb} ${amount(quantity)} ${symbol || "…"} ${terms.join(", ")}, ${force}`;
}
