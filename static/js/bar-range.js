/**
 * Which bars a chart shows, counted from the oldest: moved and zoomed, never past the ends, never out of sight.
 *
 * @typedef {{from: number, to: number}} BarRange fractions of bars are allowed
 */

/** Bars of room to the right of the newest one, where the orders are named. */
export const MARGIN = 16;
const FEWEST = 10;

/** @param {BarRange} range */
function span({ from, to }) {
  return to - from;
}

/** Puts a range of this many bars where it fits, its right end as near to `to` as can be. @param {number} wide @param {number} to @param {number} count of all bars @returns {BarRange} */
function fitted(wide, to, count) {
  const most = Math.max(FEWEST, count + MARGIN);
  const width = Math.min(most, Math.max(FEWEST, wide));
  const end = Math.min(newestEnd(count), Math.max(to, width - 1));
  return { from: end - width, to: end };
}

/** @param {number} count */
function newestEnd(count) {
  return count - 1 + MARGIN;
}

/** @param {BarRange} range @param {number} share of what is seen; negative goes back in time @param {number} count */
export function scrolled(range, share, count) {
  return fitted(span(range), range.to + share * span(range), count);
}

/** The right end stays. @param {BarRange} range @param {number} factor below 1 shows less @param {number} count */
export function zoomed(range, factor, count) {
  return fitted(span(range) * factor, range.to, count);
}

/** @param {BarRange} range @param {number} count */
export function oldest(range, count) {
  return fitted(span(range), -Infinity, count);
}

/** @param {BarRange} range @param {number} count */
export function newest(range, count) {
  return fitted(span(range), newestEnd(count), count);
}
