/**
 * Joins the touch forecasts and the parts of the page that show them.
 *
 * @import {Api} from "../net/api.js"
 * @import {Socket} from "../net/socket.js"
 * @import {Order} from "../orders/order.js"
 * @import {Terms} from "./ticket-touch.js"
 * @import {OrderBook} from "./touch-column.js"
 *
 * @typedef {{element: HTMLElement, show: (order: Order) => void, close: () => void}} Extra a part of an order's details
 *
 * @typedef {object} Parts
 * @property {Socket} socket
 * @property {Api} api
 * @property {OrderBook & EventTarget & {work: {extra: () => Extra|null}}} book the order table
 * @property {EventTarget} ticket fires `terms` (detail: the order typed; null if there is none)
 */

import { find } from "../ui/dom.js";
import { Forecasts } from "./forecasts.js";
import { TicketTouch } from "./ticket-touch.js";
import { TouchColumn } from "./touch-column.js";
import { TouchDetails } from "./touch-details.js";

/** Does nothing if the server has no forecasts. @param {Parts} parts @param {DOMStringMap} dataset of the page */
export function startForecasts({ socket, api, book, ticket }, { forecastsUrl, forecastTouchUrl }) {
  if (forecastsUrl === undefined || forecastTouchUrl === undefined) return;
  const forecasts = new Forecasts(socket);
  document.addEventListener("visibilitychange", () => forecasts.looked());
  new TouchColumn(book, forecasts);
  book.work.extra = () => new TouchDetails(api, forecastsUrl);
  const line = new TicketTouch(find("[data-ticket=touch]"), api, forecastTouchUrl);
  ticket.addEventListener("terms", (event) => line.follow(/** @type {CustomEvent<Terms|null>} */ (event).detail));
}
