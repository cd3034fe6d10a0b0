/**
 * The empty chart: its axes, how it scrolls and zooms, and what it opens with.
 *
 * @import {DeepPartial, IChartApi, ITimeScaleApi, Time, TimeChartOptions} from "lightweight-charts"
 */

import {
  CrosshairMode,
  createChartEx,
  TickMarkType,
} from "../../vendor/lightweight-charts/dist/lightweight-charts.standalone.production.mjs";
import { BAR_PIXELS, MARGIN, opening } from "./bar-range.js";
import { LocalTimeScale } from "./local-time-scale.js";
import { momentText, tickText } from "./words.js";

const TYPE_PIXELS = 12;

/** @param {HTMLElement} host @returns {IChartApi} */
export function newChart(host) {
  const { fontFamily } = getComputedStyle(host);
  /** @type {DeepPartial<TimeChartOptions>} */
  const options = {
    autoSize: true,
    crosshair: { mode: CrosshairMode.Normal },
    handleScroll: { vertTouchDrag: false },
    layout: { attributionLogo: true, fontFamily, fontSize: TYPE_PIXELS },
    localization: {
      dateFormat: "dd MMM yyyy",
      timeFormatter: (/** @type {Time} */ time) => momentText(Number(time)),
    },
    rightPriceScale: { entireTextOnly: true, scaleMargins: { top: 0.12, bottom: 0.1 } },
    timeScale: {
      barSpacing: BAR_PIXELS,
      rightOffset: MARGIN,
      // The minutes ahead are on the axis before they have bars: a new bar moves the others all the same.
      allowShiftVisibleRangeOnWhitespaceReplacement: true,
      timeVisible: true,
      secondsVisible: false,
      tickMarkFormatter: (/** @type {Time} */ time, /** @type {TickMarkType} */ type) =>
        tickText(Number(time), type <= TickMarkType.DayOfMonth),
    },
  };
  const marks = new LocalTimeScale();
  const chart = /** @type {IChartApi} */ (createChartEx(host, marks, options));
  marks.fitInto(chart.timeScale(), `bold ${TYPE_PIXELS}px ${fontFamily}`);
  return chart;
}

/** The distance of bars and the space ahead of the newest with which the chart opens an instrument. */
export class Opening {
  #scale;
  #now = { barSpacing: BAR_PIXELS, rightOffset: MARGIN };

  /** @param {ITimeScaleApi<Time>} scale */
  constructor(scale) {
    this.#scale = scale;
  }

  /** Bars of space ahead where so many are in sight: the same share, and no more than it opens with. @param {number} bars */
  aheadOf(bars) {
    const { barSpacing, rightOffset } = this.#now;
    const share = (rightOffset * barSpacing) / this.#scale.width();
    return Math.max(MARGIN, Math.min(rightOffset, share * bars));
  }

  /** Makes room for so many bars, or as many as fit: at once unless the user has moved. @param {number} bars */
  set ahead(bars) {
    const next = opening(this.#scale.width(), bars);
    if (next.barSpacing === this.#now.barSpacing && next.rightOffset === this.#now.rightOffset) return;
    const range = this.#isMoved ? this.#scale.getVisibleLogicalRange() : null;
    this.#scale.applyOptions(next);
    if (range) this.#scale.setVisibleLogicalRange(range);
    this.#now = next;
  }

  get #isMoved() {
    const { barSpacing, rightOffset } = this.#now;
    const by = [this.#scale.options().barSpacing - barSpacing, this.#scale.scrollPosition() - rightOffset];
    return by.some((difference) => Math.abs(difference) > 0.01);
  }
}
