/**
 * Rows of the stream monitor, one per event.
 *
 * @import {OrderEvent} from "../orders/order.js"
 * @import {Widest} from "../text/digits.js"
 */

import { KIND_WORDS } from "../orders/order.js";
import { isolate } from "../text/bidi.js";
import { integer, localTime, utc } from "../text/format.js";
import { make, nameRoles, setGrouped, setText } from "../ui/dom.js";
import { changeText } from "./event-words.js";

const NAMES = ["seq numeric", "at", "kind", "symbol", "side", "order numeric", "changes", "source"];
/** Columns of numbers, which are never truncated: by index, the key of their width. @type {Record<number, string>} */
const NUMBERS = { 0: "seq", 1: "at", 5: "order" };

export function newEventRow() {
  const row = make("tr", "", ...NAMES.map((name) => make("td", `event-${name}`)));
  nameRoles(row);
  return row;
}

/** @param {string} text */
export function newHeading(text) {
  const row = make("tr", "monitor-heading", make("td", "", text));
  nameRoles(row);
  return row;
}

/** The texts of an event's cells. @param {OrderEvent} event */
function textsOf(event) {
  const { seq, kind, order, at, source, actor } = event;
  const changes = changeText(event);
  return [
    integer(seq),
    localTime(at),
    KIND_WORDS[kind] ?? kind,
    order.symbol,
    order.side.toUpperCase(),
    String(order.id),
    order.text !== "" && kind === "rejected" ? `${isolate(order.text)} · ${changes}` : changes,
    actor && actor !== order.user ? `${source}, ${isolate(actor)}` : source,
  ];
}

/** @param {HTMLTableRowElement} row @param {OrderEvent} event @param {Widest} widest @returns {HTMLTableRowElement} */
export function writeEvent(row, event, widest) {
  const { kind, order, at } = event;
  if (row.dataset.kind !== kind) row.dataset.kind = kind;
  if (row.dataset.side !== order.side) row.dataset.side = order.side;
  textsOf(event).forEach((text, i) => {
    const cell = row.cells[i];
    if (cell && i === 0) setGrouped(cell, text);
    else if (cell) setText(cell, text);
    const column = NUMBERS[i];
    if (column) widest.take(column, text);
  });
  const [, time] = row.cells;
  if (!time) return row;
  time.dataset.at = at;
  time.title = utc(at);
  return row;
}
