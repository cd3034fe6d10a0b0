/**
 * The chart's keys and buttons: scroll in time, zoom, and candles or a line, which is remembered.
 *
 * @import {Store} from "../ui/store.js"
 * @import {ChartPlot} from "./plot.js"
 */

import { find } from "../ui/dom.js";
import { composes } from "../ui/keys.js";
import { newest, oldest, scrolled, zoomed } from "./bar-range.js";

const REMEMBERED = "chart-candles";
/** Share of the visible range scrolled by one step. */
const STEP = 0.1;
const ZOOM = 1.25;

/** @type {Record<string, (plot: ChartPlot) => void>} by the name of their button */
const MOVES = {
  oldest: (plot) => plot.move((range, count, { most }) => oldest(range, count, most)),
  earlier: (plot) => plot.move((range, count, { most }) => scrolled(range, -STEP, count, most)),
  later: (plot) => plot.move((range, count, { most }) => scrolled(range, STEP, count, most)),
  newest: (plot) => plot.move((range, count, { usual }) => newest(range, count, usual)),
  closer: (plot) => plot.move((range, count, { most }) => zoomed(range, 1 / ZOOM, count, most)),
  wider: (plot) => plot.move((range, count, { most }) => zoomed(range, ZOOM, count, most)),
};
/** @type {Record<string, string>} */
const KEYS = {
  Home: "oldest",
  ArrowLeft: "earlier",
  ArrowRight: "later",
  End: "newest",
  "+": "closer",
  "=": "closer",
  "-": "wider",
};

/** Whether the user has chosen candles; else a line. @param {Store} store */
export function wantsCandles(store) {
  return store.get(REMEMBERED, true);
}

/** @param {HTMLElement} root @param {ChartPlot} plot @param {Store} store */
export function control(root, plot, store) {
  const face = find("[data-chart=face]", root);
  face.addEventListener("keydown", (event) => {
    const move = MOVES[KEYS[event.key] ?? ""];
    if (!move || event.altKey || event.ctrlKey || event.metaKey || composes(event)) return;
    event.preventDefault();
    move(plot);
  });
  // After a click the keys act on the chart.
  find("[data-chart=canvas]", root).addEventListener("click", () => face.focus({ preventScroll: true }));
  for (const [name, move] of Object.entries(MOVES)) {
    find(`[data-chart-do=${name}]`, root).addEventListener("click", () => move(plot));
  }
  const kind = find("[data-chart-do=candles]", root);
  const showKind = () => kind.setAttribute("aria-pressed", String(plot.candles));
  kind.addEventListener("click", () => {
    plot.candles = !plot.candles;
    store.set(REMEMBERED, plot.candles);
    showKind();
  });
  showKind();
}
