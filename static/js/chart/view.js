/**
 * The live chart of one instrument at a time: its history, continued by quotes of that instrument alone, and the user's
 * own orders and fills.
 *
 * @import {ApiError} from "../net/api.js"
 * @import {Bar} from "../prices/bars.js"
 * @import {Store} from "../ui/store.js"
 * @import {Sources} from "./chart.js"
 */

import { LatestRequest } from "../net/latest-request.js";
import { Bars } from "../prices/bars.js";
import { marksOf } from "../stream/fills.js";
import { percent, priceText } from "../text/format.js";
import { nextFrame } from "../ui/animation-frames.js";
import { find, setLines } from "../ui/dom.js";
import { ChartCone } from "./cone/cone.js";
import { control, wantsCandles } from "./controls.js";
import { ChartHead } from "./head.js";
import { showState } from "./note.js";
import { linesOf, places } from "./order-lines.js";
import { ChartOrders } from "./orders.js";
import { ChartPlot } from "./plot.js";
import { ChartTable } from "./table.js";
import { legendText, momentText } from "./words.js";

const OWNER = "chart";
/** Minutes that quotes have skipped are fetched, but at most this often. */
const HEAL_AFTER_MS = 60_000;
/** Max fills listed as text. */
const TOLD_FILLS = 20;

export class ChartView {
  #root;
  #sources;
  #head;
  #plot;
  #table;
  #cone;
  #orders;
  #bars = new Bars();
  #inquiry = new LatestRequest((error) => this.#failed(error, "Trying again …"));
  #symbol = "";
  /** Whether it follows its instrument; false while it is not visible. */
  #follows = false;
  /** Whether the history is loaded: without it nothing is drawn. */
  #loaded = false;
  #loadedAt = -Infinity;
  #away = "";
  /** The bar under the pointer. @type {number|null} */
  #pointed = null;
  #drawLines = () => this.#showLines();
  #drawMarks = () => this.#showMarks();

  /** @param {HTMLElement} root @param {Store} store @param {Sources} sources */
  constructor(root, store, sources) {
    this.#root = root;
    this.#sources = sources;
    this.#head = new ChartHead(root);
    this.#plot = new ChartPlot(find("[data-chart=canvas]", root), wantsCandles(store), (time) => this.#point(time));
    control(root, this.#plot, store);
    this.#table = new ChartTable(root, () => this.#showTable());
    const { api, ordersUrl, eventsUrl, coneUrl, stream, prices } = sources;
    this.#cone = new ChartCone(root, store, {
      read: (symbol, signal) => api.get(coneUrl, new URLSearchParams({ symbol }), signal),
      clock: sources.clock,
      draw: (slices) => this.#plot.showCone(slices),
      makeRoom: (isWanted) => this.#plot.makeRoom(isWanted),
      decimals: () => this.#decimals,
      moment: momentText,
    });
    this.#orders = new ChartOrders(api, ordersUrl, eventsUrl, stream);
    this.#orders.addEventListener("changed", () => nextFrame(this.#drawLines));
    this.#orders.addEventListener("filled", () => nextFrame(this.#drawMarks));
    prices?.addEventListener("quotes", (event) => this.#take(/** @type {CustomEvent<Set<string>>} */ (event).detail));
  }

