/**
 * The drawing: candles or a line, working orders at their prices, fills where they happened, the cone ahead.
 * It and what it imports alone know the chart library, which is loaded with them.
 *
 * @import {IPriceLine, ISeriesApi, ISeriesMarkersPluginApi, SeriesType, Time} from "lightweight-charts"
 * @import {Bar} from "../prices/bars.js"
 * @import {FillMark} from "../stream/fills.js"
 * @import {BarRange} from "./bar-range.js"
 * @import {Slice} from "./cone/shape.js"
 * @import {Line} from "./order-lines.js"
 */

import {
  CandlestickSeries,
  createSeriesMarkers,
  LineSeries,
} from "../../vendor/lightweight-charts/dist/lightweight-charts.standalone.production.mjs";
import { grouped, priceText } from "../text/format.js";
import { kept } from "./bar-range.js";
import { themeColours, watchTheme } from "./colours.js";
import { ConeDrawing } from "./cone/drawing.js";
import { reaching } from "./cone/shape.js";
import { newChart, Opening } from "./frame.js";
import { candleLooks, chartLooks, coneLooks, fillMarker, lineLooks, orderLine, lastPriceLine, stamp } from "./looks.js";
import { changesTo, places, widened } from "./order-lines.js";

/** The longest time ahead that the chart opens with, in minutes. */
const MOST_AHEAD = 60;

export class ChartPlot {
  #chart;
  #opening;
  #cone;
  #candles;
  /** @type {ISeriesApi<SeriesType>} */
  #series;
  /** @type {ISeriesMarkersPluginApi<Time>} */
  #markers;
  /** The caller's own array, which keeps growing. @type {Bar[]} */
  #bars = [];
  /** @type {Map<string, Line>} */
  #lines = new Map();
  /** @type {Map<string, IPriceLine>} */
  #drawn = new Map();
  /** The line at the last price. @type {IPriceLine|null} */
  #lastLine = null;
  /** @type {FillMark[]} */
  #marks = [];
  #decimals = 2;
  /** Decimals of the axis. */
  #precision = 2;
  #colours = themeColours();

