/**
 * All fields of an order under its row, those that the layout hides among them, and what has happened to it.
 *
 * @import {Api} from "./api.js"
 * @import {FigureName} from "./columns.js"
 * @import {Order, OrderEvent} from "./order.js"
 * @import {Instruments} from "./instruments.js"
 */

import { cellText, cellTitle, LAYOUT } from "./columns.js";
import { changeText } from "./event-words.js";
import { actionButton, make } from "./dom.js";
import { localTime, utc } from "./format.js";
import { KIND_WORDS } from "./order.js";

/** Written where there are prices, as long as this is open. @param {FigureName} figure @param {string} title */
function figurePart(figure, title) {
  const text = make("dd", "figure");
  text.dataset.figure = figure;
  const part = make("div", `details-${figure}`, make("dt", "", title), text);
  part.hidden = true;
  return part;
}

/** @param {Order} order @param {Instruments} instruments */
function fieldList(order, instruments) {
  const list = make("dl", "details-fields");
  for (const column of LAYOUT) {
    const { title } = column;
    if ("figure" in column) {
      list.append(figurePart(column.figure, title));
      continue;
    }
    const { field } = column;
    const value = cellText(field, order, instruments.decimals(order.symbol));
    if (value === "") continue;
    const text = make("dd", "", value);
    text.title = cellTitle(field, order);
    if (field === "symbol") text.append(" ", chartButton(order.symbol));
    list.append(make("div", `details-${field}`, make("dt", "", title), text));
  }
  return list;
}

/** @param {string} symbol */
function chartButton(symbol) {
  const button = actionButton("chart", "Chart", "quiet-button");
  button.dataset.symbol = symbol;
  return button;
}

/** @param {OrderEvent} event */
function historyLine(event) {
  const time = make("time", "", localTime(event.at));
  time.title = utc(event.at);
  const by = event.actor ? `${event.source}, ${event.actor}` : event.source;
  return make(
    "li",
    "",
    time,
    make("b", "", KIND_WORDS[event.kind] ?? event.kind),
    changeText(event),
    make("span", "muted", by),
  );
}

export class Details {
  element = make("div", "details");
  #api;
  #instruments;
  #history = make("ol", "details-history");
  #version = 0;

  /** @param {Api} api @param {Instruments} instruments */
  constructor(api, instruments) {
    this.#api = api;
    this.#instruments = instruments;
  }

  /** Shows this order; its history is read again where the order has moved on. @param {Order} order @param {string} url of its history */
  async show(order, url) {
    if (order.version === this.#version) return;
    this.#version = order.version;
    this.element.replaceChildren(fieldList(order, this.#instruments), this.#history);
    try {
      /** @type {{results: OrderEvent[]}} */
      const { results } = await this.#api.get(url);
      this.#history.replaceChildren(...results.map(historyLine));
    } catch {
      this.#history.replaceChildren(make("li", "muted", "The history could not be read."));
    }
  }
}
