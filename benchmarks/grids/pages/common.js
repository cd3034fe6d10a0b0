/** What both grids' pages share: the product's own columns and words, and the events from the same socket. */

import { COLUMNS, cellText } from "/grids/js/orders/columns.js";

const HIDDEN = new Set(["id", "user", "version", "updated_at", "arrival_price"]);
const DECIMALS = 2;

/** The columns that the order monitor shows in a window of this size. */
export const columns = COLUMNS.filter(({ field }) => !HIDDEN.has(field));

export function text(field, order) {
  return cellText(field, order, DECIMALS);
}

/** `changed` and `placed` get one frame's orders. */
export function follow(changed, placed) {
  const socket = new WebSocket(`ws://${location.host}/ws/`);
  socket.addEventListener("message", ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.type !== "events") return;
    const news = frame.events.filter(({ kind }) => kind === "created").map(({ order }) => order);
    const rest = frame.events.filter(({ kind }) => kind !== "created").map(({ order }) => order);
    if (news.length > 0) placed(news);
    if (rest.length > 0) changed(rest);
  });
  return new Promise((open) => socket.addEventListener("open", open));
}

/** What the benchmark asks of a page; every page has its own way to a cell. */
export function offer(cell, top) {
  window.bench = {
    cell,
    top,
    wrong: (orders) =>
      orders.flatMap((order) =>
        columns
          .filter(({ field }) => cell(order.id, field) && cell(order.id, field).textContent !== text(field, order))
          .map(({ field }) => `${order.id} ${field}: ${cell(order.id, field).textContent}, not ${text(field, order)}`),
      ),
  };
}
