/**
 * How much a moment weighs as a mark on a time axis, by the clock of the person who looks at it: the first of a day more
 * than any hour, a full hour more than a half. The weights are those of the chart library, which knows UTC alone.
 */

const YEAR = 70;
const MONTH = 60;
export const DAY = 50;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What begins with a moment, the longest first. @type {[number, number][]} */
const SPANS = [
  [12 * HOUR_MS, 33],
  [6 * HOUR_MS, 32],
  [3 * HOUR_MS, 31],
  [HOUR_MS, 30],
  [30 * MINUTE_MS, 22],
  [5 * MINUTE_MS, 21],
  [MINUTE_MS, 20],
];

/** What a clock on the wall shows, as if that were UTC. @param {Date} at */
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

/** Weighs the points from `start` on. What lies before the first of all is taken to be as far away as the others are from each other. @param {{originalTime: unknown, timeWeight: number}[]} points in the order of time @param {number} start */
export function weigh(points, start) {
  const times = points.map(({ originalTime }) => Number(originalTime));
  const [first = 0] = times;
  const step = times.length > 1 ? Math.ceil(((times.at(-1) ?? first) - first) / (times.length - 1)) : 0;
  for (const [i, point] of points.entries()) {
    if (i < start) continue;
    point.timeWeight = weight(times[i] ?? 0, times[i - 1] ?? first - step);
  }
}
