/**
 * Draws the curve of a touch: the interval as a band, the trade-through as a thinner line, marks at the table's horizons.
 *
 * @import {Forecast} from "./words.js"
 */

import { curve, LONGEST, xOf, yOf } from "./curve.js";
import { HORIZONS } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const SIZE = { width: 232, height: 96 };
/** Room for the axes' words, left and below. */
const LEFT = 36;
const BELOW = 18;
const ABOVE = 6;
const RIGHT = 26;
const SHARES = [0, 0.5, 1];

/** @param {string} tag @param {string} name its class @param {Record<string, string|number>} [attributes] */
function shape(tag, name, attributes = {}) {
  const made = document.createElementNS(SVG, tag);
  made.setAttribute("class", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** @param {string} text @param {Record<string, string|number>} attributes */
function word(text, attributes) {
  const made = shape("text", "curve-word", attributes);
  made.textContent = text;
  return made;
}

/** Lines and words of the axes: they never change. */
function axes() {
  const { width, height } = SIZE;
  const levels = SHARES.flatMap((share) => {
    const y = yOf(share, SIZE);
    const line = shape("line", "curve-grid", { x1: 0, x2: width, y1: y, y2: y });
    return [line, word(share === 1 ? "100 %" : String(100 * share), { x: -4, y: y + 3, "text-anchor": "end" })];
  });
  const times = [...HORIZONS, LONGEST].flatMap((minutes) => {
    const x = xOf(minutes, SIZE);
    const line = shape("line", "curve-grid", { x1: x, x2: x, y1: 0, y2: height });
    const text = minutes === LONGEST ? `${minutes} min` : String(minutes);
    return [line, word(text, { x, y: height + 14, "text-anchor": "middle" })];
  });
  return [...levels, ...times];
}

export class Picture {
  #band = shape("path", "curve-band");
  #through = shape("path", "curve-through");
  #line = shape("path", "curve-line");
  #marks = HORIZONS.map((minutes) => ({ minutes, dot: shape("circle", "curve-mark", { r: 3 }) }));
  element;

  constructor() {
    const { width, height } = SIZE;
    const box = `${-LEFT} ${-ABOVE} ${LEFT + width + RIGHT} ${ABOVE + height + BELOW}`;
    this.element = shape("svg", "curve", { viewBox: box, role: "img" });
    const dots = this.#marks.map(({ dot }) => dot);
    this.element.append(...axes(), this.#band, this.#through, this.#line, ...dots);
  }

  /** @param {Forecast[]} forecasts the nearest first @param {string} label what it shows, in words */
  show(forecasts, label) {
    const { line, band, through } = curve(forecasts, SIZE);
    this.#line.setAttribute("d", line);
    this.#band.setAttribute("d", band);
    this.#through.setAttribute("d", through);
    for (const { minutes, dot } of this.#marks) {
      const touch = forecasts.find((each) => each.minutes === minutes)?.touch;
      dot.setAttribute("visibility", touch ? "visible" : "hidden");
      dot.setAttribute("cx", xOf(minutes, SIZE).toFixed(1));
      dot.setAttribute("cy", yOf(touch?.probability ?? 0, SIZE).toFixed(1));
    }
    this.element.setAttribute("aria-label", label);
  }
}
