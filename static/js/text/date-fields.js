/**
 * Conversion of moments between `datetime-local` fields and request parameters, and common spans of days.
 */

import { timestamp } from "./format.js";

/** Years have four digits everywhere: in the field, in a request, in a chip. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 9999;
export const EARLIEST = `${FIRST_YEAR}-01-01T00:00:00`;
export const LATEST = `${LAST_YEAR}-12-31T23:59:59`;
const UNREADABLE = "Enter a date and a time, such as 31 January 2026, 09:30.";
const OUTSIDE = `The year must be from ${FIRST_YEAR} to ${LAST_YEAR}.`;

/** @param {Date} at */
function isUsual(at) {
  return at.getUTCFullYear() >= FIRST_YEAR && at.getUTCFullYear() <= LAST_YEAR;
}

/**
 * Reads a field's moment.
 *
 * @param {string} text local time; empty for none
 * @param {boolean} [isIncomplete] whether the field holds an incomplete date
 * @returns {{stamp: string, problem: string}}
 */
export function readMoment(text, isIncomplete = false) {
  if (text === "") return { stamp: "", problem: isIncomplete ? UNREADABLE : "" };
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return { stamp: "", problem: UNREADABLE };
  return isUsual(at) ? { stamp: timestamp(at), problem: "" } : { stamp: "", problem: OUTSIDE };
}

/** Whether it is a valid request parameter. @param {string} stamp */
export function isMoment(stamp) {
  const at = new Date(stamp);
  return !Number.isNaN(at.getTime()) && isUsual(at) && timestamp(at) === stamp;
}

/** @param {string} stamp @returns {string} for a date field; empty if it is no valid moment */
export function fieldText(stamp) {
  const at = new Date(stamp);
  if (stamp === "" || Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** Local midnight `days` before the day of `now`. @param {Date} now @param {number} days */
function midnight(now, days) {
  return timestamp(new Date(now.getFullYear(), now.getMonth(), now.getDate() - days));
}

/**
 * Local days: from the first midnight (inclusive) to the second (exclusive).
 *
 * @type {Record<string, (now: Date) => {created_after: string, created_before: string}>}
 */
export const SPANS = {
  today: (now) => ({ created_after: midnight(now, 0), created_before: "" }),
  yesterday: (now) => ({ created_after: midnight(now, 1), created_before: midnight(now, 0) }),
  week: (now) => ({ created_after: midnight(now, 6), created_before: "" }),
};