  /** Follows this instrument instead of the one before. @param {string} symbol */
  show(symbol) {
    if (symbol === this.#symbol && this.#follows) return;
    this.#orders.show(symbol);
    if (symbol !== this.#symbol) this.#change(symbol);
    this.#follows = true;
    this.#cone.show(symbol);
    this.#sources.prices?.watch(OWNER, [symbol]);
    this.#read();
  }

  /** Stops requests and quotes while the chart is not visible. */
  rest() {
    if (!this.#follows) return;
    this.#follows = false;
    this.#inquiry.stop();
    this.#cone.rest();
    this.#sources.prices?.watch(OWNER, []);
    this.#orders.show("");
  }

  /** Refetches data that may have been missed. */
  refetch() {
    if (!this.#follows) return;
    this.#orders.refetch();
    this.#read();
  }

  /** Why the server is not reachable; empty while it is. @param {string} reason */
  set away(reason) {
    if (reason === this.#away) return;
    this.#away = reason;
    this.#head.away = reason;
    this.#cone.away = reason !== "";
    if (reason === "") this.refetch();
  }

  /** Removes all orders and prices, after a sign-out. */
  empty() {
    this.rest();
    this.#orders.empty();
    this.#cone.show("");
    this.#change("");
    showState(this.#root, "idle");
  }

  /** Applies the loaded instruments: prices get their decimals. */
  showInstruments() {
    this.#plot.decimals = this.#axisDecimals;
    this.#showAll();
  }

  /** Rewrites times, after a change of day or of time zone. */
  showDay() {
    this.#plot.showDay();
    this.#showAll();
  }

  get #decimals() {
    return this.#sources.instruments.decimals(this.#symbol);
  }

  /** No fewer than a tick has: an administrator may have configured fewer. */
  get #axisDecimals() {
    return Math.max(this.#decimals, places(this.#sources.instruments.get(this.#symbol)?.tick_size ?? ""));
  }

  get #quote() {
    return this.#sources.prices?.quote(this.#symbol);
  }

  /** @param {string} symbol */
  #change(symbol) {
    this.#inquiry.stop();
    this.#symbol = symbol;
    this.#loaded = false;
    this.#pointed = null;
    this.#bars.clear();
    this.#plot.decimals = this.#axisDecimals;
    this.#plot.show([], true);
    showState(this.#root, "loading", `Loading ${symbol} …`);
    this.#showAll();
    this.#showLines();
  }

  async #read() {
    const params = new URLSearchParams({ symbol: this.#symbol });
    const { api, barsUrl } = this.#sources;
    this.#bars.begin();
    try {
      const answer = await this.#inquiry.ask((signal) => api.get(barsUrl, params, signal));
      if (answer !== null) this.#load(answer.bars);
    } catch (error) {
      this.#failed(/** @type {ApiError} */ (error), "");
    }
  }

  /** @param {Bar[]} history */
  #load(history) {
    const afresh = !this.#loaded;
    this.#bars.load(history);
    this.#loaded = true;
    this.#loadedAt = performance.now();
    const quote = this.#quote;
    if (quote) this.#bars.take(quote);
    this.#plot.show(this.#bars.all, afresh);
    this.#showAll();
  }

  /** Keeps what is already shown. @param {ApiError} error @param {string} hope */
  #failed(error, hope) {
    if (this.#loaded) return;
    const text = `The prices of ${this.#symbol} could not be read: ${error.message} ${hope}`.trim();
    showState(this.#root, "failed", text, true);
  }

  /** @param {Set<string>} symbols */
  #take(symbols) {
    const quote = this.#follows && symbols.has(this.#symbol) ? this.#quote : undefined;
    if (!quote) return;
    const taken = this.#bars.take(quote);
    this.#showPrice();
    if (!this.#loaded || taken === null) return;
    this.#plot.update(taken.bar);
    if (taken.isNew) this.#showAll();
    this.#showTable();
    this.#showLegend();
    if (taken.skipped && performance.now() - this.#loadedAt > HEAL_AFTER_MS) this.#read();
  }

  #showAll() {
    if (this.#loaded) {
      const empty = this.#bars.last === undefined;
      showState(this.#root, empty ? "empty" : "ready", empty ? `No prices yet for ${this.#symbol}` : "");
    }
    this.#showPrice();
    this.#showLegend();
    this.#showMarks();
    this.#showTable();
    this.#cone.rewrite();
  }

  #showPrice() {
    const quote = this.#quote;
    const last = priceText(quote?.last ?? this.#bars.last?.close ?? null, this.#decimals);
    this.#head.show({ symbol: this.#symbol, last, change: percent(quote?.change ?? null) });
  }

  /** @param {number|null} time */
  #point(time) {
    this.#pointed = time;
    this.#showLegend();
  }

  #showLegend() {
    const time = this.#pointed;
    const bar = time === null ? this.#bars.last : this.#bars.all.findLast((each) => each.time === time);
    this.#head.legend = legendText(bar, this.#decimals);
  }

  #showLines() {
    this.#plot.showLines(linesOf(this.#orders.working));
    this.#tell("orders", this.#plot.titles);
  }

  #showMarks() {
    const marks = marksOf(this.#orders.fills, this.#bars.all);
    this.#plot.showMarks(marks);
    this.#tell(
      "fills",
      marks.slice(-TOLD_FILLS).map(({ text }) => text),
    );
  }

  #showTable() {
    this.#table.show(this.#bars.all, this.#decimals);
  }

  /** Describes the chart's content as text, for screen readers. @param {string} list @param {string[]} texts */
  #tell(list, texts) {
    setLines(find(`[data-chart=${list}]`, this.#root), texts);
  }
}
