/**
 * The chart's texts: times in the local time zone, prices with their instrument's decimals, and a summary sentence.
 *
 * @import {Bar} from "../prices/bars.js"
 */

import { dayDetail, grouped, localFormat, priceText } from "../text/format.js";

const UNBROKEN = "\u00a0";
const MINUTES = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const minuteOf = localFormat(MINUTES);
const dayOf = localFormat({ day: "2-digit", month: "short" });
/** The minute: today, on another day of this year, in another year. @type {Intl.DateTimeFormatOptions[]} */
const PARTS = [{}, { day: "2-digit", month: "short" }, { year: "numeric", day: "2-digit", month: "short" }];
const MOMENTS = PARTS.map((day) => localFormat({ ...day, ...MINUTES }));

/** A time-axis mark: the minute, or the day that it starts. @param {number} time unix seconds @param {boolean} isDay */
export function tickText(time, isDay) {
  return (isDay ? dayOf : minuteOf)(new Date(time * 1000));
}

/** The minute; with the day or year if it is not this one. @param {number} time unix seconds @param {Date} [today] */
export function momentText(time, today = new Date()) {
  const at = new Date(time * 1000);
  return MOMENTS[dayDetail(at, today)]?.(at) ?? "";
}

/** The fields of a bar as the page shows them. @param {Bar} bar @param {number} decimals */
export function barTexts({ time, open, high, low, close, volume }, decimals) {
  const prices = [open, high, low, close].map((each) => priceText(each, decimals));
  return [momentText(time), ...prices, volume === null ? "–" : grouped(volume)];
}

/** @param {Bar|undefined} bar @param {number} decimals */
export function legendText(bar, decimals) {
  if (bar === undefined) return "";
  const [time, open, high, low, close] = barTexts(bar, decimals);
  const pairs = [`O ${open}`, `H ${high}`, `L ${low}`, `C ${close}`].map((pair) => pair.replace(" ", UNBROKEN));
  return [time, ...pairs].join("  ");
}

/** @param {{symbol: string, last: string, change: string, away: string}} facts as displayed */
export function chartLabel({ symbol, last, change, away }) {
  const parts = [`Chart of ${symbol}, one-minute bars`];
  if (last !== "") parts.push(`last price ${last}`);
  if (change !== "") parts.push(`change ${change} since the day’s open`);
  return `${parts.join(", ")}.${away === "" ? "" : ` ${away}`}`;
}
