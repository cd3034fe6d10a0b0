/**
 * The cone on the chart, below the bars: two nested bands whose edges differ in their lines as well. Minutes that have
 * no bar yet get a place on the time axis, but no data: the newest bar stays the newest for the library.
 *
 * @import {IChartApi, ISeriesApi, ISeriesPrimitive, Logical, PrimitivePaneViewZOrder, SeriesAttachedParameter, SeriesType, Time, UTCTimestamp} from "lightweight-charts"
 * @import {CanvasRenderingTarget2D} from "fancy-canvas"
 * @import {Placed, Slice} from "./shape.js"
 *
 * @typedef {{fills: string[], edge: string}} ConeLooks a fill for each level, the widest first
 * @typedef {{x: number, low: number, high: number}} Point
 */

import { LineSeries } from "../../../vendor/lightweight-charts/dist/lightweight-charts.standalone.production.mjs";
import { LEVELS, placed, spread } from "./shape.js";

/** Of the edges of each level. */
const DASHES = [[3, 3], []];

/** @implements {ISeriesPrimitive<Time>} */
export class ConeDrawing {
  #chart;
  /** Without values: it only lengthens the time axis. */
  #axis;
  /** @type {Slice[]} */
  #slices = [];
  /** @type {Placed[]} */
  #placed = [];
  /** When the newest bar begins. */
  #newest = NaN;
  /** @type {ConeLooks} */
  #looks = { fills: [], edge: "" };
  /** @type {SeriesAttachedParameter<Time>|null} */
  #host = null;
  #views = [
    {
      zOrder: () => /** @type {PrimitivePaneViewZOrder} */ ("bottom"),
      renderer: () => ({ draw: (/** @type {CanvasRenderingTarget2D} */ target) => this.#draw(target) }),
    },
  ];

  /** @param {IChartApi} chart */
  constructor(chart) {
    this.#chart = chart;
    const quiet = { lastValueVisible: false, priceLineVisible: false, crosshairMarkerVisible: false };
    // On a price scale of its own, since the first series of a scale decides how its prices are written.
    this.#axis = chart.addSeries(LineSeries, { ...quiet, priceScaleId: "" });
  }

  /** @param {SeriesAttachedParameter<Time>} host */
  attached(host) {
    this.#host = host;
  }

  detached() {
    this.#host = null;
  }

  paneViews() {
    return this.#views;
  }

  /** @param {ConeLooks} looks */
  paint(looks) {
    this.#looks = looks;
    this.#host?.requestUpdate();
  }

  /** Minutes that it reaches ahead. */
  get length() {
    return Math.max(0, this.#slices.length - 1);
  }

  /** @param {Slice[]} slices @param {{time: number}[]} bars oldest first */
  show(slices, bars) {
    this.#slices = slices;
    this.place(bars);
  }

  /** Finds its place again if there is a newer bar. @param {{time: number}[]} bars */
  follow(bars) {
    if (bars.at(-1)?.time !== this.#newest) this.place(bars);
  }

  /** Finds its place among these bars. @param {{time: number}[]} bars oldest first */
  place(bars) {
    this.#newest = bars.at(-1)?.time ?? NaN;
    this.#placed = placed(this.#slices, bars);
    const ahead = Number.isNaN(this.#newest) ? [] : this.#slices.filter(({ time }) => time > this.#newest);
    this.#axis.setData(ahead.map(({ time }) => ({ time: /** @type {UTCTimestamp} */ (time) })));
    this.#host?.requestUpdate();
  }

  /** The prices that it reaches in sight; null if it is not in sight. */
  get spread() {
    const range = this.#chart.timeScale().getVisibleLogicalRange();
    return range && spread(this.#placed, range);
  }

  /** @param {CanvasRenderingTarget2D} target */
  #draw(target) {
    const host = this.#host;
    if (host === null || this.#placed.length < 2) return;
    target.useMediaCoordinateSpace(({ context }) => {
      for (const level of LEVELS.keys()) {
        const points = this.#points(host.series, level);
        context.fillStyle = this.#looks.fills[level] ?? "transparent";
        trace(context, [...points.map(highEnd), ...points.map(lowEnd).reverse()]);
        context.fill();
        context.strokeStyle = this.#looks.edge;
        context.lineWidth = 1;
        context.setLineDash(DASHES[level] ?? []);
        for (const end of [highEnd, lowEnd]) {
          trace(context, points.map(end));
          context.stroke();
        }
      }
      context.setLineDash([]);
    });
  }

  /** In pixels. @param {ISeriesApi<SeriesType>} series @param {number} level */
  #points(series, level) {
    const scale = this.#chart.timeScale();
    return this.#placed.flatMap(({ place, bounds }) => {
      const x = scale.logicalToCoordinate(/** @type {Logical} */ (place));
      const [low, high] = [bounds[level]?.low, bounds[level]?.high].map((price) =>
        series.priceToCoordinate(price ?? 0),
      );
      return x === null || low == null || high == null ? [] : [{ x, low, high }];
    });
  }
}

/** @param {Point} point @returns {[number, number]} */
function highEnd({ x, high }) {
  return [x, high];
}

/** @param {Point} point @returns {[number, number]} */
function lowEnd({ x, low }) {
  return [x, low];
}

/** @param {CanvasRenderingContext2D} context @param {[number, number][]} path */
function trace(context, path) {
  context.beginPath();
  for (const [x, y] of path) context.lineTo(x, y);
}
