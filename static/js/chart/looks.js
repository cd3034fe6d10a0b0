/**
 * Styles of everything on the chart, in the colours of a theme. Side, state and direction do not rely on colour alone:
 * words, dashes and shapes show them as well.
 *
 * @import {SeriesMarker, Time, UTCTimestamp} from "lightweight-charts"
 * @import {FillMark} from "../stream/fills.js"
 * @import {Colours} from "./colours.js"
 * @import {Line} from "./order-lines.js"
 */

import {
  ColorType,
  LineStyle,
} from "../../vendor/lightweight-charts/dist/lightweight-charts.standalone.production.mjs";

/** @param {number} time unix seconds */
export function stamp(time) {
  return /** @type {UTCTimestamp} */ (time);
}

/** @param {Colours} colours */
export function chartLooks({ surface, muted, line, lineStrong }) {
  return {
    layout: { background: { type: ColorType.Solid, color: surface }, textColor: muted },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    crosshair: { vertLine: { color: muted }, horzLine: { color: muted } },
    rightPriceScale: { borderColor: lineStrong },
    timeScale: { borderColor: lineStrong },
  };
}

/** Rising candles are hollow, falling ones are filled. @param {Colours} colours */
export function candleLooks({ surface, rise, fall }) {
  const bodies = { upColor: surface, downColor: fall, borderUpColor: rise, borderDownColor: fall };
  return { ...bodies, wickUpColor: rise, wickDownColor: fall };
}

/** @param {Colours} colours */
export function lineLooks({ text }) {
  return { color: text, lineWidth: /** @type {const} */ (1) };
}

/** @param {Colours} colours */
export function coneLooks({ coneFar, coneNear, coneEdge }) {
  return { fills: [coneFar, coneNear], edge: coneEdge };
}

/**
 * Replaces the library's own line, which would have the colour of the last candle's body, perhaps hollow.
 *
 * @param {number} price @param {Colours} colours
 */
export function lastPriceLine(price, { text, surface }) {
  return { ...priceLine(price, text, surface, LineStyle.SparseDotted), title: "" };
}

/** @param {Line} line @param {Colours} colours */
export function orderLine({ price, side, isStop, isWaiting, title }, colours) {
  const resting = isStop ? LineStyle.LargeDashed : LineStyle.Solid;
  const style = isWaiting ? LineStyle.Dotted : resting;
  return { ...priceLine(Number(price), colours[side], colours.onSide, style), title };
}

/** @param {number} price @param {string} color @param {string} axisLabelTextColor @param {LineStyle} lineStyle */
function priceLine(price, color, axisLabelTextColor, lineStyle) {
  const label = { axisLabelVisible: true, axisLabelColor: color, axisLabelTextColor };
  return { price, color, lineWidth: /** @type {const} */ (1), lineStyle, ...label };
}

/** @param {FillMark} mark @param {Colours} colours @returns {SeriesMarker<Time>} */
export function fillMarker({ time, side, price, text }, colours) {
  const buys = side === "buy";
  const position = buys ? "atPriceBottom" : "atPriceTop";
  return { time: stamp(time), position, shape: buys ? "arrowUp" : "arrowDown", color: colours[side], price, text };
}
