/** The forecasts on the page: all of their parts where the server has any, and none where it has not. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { startForecasts } from "../../../static/js/forecast/start.js";
import { frame, makeDocument } from "../elements.js";
import { order } from "../server.js";

const URLS = { forecastsUrl: "/api/forecasts/", forecastTouchUrl: "/api/forecasts/touch/" };

let page;
let parts;
/** @type {any[]} */
let sent;

beforeEach(() => {
  page = makeDocument();
  sent = [];
  const socket = Object.assign(new EventTarget(), { state: "open", send: (each) => sent.push(each) > 0 });
  const rows = { inSight: [], touched: () => {} };
  const book = Object.assign(new EventTarget(), { orders: [order({ id: 12 })], rows, wrote: () => {}, work: {} });
  parts = { socket, api: { get: () => new Promise(() => {}) }, book, ticket: new EventTarget() };
});

test("without their addresses nothing is started", () => {
  startForecasts(parts, {});
  parts.socket.dispatchEvent(new Event("state"));
  assert.deepEqual([sent, page.listeners, parts.book.work], [[], {}, {}]);
});

test("table, details and ticket follow them", () => {
  startForecasts(parts, URLS);
  parts.socket.dispatchEvent(new Event("state"));
  assert.deepEqual(sent, [{ type: "subscribe", stream: "forecasts", orders: [12], id: "forecasts" }]);
  page.hidden = true;
  page.listeners.visibilitychange();
  assert.equal(sent.at(-1).type, "unsubscribe");
  page.hidden = false;

  const details = parts.book.work.extra();
  details.show(order());
  assert.equal(details.element.hidden, false);
  details.close();

  const line = page.querySelector("[data-ticket=touch]");
  const detail = { symbol: "AAPL", side: "buy", order_type: "market" };
  parts.ticket.dispatchEvent(new CustomEvent("terms", { detail }));
  assert.equal(line.hidden, true);
  frame();
});
