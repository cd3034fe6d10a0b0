/**
 * The weights of marks on a time axis, in the local time zone: the start of a day weighs more than any hour, a full
 * hour more than a half. The weights are those of the chart library, which knows UTC alone.
 */

const YEAR = 70;
const MONTH = 60;
export const DAY = 50;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Spans and the weight of a mark at their start, the longest first. @type {[number, number][]} */
const SPANS = [
  [12 * HOUR_MS, 33],
  [6 * HOUR_MS, 32],
  [3 * HOUR_MS, 31],
  [HOUR_MS, 30],
  [30 * MINUTE_MS, 22],
  [5 * MINUTE_MS, 21],
  [MINUTE_MS, 20],
];

/** Local wall-clock time, as if it were UTC. @param {Date} at */
function wall(at) {
  return at.getTime() - at.getTimezoneOffset() * MINUTE_MS;
}

/** @param {number} time unix seconds @param {number} before those of the point to its left */
export function weight(time, before) {
  const [at, last] = [new Date(time * 1000), new Date(before * 1000)];
  if (at.getFullYear() !== last.getFullYear()) return YEAR;
  if (at.getMonth() !== last.getMonth()) return MONTH;
  if (at.getDate() !== last.getDate()) return DAY;
  const [now, then] = [wall(at), wall(last)];
  return SPANS.find(([span]) => Math.floor(now / span) !== Math.floor(then / span))?.[1] ?? 0;
}

/**
 * Sets the weights of the points from `start` on. The first point is compared with one before it at the mean distance
 * of the others.
 *
 * @param {{originalTime: unknown, timeWeight: number}[]} points ordered by time @param {number} start
 */
export function weigh(points, start) {
  const times = points.map(({ originalTime }) => Number(originalTime));
  const [first = 0] = times;
  const step = times.length > 1 ? Math.ceil(((times.at(-1) ?? first) - first) / (times.length - 1)) : 0;
  for (const [i, point] of points.entries()) {
    if (i < start) continue;
    point.timeWeight = weight(times[i] ?? 0, times[i - 1] ?? first - step);
  }
}
