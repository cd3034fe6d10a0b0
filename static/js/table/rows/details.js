/**
 * The details under a row: all fields of the order, including hidden columns, and its history.
 *
 * Updated in place, so that selection and focus survive changes of the order.
 *
 * @import {Api} from "../../net/api.js"
 * @import {Figure} from "../../orders/columns.js"
 * @import {Column} from "../../orders/tables.js"
 * @import {Field, Order, OrderEvent} from "../../orders/order.js"
 * @import {Instruments} from "../../symbols/instruments.js"
 *
 * @typedef {object} Extra a part of the details that another room makes
 * @property {HTMLElement} element
 * @property {(order: Order) => void} show called when the order has changed
 * @property {() => void} close called once, at the end
 */

import { LatestRequest } from "../../net/latest-request.js";
import { cellText, cellTitle, LAYOUT, TOUCH } from "../../orders/columns.js";
import { KIND_WORDS } from "../../orders/order.js";
import { changeText } from "../../stream/event-words.js";
import { isolate } from "../../text/bidi.js";
import { localTime, utc } from "../../text/format.js";
import { actionButton, make, setHidden, setText } from "../../ui/dom.js";

/** Max events per answer. */
const LIMIT = 1000;

/**
 * Reads the whole history, in several requests if necessary.
 *
 * @param {Api} api @param {string} url @param {AbortSignal} signal @returns {Promise<OrderEvent[]>} oldest first
 */
async function historyOf(api, url, signal) {
  /** @type {OrderEvent[]} */
  const events = [];
  let isWhole = false;
  while (!isWhole) {
    const after = String(events.at(-1)?.seq ?? 0);
    const params = new URLSearchParams({ after, limit: String(LIMIT) });
    /** @type {{results: OrderEvent[]}} */
    const { results } = await api.get(url, params, signal);
    events.push(...results);
    isWhole = results.length < LIMIT;
  }
  return events;
}

/** Builds the elements of a field. @param {Column|Figure} column */
function part(column) {
  const name = "figure" in column ? column.figure : column.field;
  const text = "figure" in column ? make("dd", "figure") : make("bdi", "");
  // TableFigures writes it if there are prices, as long as the details are open.
  if ("figure" in column) text.dataset.figure = name;
  const value = "figure" in column ? text : make("dd", "", text);
  if (name === "symbol") value.append(" ", actionButton("chart", "Chart", "quiet-button"));
  const whole = make("div", `details-${name}`, make("dt", "", column.title), value);
  whole.hidden = true;
  return { name, whole, text };
}

/** @param {OrderEvent} event @param {HTMLLIElement} line */
function writeEvent(event, line) {
  if (line.childElementCount === 0) {
    line.append(make("time", ""), make("b", ""), make("span", ""), make("span", "muted"));
  }
  const by = event.actor ? `${event.source}, ${isolate(event.actor)}` : event.source;
  const texts = [localTime(event.at), KIND_WORDS[event.kind] ?? event.kind, changeText(event), by];
  texts.forEach((text, i) => {
    const place = line.children[i];
    if (place) setText(place, text);
  });
  const time = /** @type {HTMLElement} */ (line.firstElementChild);
  time.dataset.at = event.at;
  time.title = utc(event.at);
}

export class Details {
  #parts = LAYOUT.filter((column) => column !== TOUCH).map(part);
  #fields = make("dl", "details-fields", ...this.#parts.map(({ whole }) => whole));
  #list = make("ol", "details-history");
  #note = make("p", "details-note muted");
  #history = make("div", "details-scroll", this.#list);
  #side = make("div", "details-side", this.#history, this.#note);
  element = make("div", "details", this.#fields, this.#side);
  #api;
  #instruments;
  #inquiry = new LatestRequest(() => this.#tell("The history could not be read, trying again …"));
  /** Each event's line, by its number. @type {Map<number, HTMLLIElement>} */
  #lines = new Map();
  /** @type {OrderEvent[]} */
  #events = [];
  #version = 0;
  #shown = "";
  #extra;

  /** @param {Api} api @param {Instruments} instruments @param {Extra|null} [extra] */
  constructor(api, instruments, extra = null) {
    this.#api = api;
    this.#instruments = instruments;
    this.#extra = extra;
    if (extra) this.#side.append(extra.element);
    this.#history.tabIndex = 0;
    this.#history.setAttribute("role", "region");
    this.#history.setAttribute("aria-label", "History");
    this.#note.setAttribute("role", "status");
  }

  /**
   * Shows this order; reads its history again if the order has changed.
   *
   * @param {Order} order @param {string} url of its history
   */
  show(order, url) {
    const decimals = this.#instruments.decimals(order.symbol);
    const shown = `${order.version} ${decimals} ${new Date().toDateString()}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    for (const { name, whole, text } of this.#parts) {
      if (text.dataset.figure !== undefined) continue;
      const field = /** @type {Field} */ (name);
      setText(text, cellText(field, order, decimals));
      setHidden(whole, text.textContent === "");
      text.title = cellTitle(field, order);
      if (field.endsWith("_at")) text.dataset.at = String(order[field]);
    }
    const chart = /** @type {HTMLElement|null} */ (this.#fields.querySelector("[data-action=chart]"));
    if (chart) chart.dataset.symbol = order.symbol;
    this.#extra?.show(order);
    this.#write(this.#events);
    if (order.version !== this.#version) this.#read(url);
    this.#version = order.version;
  }

  /** Stops reading, after the details were closed. */
  close() {
    this.#inquiry.stop();
    this.#extra?.close();
  }

  /** @param {string} url */
  async #read(url) {
    try {
      // Latest wins: a newer request aborts this one.
      const events = await this.#inquiry.ask((signal) => historyOf(this.#api, url, signal));
      if (events === null) return;
      this.#write(events);
      this.#tell("");
    } catch {
      this.#tell("The history could not be read.");
    }
  }

  /** @param {OrderEvent[]} events */
  #write(events) {
    this.#events = events;
    const lines = events.map((event) => {
      const line = this.#lines.get(event.seq) ?? make("li", "");
      writeEvent(event, line);
      return line;
    });
    this.#lines = new Map(events.map(({ seq }, i) => [seq, /** @type {HTMLLIElement} */ (lines[i])]));
    const kept = new Set(lines);
    for (const line of [...this.#list.querySelectorAll("li")]) if (!kept.has(line)) line.remove();
    lines.forEach((line, i) => {
      if (this.#list.children[i] !== line) this.#list.insertBefore(line, this.#list.children[i] ?? null);
    });
  }

  /** @param {string} text */
  #tell(text) {
    setText(this.#note, text);
    setHidden(this.#note, text === "");
  }
}
