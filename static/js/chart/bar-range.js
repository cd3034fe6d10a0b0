/**
 * The range of bars that a chart shows, counted from the oldest: scrolls and zooms, but never past either end.
 *
 * @typedef {{from: number, to: number}} BarRange fractions of bars are allowed
 */

/** Space to the right of the newest bar, in bars, for the labels of orders. */
export const MARGIN = 16;
/** Distance of two bars with which a chart opens. */
export const BAR_PIXELS = 6;
/** Their distance if there is something to show ahead of the newest bar. */
const LEAST_PIXELS = 4;
const FEWEST = 10;

/** @param {BarRange} range */
function span({ from, to }) {
  return to - from;
}

/**
 * Fits a range of `wide` bars into the data, its right end as near to `to` as possible.
 *
 * @param {number} wide @param {number} to @param {number} count of all bars @param {number} ahead of the newest, at most
 * @returns {BarRange}
 */
function fitted(wide, to, count, ahead) {
  const most = Math.max(FEWEST, count + ahead);
  const width = Math.min(most, Math.max(FEWEST, wide));
  const end = Math.min(count - 1 + ahead, Math.max(to, width - 1));
  return { from: end - width, to: end };
}

/**
 * @param {BarRange} range @param {number} share of the range; negative scrolls back in time @param {number} count
 * @param {number} [ahead] how far beyond the newest bar
 */
export function scrolled(range, share, count, ahead = MARGIN) {
  return fitted(span(range), range.to + share * span(range), count, ahead);
}

/**
 * Zooms around the right end.
 *
 * @param {BarRange} range @param {number} factor below 1 zooms in @param {number} count @param {number} [ahead]
 */
export function zoomed(range, factor, count, ahead = MARGIN) {
  return fitted(span(range) * factor, range.to, count, ahead);
}

/** @param {BarRange} range @param {number} count @param {number} [ahead] */
export function oldest(range, count, ahead = MARGIN) {
  return fitted(span(range), -Infinity, count, ahead);
}

/** @param {BarRange} range @param {number} count @param {number} [ahead] */
export function newest(range, count, ahead = MARGIN) {
  return fitted(span(range), Infinity, count, ahead);
}

/**
 * Distance of bars, and space to the right of the newest, with which a chart opens that has so much to show ahead: as
 * many bars are in sight as without, a little closer together, and as much of what is ahead as then fits.
 *
 * @param {number} width of the picture, in pixels @param {number} ahead in bars; 0 for nothing
 */
export function opening(width, ahead) {
  const past = width / BAR_PIXELS - MARGIN;
  const room = Math.min(ahead, Math.floor(width / LEAST_PIXELS - past));
  if (past <= 0 || room <= MARGIN) return { barSpacing: BAR_PIXELS, rightOffset: MARGIN };
  return { barSpacing: width / (past + room), rightOffset: room };
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
  return fitted(span(range), range.to + by, after.length, MARGIN);
}
