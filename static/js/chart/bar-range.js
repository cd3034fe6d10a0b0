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

/**
 * The range that shows the same time once the bars are others: what was read anew may begin later, or have more between.
 * Null where it needs no moving, since the newest bar is in sight.
 *
 * @param {BarRange} range over `before` @param {{time: number}[]} before @param {{time: number}[]} after
 * @returns {BarRange|null}
 */
export function kept(range, before, after) {
  if (before.length === 0 || after.length === 0 || range.to >= before.length - 1) return null;
  const place = Math.min(before.length - 1, Math.max(0, Math.floor(range.from)));
  const { time } = /** @type {{time: number}} */ (before[place]);
  const found = after.findIndex((bar) => bar.time >= time);
  const by = (found === -1 ? after.length - 1 : found) - place;
  return fitted(span(range), range.to + by, after.length);
}
