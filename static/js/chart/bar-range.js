/**
 * The range of bars that a chart shows, counted from the oldest: scrolls and zooms, but never past either end.
 *
 * @typedef {{from: number, to: number}} BarRange fractions of bars are allowed
 */

/** Space to the right of the newest bar, in bars, for the labels of orders. */
export const MARGIN = 16;
const FEWEST = 10;

/** @param {BarRange} range */
function span({ from, to }) {
  return to - from;
}

/**
 * Fits a range of `wide` bars into the data, its right end as near to `to` as possible.
 *
 * @param {number} wide @param {number} to @param {number} count of all bars @returns {BarRange}
 */
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

/** @param {BarRange} range @param {number} share of the range; negative scrolls back in time @param {number} count */
export function scrolled(range, share, count) {
  return fitted(span(range), range.to + share * span(range), count);
}

/** Zooms around the right end. @param {BarRange} range @param {number} factor below 1 zooms in @param {number} count */
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
 * The range that shows the same time after a reload of the bars, which may begin later or have more between. Null if
 * the newest bar is visible, so that nothing has to move.
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
