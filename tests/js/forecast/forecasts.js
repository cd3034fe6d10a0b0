/**
 * Forecasts as the server sends them.
 *
 * @import {Chance, Forecast} from "../../../static/js/forecast/words.js"
 */

/** @param {number} probability @param {number} [low] @param {number} [high] @returns {Chance} */
export function chance(probability, low = probability, high = probability) {
  return { probability, low, high };
}

const OF = { order: 12, symbol: "AAPL", side: "buy", price: "585.33" };

/** @param {number} minutes @param {Chance} touch @param {Partial<Forecast>} [more] @returns {Forecast} */
export function forecast(minutes, touch, more = {}) {
  const trade_through = chance(0.31, 0.29, 0.34);
  const as_of = "2026-12-01T14:00:00.123456Z";
  return { ...OF, minutes, touch, trade_through, median_minutes: 23.4, as_of, ...more };
}

/** @param {number} minutes @param {string} unavailable @param {number|null} [ready_in_minutes] @param {Partial<Forecast>} [more] @returns {Forecast} */
export function without(minutes, unavailable, ready_in_minutes = null, more = {}) {
  return { ...OF, minutes, unavailable, ready_in_minutes, ...more };
}
