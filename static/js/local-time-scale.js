/**
 * The chart library's time axis with the marks of the person's own days and hours. The library itself weighs them by UTC.
 */

import { defaultHorzScaleBehavior } from "../vendor/lightweight-charts/dist/lightweight-charts.standalone.production.mjs";
import { weigh } from "./time-marks.js";

export class LocalTimeScale extends defaultHorzScaleBehavior() {
  /** @param {readonly {originalTime: unknown, timeWeight: any}[]} points @param {number} start */
  fillWeightsForPoints(points, start = 0) {
    weigh([...points], start);
  }
}
