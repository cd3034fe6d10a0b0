/**
 * What the chart says: times of the person's own clock, prices with their instrument's decimals, itself in one sentence.
 *
 * @import {Bar} from "../prices/bars.js"
 */

import { dayDetail, grouped, localFormat, priceText } from "../text/format.js";

const UNBROKEN = "\u00a0";
const MINUTES = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const minuteOf = localFormat(MINUTES);
const dayOf = localFormat({ day: "2-digit", month: "short" });
/** The minute: of today, of another day of this year, of another year. @type {Intl.DateTimeFormatOptions[]} */
const PARTS = [{}, { day: "2-digit", month: "short" }, { year: "numeric", day: "2-digit", month: "short" }];
const MOMENTS = PARTS.map((day) => localFormat({ ...day, ...MINUTES }));

/** A mark on the time axis: the day where it is the first of one, else the minute. @param {number} time unix seconds @param {boolean} isDay */
export function tickText(time, isDay) {
  return (isDay ? dayOf : minuteOf)(new Date(time * 1000));
}

/** The minute; with the day where it is not today, and the year where it is not this one. @param {number} time unix seconds @param {Date} [today] */
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

/** @param {{symbol: string, last: string, change: string, away: string}} facts as they are shown */
export function chartLabel({ symbol, last, change, away }) {
  const parts = [`Chart of ${symbol}, one-minute bars`];
  if (last !== "") parts.push(`last price ${last}`);
  if (change !== "") parts.push(`change ${change} since the day’s open`);
  return `${parts.join(", ")}.${away === "" ? "" : ` ${away}`}`;
}
