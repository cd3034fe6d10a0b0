/**
 * Numbers, times and words as the page writes them. Decimals come and stay as text: nothing is rounded through floats.
 *
 * @import {Order} from "./order.js"
 */

const DASH = "–";
const TIME = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
const clock = new Intl.DateTimeFormat(undefined, /** @type {Intl.DateTimeFormatOptions} */ (TIME));
const dayAndClock = new Intl.DateTimeFormat(
  undefined,
  /** @type {Intl.DateTimeFormatOptions} */ ({ day: "2-digit", month: "short", ...TIME }),
);

/** "4213" → "4,213". @param {number} value */
export function integer(value) {
  return String(Math.trunc(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A decimal with at least this many decimals; more are kept. @param {string|null} value @param {number} decimals */
export function price(value, decimals) {
  if (value === null) return "";
  const [whole = "", fraction = ""] = value.split(".");
  const padded = fraction.padEnd(decimals, "0");
  return padded === "" ? whole : `${whole}.${padded}`;
}

/** "1234567.80" → "1,234,567.80"; a minus sign, not a hyphen. @param {string} text a plain decimal */
export function grouped(text) {
  const [whole = "", fraction] = text.split(".");
  const groups = whole.replace("-", "−").replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}

/** The same with its sign: "+12.30", "−4"; nothing before a zero. @param {string} text a plain decimal */
export function signed(text) {
  return /[1-9]/.test(text) && !text.startsWith("-") ? `+${grouped(text)}` : grouped(text);
}

/** "-0.4" → "−0.40 %", with its sign; nothing where it is not known. @param {string|null} change percent */
export function percent(change) {
  return change === null ? "" : `${signed(price(change, 2))} %`;
}

/** "4 s", "3 min", "2 h", "5 days": how old something is, as exact as matters. @param {number} ms */
export function age(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : plural(Math.floor(seconds / 86_400), "day");
}

/** Milliseconds with three digits that mean something; a dash where there is no measurement. @param {number|null} value */
export function milliseconds(value) {
  if (value === null) return DASH;
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}

/** @param {Date} a @param {Date} b */
export function sameDay(a, b) {
  return a.getDate() === b.getDate() && a.getMonth() === b.getMonth() && a.getFullYear() === b.getFullYear();
}

/** What was formatted last: in a burst everything is of the same second. */
let formatted = { second: NaN, withDay: false, text: "" };

/** Local time of day; with the day where it is not today. @param {string} timestamp RFC 3339 @param {Date} [today] */
export function localTime(timestamp, today = new Date()) {
  const at = new Date(timestamp);
  const second = Math.floor(at.getTime() / 1000);
  const withDay = !sameDay(at, today);
  if (second !== formatted.second || withDay !== formatted.withDay) {
    formatted = { second, withDay, text: (withDay ? dayAndClock : clock).format(at) };
  }
  return formatted.text;
}

/** Local time of day of now or of `at`. @param {Date} [at] */
export function timeOfDay(at = new Date()) {
  return clock.format(at);
}

/** "2012-06-21T13:30:00.004241Z" → "2012-06-21 13:30:00.004241 UTC". @param {string} timestamp */
export function utc(timestamp) {
  return timestamp.replace("T", " ").replace("Z", " UTC");
}

/** A moment as orders carry it, six fraction digits: comparable as text. @param {Date} at */
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

/**
 * What an order asks for, as a person says it: "Buy 18 AAPL at 585.33, day".
 *
 * @param {{side: string, quantity: string, symbol: string, order_type: string, price?: string|null, stop_price?: string|null, time_in_force: string}} order
 */
export function sentence({ side, quantity, symbol, order_type, price: limit, stop_price, time_in_force }) {
  const verb = side === "sell" ? "Sell" : "Buy";
  const terms = [];
  if (order_type === "market") terms.push("at market");
  if (order_type === "limit" || order_type === "stop_limit") terms.push(`at ${limit || "…"}`);
  if (order_type === "stop" || order_type === "stop_limit") terms.push(`stop ${stop_price || "…"}`);
  const force = time_in_force === "day" ? "day" : time_in_force.toUpperCase();
  return `${verb} ${quantity || "…"} ${symbol || "…"} ${terms.join(", ")}, ${force}`;
}
