/**
 * Touch forecasts in words: whole percents from low to high, or a word where the interval is too wide to be a number.
 *
 * Pure. A touch is no execution (docs/forecast.md): no text here may promise one.
 *
 * @typedef {object} Chance shares of 1
 * @property {number} probability
 * @property {number} low
 * @property {number} high
 *
 * @typedef {object} Forecast of one price and horizon; without numbers `unavailable` says why
 * @property {number} [order] the order's id
 * @property {string} symbol
 * @property {string} side
 * @property {string} price
 * @property {number} minutes the horizon
 * @property {Chance} [touch]
 * @property {Chance} [trade_through]
 * @property {number|null} [median_minutes] null if a touch is not even as likely as not as far as is known
 * @property {string} [as_of] RFC 3339
 * @property {string} [unavailable] a sentence
 * @property {number|null} [ready_in_minutes] until enough bars are kept, if nothing else is missing
 */

import { localTime } from "../text/format.js";

/** The horizons of the table and the ticket, in minutes. */
export const HORIZONS = [5, 15, 60];
export const DASH = "–";
/** Wider intervals are told in words, in points. */
const WIDEST = 15;
const UNLIKELY = 35;
const LIKELY = 65;
/** From here on, times are told in hours. */
const HOURS_FROM = 90;

/** Points, exact to a millionth: 0.29 · 100 is not 29. @param {number} share */
function points(share) {
  return Math.round(share * 1e8) / 1e6;
}

/** "3", "<1", ">99"; "100" only for what is certain. @param {number} share */
export function percent(share) {
  const exact = points(share);
  if (share >= 1) return "100";
  if (exact < 1) return "<1";
  return exact > 99 ? ">99" : String(Math.round(exact));
}

/** Whether its interval is narrow enough for numbers. @param {Chance} chance */
export function isNumber({ low, high }) {
  return points(high - low) <= WIDEST;
}

/** From low to high; an end beyond 1 or 99 is left open: "<5", ">95". @param {Chance} chance */
function interval({ low, high }) {
  const [from, to] = [points(low), points(high)];
  if (to > 99) return `>${from > 99 ? 99 : Math.ceil(from) - 1}`;
  if (from < 1) return `<${Math.floor(to) + 1}`;
  const ends = [percent(low), percent(high)];
  return ends[0] === ends[1] ? String(ends[0]) : ends.join(DASH);
}

/** "31–36", "100" at or through the market, or "unlikely", "maybe", "likely". @param {Chance} chance */
export function chanceText(chance) {
  if (chance.probability >= 1) return "100";
  if (isNumber(chance)) return interval(chance);
  if (points(chance.high) <= UNLIKELY) return "unlikely";
  return points(chance.low) >= LIKELY ? "likely" : "maybe";
}

/** The same with its sign: "31–36 %". @param {Chance} chance */
export function signedChance(chance) {
  const text = chanceText(chance);
  return /\d/.test(text) ? `${text} %` : text;
}

/** "<1 min", "23 min", "2 h 5 min". @param {number} minutes */
export function duration(minutes) {
  if (minutes < 1) return "<1 min";
  const whole = Math.round(minutes);
  if (whole < HOURS_FROM) return `${whole} min`;
  return `${Math.floor(whole / 60)} h ${whole % 60} min`.replace(" 0 min", "");
}

/**
 * "median time to touch 23 min", or "over 60 min" where a touch does not become as likely as not as far as is known.
 *
 * @param {Forecast[]} forecasts the nearest first
 */
export function medianText(forecasts) {
  const told = forecasts.filter(({ touch }) => touch);
  const [first, last] = [told[0], told.at(-1)];
  if (first?.median_minutes === undefined || last === undefined) return "";
  const { median_minutes: half } = first;
  return `median time to touch ${half === null ? `over ${duration(last.minutes)}` : duration(half)}`;
}

/** @param {number} count @param {string} noun */
function more(count, noun) {
  return `needs ${count} more ${noun}${count === 1 ? "" : "s"}`;
}

/** Why there is no number: "needs 17 more hours", or the server's sentence. @param {Forecast} forecast */
export function reasonText({ unavailable = "", ready_in_minutes: wait }) {
  if (wait === null || wait === undefined) return unavailable;
  return wait < HOURS_FROM ? more(Math.max(1, Math.ceil(wait)), "minute") : more(Math.ceil(wait / 60), "hour");
}

/** The only reason why there is no number at any horizon; empty if there are numbers. @param {Forecast[]} forecasts */
export function soleReason(forecasts) {
  const reasons = new Set(forecasts.map((each) => (each.touch ? "" : reasonText(each))));
  return reasons.size === 1 ? ([...reasons][0] ?? "") : "";
}

/**
 * "3 · 31–36 · 70–74 %": the horizons in their order, with one sign after the last number; a dash where there is none.
 *
 * @param {Forecast[]} forecasts
 */
export function cellText(forecasts) {
  const texts = forecasts.map(({ touch }) => (touch ? chanceText(touch) : DASH));
  const last = texts.findLastIndex((text) => /\d/.test(text));
  if (texts.every((text) => text === DASH)) return texts.length === 0 ? "" : DASH;
  return texts.map((text, i) => (i === last ? `${text} %` : text)).join(" · ");
}

/** @param {Forecast} forecast */
function horizonText(forecast) {
  const { touch, trade_through: through, minutes } = forecast;
  if (!touch) return `touch within ${minutes} min: ${reasonText(forecast)}`;
  const beyond = through ? ` · trade through ${signedChance(through)}` : "";
  return `touch within ${minutes} min ${signedChance(touch)}${beyond}`;
}

/**
 * The tooltip: a line a horizon, the median, as of when.
 *
 * @param {Forecast[]} forecasts @param {string} [level] which price it is, where that is not clear @param {string} [doubt]
 */
export function cellTitle(forecasts, level = "", doubt = "") {
  const sole = soleReason(forecasts);
  const told = forecasts.find(({ touch }) => touch);
  const asOf = told?.as_of === undefined ? "" : `as of ${localTime(told.as_of)}`;
  const lines = sole === "" ? forecasts.map(horizonText) : [sole];
  return [...lines, medianText(forecasts), level, asOf, doubt].filter((line) => line !== "").join("\n");
}
