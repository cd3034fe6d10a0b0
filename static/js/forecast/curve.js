/**
 * The curve of a touch over time, as paths of a picture: probability from 0 to 100 % over minutes on a square-root axis.
 *
 * Pure. Prices wander with the square root of time: on this axis the first minutes are not squeezed into a corner.
 *
 * @import {Chance, Forecast} from "./words.js"
 *
 * @typedef {{width: number, height: number}} Size
 *
 * @typedef {object} Curve paths in the picture's units; empty if there is nothing to draw
 * @property {string} line the touch
 * @property {string} band from low to high
 * @property {string} through the trade-through
 */

export const LONGEST = 240;
/** The minutes of a curve. */
export const MINUTES = [1, 5, 15, 30, 60, 120, LONGEST];

/** @param {number} minutes @param {Size} size */
export function xOf(minutes, { width }) {
  return width * Math.sqrt(minutes / LONGEST);
}

/** @param {number} share @param {Size} size */
export function yOf(share, { height }) {
  return height * (1 - Math.min(1, Math.max(0, share)));
}

/** @param {[number, number][]} places */
function points(places) {
  return places.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
}

/**
 * Nothing is touched in no time, unless the price is at the market already: the curves begin there.
 *
 * @param {Forecast[]} forecasts @param {"touch"|"trade_through"} what @param {keyof Chance} which @param {Size} size
 * @returns {[number, number][]}
 */
function places(forecasts, what, which, size) {
  const told = forecasts.flatMap(({ minutes, [what]: chance }) => (chance ? [{ minutes, share: chance[which] }] : []));
  const [first] = told;
  if (first === undefined) return [];
  const begin = first.share >= 1 ? 1 : 0;
  return [{ minutes: 0, share: begin }, ...told].map(({ minutes, share }) => [xOf(minutes, size), yOf(share, size)]);
}

/** @param {[number, number][]} line */
function path(line) {
  return line.length === 0 ? "" : `M${points(line)}`;
}

/** @param {Forecast[]} forecasts the nearest first @param {Size} size @returns {Curve} */
export function curve(forecasts, size) {
  const upper = places(forecasts, "touch", "high", size);
  const lower = places(forecasts, "touch", "low", size).reverse();
  return {
    line: path(places(forecasts, "touch", "probability", size)),
    band: upper.length === 0 ? "" : `M${points([...upper, ...lower])}Z`,
    through: path(places(forecasts, "trade_through", "probability", size)),
  };
}
