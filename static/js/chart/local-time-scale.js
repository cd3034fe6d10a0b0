/**
 * The chart library's time axis with marks at the days and hours of the local time zone, and without marks that would
 * be cut off at an edge. The library itself weighs marks by UTC, and draws as much of a mark as fits.
 *
 * @import {ITimeScaleApi, LocalizationOptions, Logical, TickMark, Time} from "lightweight-charts"
 */

import { defaultHorzScaleBehavior } from "../../vendor/lightweight-charts/dist/lightweight-charts.standalone.production.mjs";
import { weigh } from "./time-marks.js";

export class LocalTimeScale extends defaultHorzScaleBehavior() {
  #pen = document.createElement("canvas").getContext("2d");
  /** @type {ITimeScaleApi<Time>|null} */
  #axis = null;
  #written = 0;

  /** Draws only whole marks from now on. @param {ITimeScaleApi<Time>} axis @param {string} font the widest they use */
  fitInto(axis, font) {
    this.#axis = axis;
    if (this.#pen) this.#pen.font = font;
  }

  /** @param {readonly {originalTime: unknown, timeWeight: any}[]} points @param {number} start */
  fillWeightsForPoints(points, start = 0) {
    weigh([...points], start);
  }

  /** Defeats the library's cache of mark texts: a text depends on where the mark is. */
  cacheKey() {
    this.#written += 1;
    return this.#written;
  }

  /** @param {TickMark} mark @param {LocalizationOptions<Time>} options */
  formatTickmark(mark, options) {
    const text = super.formatTickmark(mark, options);
    return this.#isWhole(text, /** @type {number} */ (mark.index)) ? text : "";
  }

  /** Whether a mark with this text has room around its bar. @param {string} text @param {number} index */
  #isWhole(text, index) {
    const at = this.#axis?.logicalToCoordinate(/** @type {Logical} */ (index)) ?? null;
    if (this.#axis === null || this.#pen === null || at === null) return true;
    const half = this.#pen.measureText(text).width / 2;
    return at >= half && at + half <= this.#axis.width();
  }
}
