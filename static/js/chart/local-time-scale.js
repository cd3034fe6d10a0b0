/**
 * The chart library's time axis with the marks of the person's own days and hours, and none that would be cut at an edge.
 * The library itself weighs them by UTC, and draws as much of a mark as there is room for.
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

  /** From now on only whole marks are written. @param {ITimeScaleApi<Time>} axis @param {string} font that they have at most */
  fitInto(axis, font) {
    this.#axis = axis;
    if (this.#pen) this.#pen.font = font;
  }

  /** @param {readonly {originalTime: unknown, timeWeight: any}[]} points @param {number} start */
  fillWeightsForPoints(points, start = 0) {
    weigh([...points], start);
  }

  /** By which the library would remember what a mark says: that depends on where it stands by now. */
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