  /** @param {HTMLElement} host @param {boolean} candles @param {(time: number|null) => void} pointed called on hover */
  constructor(host, candles, pointed) {
    this.#candles = candles;
    this.#chart = newChart(host);
    // The library uses a table for layout only.
    host.querySelector("table")?.setAttribute("role", "presentation");
    this.#opening = new Opening(this.#chart.timeScale());
    this.#cone = new ConeDrawing(this.#chart);
    this.#series = this.#newSeries();
    this.#markers = createSeriesMarkers(this.#series, []);
    this.#paint();
    this.#chart.subscribeCrosshairMove(({ time }) => {
      const hasBar = typeof time === "number" && time <= (this.#bars.at(-1)?.time ?? 0);
      pointed(hasBar ? time : null);
    });
    watchTheme(() => {
      this.#colours = themeColours();
      this.#paint();
    });
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    const calm = () => this.#chart.applyOptions({ kineticScroll: { touch: !still.matches, mouse: false } });
    still.addEventListener("change", calm);
    calm();
  }

  get candles() {
    return this.#candles;
  }

  set candles(candles) {
    if (candles === this.#candles) return;
    this.#candles = candles;
    const scale = this.#chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    this.#chart.removeSeries(this.#series);
    this.#drawn.clear();
    this.#lastLine = null;
    this.#series = this.#newSeries();
    this.#markers = createSeriesMarkers(this.#series, []);
    this.#series.setData(this.#bars.map((bar) => this.#point(bar)));
    this.#paint();
    if (range) scale.setVisibleLogicalRange(range);
  }

  /** @param {number} decimals min decimals on the axis: an order's own price is never shown with fewer than it has */
  set decimals(decimals) {
    this.#decimals = decimals;
    this.#fitDecimals();
  }

  /** @param {Bar[]} bars oldest first @param {boolean} afresh whether to show the newest; else the view stays */
  show(bars, afresh) {
    const scale = this.#chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    const before = this.#bars;
    this.#bars = bars;
    this.#series.setData(bars.map((bar) => this.#point(bar)));
    this.#cone.place(bars);
    this.#showLast();
    if (afresh) {
      scale.resetTimeScale();
      this.#chart.priceScale("right").applyOptions({ autoScale: true });
      return;
    }
    const still = range && kept(range, before, bars);
    if (still) scale.setVisibleLogicalRange(still);
  }

  /** Redraws the time axis: days and hours may begin elsewhere, and the library caches the weight and text of marks. */
  showDay() {
    const scale = this.#chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    this.#series.setData([]);
    this.#series.setData(this.#bars.map((bar) => this.#point(bar)));
    if (range) scale.setVisibleLogicalRange(range);
    this.#chart.applyOptions({ localization: {} });
  }

  /** @param {Bar} bar the last bar shown, or a newer one already added to the array */
  update(bar) {
    this.#series.update(this.#point(bar));
    this.#cone.follow(this.#bars);
    this.#showLast();
  }

  /** @param {Map<string, Line>} lines */
  showLines(lines) {
    const { add, change, remove } = changesTo(this.#lines, lines);
    this.#lines = lines;
    this.#fitDecimals();
    for (const key of remove) {
      const line = this.#drawn.get(key);
      if (line) this.#series.removePriceLine(line);
      this.#drawn.delete(key);
    }
    for (const line of [...change, ...add]) this.#draw(line);
  }

  /** The texts of the lines drawn. */
  get titles() {
    const drawn = [...this.#lines.values()].filter(({ key }) => this.#drawn.has(key));
    return drawn.map((line) => `${line.title} at ${priceText(line.price, this.#decimals)}`);
  }

  /** @param {FillMark[]} marks ordered by time */
  showMarks(marks) {
    this.#marks = marks;
    this.#markers.setMarkers(marks.map((mark) => fillMarker(mark, this.#colours)));
  }

  /** @param {Slice[]} slices of the cone; none if there is no cone */
  showCone(slices) {
    this.#cone.show(slices, this.#bars);
  }

  /** Opens with room for the cone from now on; at once if nobody has moved. @param {boolean} isWanted */
  makeRoom(isWanted) {
    this.#opening.ahead = isWanted ? Math.min(MOST_AHEAD, this.#cone.length) : 0;
  }

  /**
   * Moves in time; `change` is told how many bars there are, and of how many there is space ahead: usually and at most.
   *
   * @param {(range: BarRange, count: number, ahead: {usual: number, most: number}) => BarRange} change
   */
  move(change) {
    const scale = this.#chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    if (range === null) return;
    const usual = this.#opening.aheadOf(range.to - range.from);
    const ahead = { usual, most: Math.max(usual, this.#cone.length) };
    scale.setVisibleLogicalRange(change(range, this.#bars.length, ahead));
  }

  get #format() {
    const precision = this.#precision;
    const formatter = (/** @type {number} */ value) => grouped(value.toFixed(precision));
    return { type: /** @type {const} */ ("custom"), formatter, minMove: 10 ** -precision };
  }

  #fitDecimals() {
    const precision = Math.max(this.#decimals, ...[...this.#lines.values()].map((line) => places(line.price)));
    if (precision === this.#precision) return;
    this.#precision = precision;
    this.#series.applyOptions({ priceFormat: this.#format });
  }

  /** @returns {ISeriesApi<SeriesType>} */
  #newSeries() {
    const series = this.#chart.addSeries(this.#candles ? CandlestickSeries : LineSeries, {
      priceFormat: this.#format,
      lastValueVisible: false,
      priceLineVisible: false,
    });
    series.applyOptions({
      autoscaleInfoProvider: (/** @type {() => any} */ original) => {
        const info = original();
        if (!info?.priceRange) return info;
        const prices = [...this.#lines.values()].map(({ price }) => Number(price));
        const lines = widened(info.priceRange, prices);
        const cone = reaching(info.priceRange, this.#cone.spread);
        const minValue = Math.min(lines.minValue, cone.minValue);
        return { ...info, priceRange: { minValue, maxValue: Math.max(lines.maxValue, cone.maxValue) } };
      },
    });
    series.attachPrimitive(this.#cone);
    return series;
  }

  /** @param {Bar} bar */
  #point({ time, open, high, low, close }) {
    if (!this.#candles) return { time: stamp(time), value: Number(close) };
    return { time: stamp(time), open: Number(open), high: Number(high), low: Number(low), close: Number(close) };
  }

  /** Draws everything in the colours of the theme, also what was not yet drawn on this series. */
  #paint() {
    const colours = this.#colours;
    this.#chart.applyOptions(chartLooks(colours));
    this.#series.applyOptions(this.#candles ? candleLooks(colours) : lineLooks(colours));
    this.#cone.paint(coneLooks(colours));
    for (const line of this.#lines.values()) this.#draw(line);
    this.#showLast();
    this.showMarks(this.#marks);
  }

  /** @param {Line} line */
  #draw(line) {
    const options = orderLine(line, this.#colours);
    const drawn = this.#drawn.get(line.key);
    if (drawn) drawn.applyOptions(options);
    else this.#drawn.set(line.key, this.#series.createPriceLine(options));
  }

  #showLast() {
    const last = this.#bars.at(-1);
    if (last === undefined) {
      if (this.#lastLine) this.#series.removePriceLine(this.#lastLine);
      this.#lastLine = null;
      return;
    }
    const options = lastPriceLine(Number(last.close), this.#colours);
    if (this.#lastLine) this.#lastLine.applyOptions(options);
    else this.#lastLine = this.#series.createPriceLine(options);
  }
}
