/** A person's own orders on a chart: lines at their prices, fills where they happened, both following the stream. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { changesTo, linesOf, MOST_LINES, widened } from "../../../static/js/chart/order-lines.js";
import { ChartOrders } from "../../../static/js/chart/orders.js";
import { Api } from "../../../static/js/net/api.js";
import { fillOf, marksOf } from "../../../static/js/stream/fills.js";
import { order, Server } from "../server.js";

/** @import {Order, OrderEvent} from "../../../static/js/orders/order.js" */

const NINE = 1_784_970_000;

/** @param {Partial<Order>} fields */
function titles(fields) {
  return [...linesOf([order(fields)]).values()].map(({ title, price }) => `${title} @ ${price}`);
}

test("a line says side, quantity and what the order waits for", () => {
  assert.deepEqual(titles({}), ["BUY 18 @ 585.33"]);
  const partly = { side: /** @type {const} */ ("sell"), cum_qty: "6", leaves_qty: "12" };
  assert.deepEqual(titles(partly), ["SELL 12 of 18 @ 585.33"]);
  assert.deepEqual(titles({ status: "pending_new" }), ["BUY 18, waiting @ 585.33"]);
  assert.deepEqual(titles({ status: "pending_cancel" }), ["BUY 18, cancelling @ 585.33"]);
  assert.deepEqual(titles({ order_type: "stop", price: null, stop_price: "590" }), ["BUY 18 stop @ 590"]);
  assert.deepEqual(titles({ order_type: "stop_limit", stop_price: "590" }), [
    "BUY 18 stop @ 590",
    "BUY 18 after its stop @ 585.33",
  ]);
  assert.deepEqual(titles({ order_type: "market", price: null }), []);
});

test("orders of one side at one price share a line, which says what is left of them all", () => {
  const alike = [order({ id: 1 }), order({ id: 2, quantity: "0.1", leaves_qty: "0.1" }), order({ id: 3 })];
  const [, , third] = alike;
  if (third) Object.assign(third, { cum_qty: "17.8", leaves_qty: "0.2" });
  const other = [order({ id: 4, side: "sell" }), order({ id: 5, status: "pending_cancel" })];
  assert.deepEqual(
    [...linesOf([...alike, ...other]).values()].map(({ title }) => title),
    ["BUY 18, cancelling", "SELL 18", "BUY 18.3 in 3 orders"],
  );
});

test("only the newest orders have lines, so that prices stay visible", () => {
  const orders = Array.from({ length: MOST_LINES + 5 }, (_, i) => order({ id: i + 1, price: `${i + 1}` }));
  const prices = [...linesOf(orders).values()].map(({ price }) => price);
  assert.equal(prices.length, MOST_LINES);
  assert.equal(prices.includes("1"), false);
  assert.equal(prices.includes(`${MOST_LINES + 5}`), true);
});

test("only what differs is added, changed or removed", () => {
  const one = order({ id: 1, price: "1" });
  const two = order({ id: 2, price: "2" });
  const shown = linesOf([one, two, order({ id: 3, price: "3" })]);
  const four = order({ id: 4, price: "4" });
  const wanted = linesOf([one, { ...two, quantity: "19" }, four]);
  const { add, change, remove } = changesTo(shown, wanted);
  assert.deepEqual(
    add.map(({ price }) => price),
    ["4"],
  );
  assert.deepEqual(
    change.map(({ title, price }) => `${title} ${price}`),
    ["BUY 19 2"],
  );
  assert.deepEqual(remove, ["buy 3 limit"]);
  const again = changesTo(wanted, linesOf([four, { ...two, quantity: "19" }, one]));
  assert.deepEqual(again, { add: [], change: [], remove: [] });
  const moved = changesTo(linesOf([one]), linesOf([{ ...one, price: "1.5" }]));
  assert.deepEqual([moved.add.length, moved.change.length, moved.remove.length], [1, 0, 1]);
});

test("the scale reaches for lines nearby and leaves those far away", () => {
  const range = { minValue: 100, maxValue: 110 };
  assert.deepEqual(widened(range, [104, 96, 114.5, 500, 1]), { minValue: 96, maxValue: 114.5 });
  assert.deepEqual(widened(range, []), range);
});

/** @param {OrderEvent} event */
function filled(event) {
  const fill = fillOf(event);
  return fill && `${fill.side} ${fill.quantity} @ ${fill.price.toFixed(4)}`;
}

/** A part fill as the server tells of it. @param {Server} server @param {number} id @param {string} cum @param {string} average @param {string} kind */
function fill(server, id, cum, average, kind = "partially_filled") {
  const event = server.change(id, { cum_qty: cum, avg_price: average });
  return { ...event, kind };
}

test("what an event has filled is the difference to what was filled before", () => {
  const server = new Server();
  assert.equal(filled(server.place({ quantity: "18" })), null);
  assert.equal(filled(fill(server, 1, "6", "100")), "buy 6 @ 100.0000");
  assert.equal(filled(fill(server, 1, "6.50000001", "100")), "buy 0.50000001 @ 100.0000");
  assert.equal(filled(fill(server, 1, "13.00000002", "101", "filled")), "buy 6.50000001 @ 102.0000");
  assert.equal(filled({ ...fill(server, 1, "14", "101"), kind: "corrected" }), null);
  assert.equal(filled({ ...fill(server, 1, "3", "101") }), null);
  assert.equal(filled(server.change(1, { price: "99" })), null);
});

test("fills of one side in one minute are one mark, with their exact sum and average price", () => {
  const bars = [0, 60, 300].map((time) => ({
    time: NINE + time,
    open: "1",
    high: "1",
    low: "1",
    close: "1",
    volume: null,
  }));
  /** @param {number} at @param {"buy"|"sell"} side @param {string} quantity @param {number} price */
  const one = (at, side, quantity, price) => ({
    seq: at,
    symbol: "AAPL",
    side,
    quantity,
    price,
    at: (NINE + at) * 1000,
  });
  const marks = marksOf(
    [
      one(-5, "buy", "1", 9),
      one(5, "buy", "0.1", 10),
      one(6, "sell", "3", 11),
      one(50, "buy", "0.2", 13),
      one(200, "sell", "4", 12),
      one(900, "buy", "5", 12),
    ],
    bars,
  );
  assert.deepEqual(
    marks.map(({ time, text, price }) => `${time - NINE} ${text} ${price.toFixed(2)}`),
    ["0 B 0.3 (2) 12.00", "0 S 3 11.00", "60 S 4 12.00", "300 B 5 12.00"],
  );
});

/** An API whose answers the test gives by hand, in the order of the requests. */
class SlowApi extends Api {
  /** @type {{path: string, params: URLSearchParams, signal: AbortSignal, answer: (body: any) => Promise<void>}[]} */
  requests = [];

  constructor() {
    super("");
  }

  /** @override @param {string} path @param {URLSearchParams} params @param {AbortSignal} signal @returns {Promise<any>} */
  get(path, params, signal) {
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      const answer = (/** @type {any} */ body) => {
        resolve(body);
        return new Promise((settled) => setImmediate(() => settled(undefined)));
      };
      this.requests.push({ path, params, signal, answer: /** @type {(body: any) => Promise<void>} */ (answer) });
    });
  }

  /** @param {string} path */
  last(path) {
    const found = this.requests.findLast((request) => request.path === path);
    assert.ok(found);
    return found;
  }
}

function follow() {
  const api = new SlowApi();
  const stream = new EventTarget();
  const orders = new ChartOrders(api, "/orders/", "/events/", stream);
  const tell = (/** @type {OrderEvent[]} */ ...events) =>
    stream.dispatchEvent(new CustomEvent("events", { detail: { events } }));
  const working = () => orders.working.map(({ id, quantity }) => `${id} ${quantity}`).sort();
  return { api, stream, orders, tell, working };
}

test("working orders are read once and then follow the events of their instrument", async () => {
  const server = new Server();
  const { api, orders, tell, working } = follow();
  server.place();
  orders.show("AAPL");
  assert.equal(String(api.last("/orders/").params), "symbol=AAPL&tab=working&page_size=100");
  await api.last("/orders/").answer({ results: [...server.orders.values()] });
  assert.deepEqual(working(), ["1 18"]);

  tell(server.place({ quantity: "5" }), server.place({ symbol: "MSFT" }));
  assert.deepEqual(working(), ["1 18", "2 5"]);
  tell(server.change(1, { quantity: "19" }));
  assert.deepEqual(working(), ["1 19", "2 5"]);
  tell(server.change(1, { status: "canceled", leaves_qty: "0" }), server.delete(2));
  assert.deepEqual(working(), []);
});

test("an answer that is older than events brings nothing back and loses nothing", async () => {
  const server = new Server();
  const { api, orders, tell, working } = follow();
  server.place();
  server.place();
  orders.show("AAPL");
  const read = [...server.orders.values()];
  tell(server.change(1, { status: "canceled" }), server.delete(2), server.place({ quantity: "7" }));
  await api.last("/orders/").answer({ results: read });
  assert.deepEqual(working(), ["3 7"]);
});

test("an answer that is newer than events is not undone by them", async () => {
  const server = new Server();
  const { api, orders, tell, working } = follow();
  const late = [server.place(), server.change(1, { quantity: "19" })];
  server.change(1, { quantity: "20" });
  orders.show("AAPL");
  await api.last("/orders/").answer({ results: [...server.orders.values()] });
  tell(...late);
  assert.deepEqual(working(), ["1 20"]);
});

test("another instrument gives up the request for the first and never shows its orders", async () => {
  const server = new Server();
  const { api, orders, tell, working } = follow();
  server.place();
  orders.show("AAPL");
  const first = api.last("/orders/");
  orders.show("MSFT");
  assert.equal(first.signal.aborted, true);
  await first.answer({ results: [...server.orders.values()] });
  assert.deepEqual(working(), []);
  tell(server.change(1, { quantity: "19" }));
  assert.deepEqual(working(), []);
  orders.show("");
  assert.equal(api.last("/orders/").signal.aborted, true);
});

test("an order that is given another instrument leaves", async () => {
  const server = new Server();
  const { api, orders, tell, working } = follow();
  server.place();
  orders.show("AAPL");
  await api.last("/orders/").answer({ results: [...server.orders.values()] });
  tell(server.change(1, { symbol: "MSFT" }));
  assert.deepEqual(working(), []);
});

test("fills come from the newest thousand events, read once, and from every event since", async () => {
  const server = new Server();
  const { api, stream, orders, tell } = follow();
  server.place({ quantity: "18" });
  const first = fill(server, 1, "6", "100");
  orders.show("AAPL");
  assert.equal(String(api.last("/events/").params), "limit=1");
  await api.last("/events/").answer({ head: 1500, results: [] });
  assert.equal(String(api.last("/events/").params), "after=500&limit=1000");
  const second = fill(server, 1, "7", "100");
  tell(second);
  await api.last("/events/").answer({ head: 1500, results: [first, second] });
  tell(fill(server, 1, "9", "100"));
  assert.deepEqual(
    orders.fills.map(({ quantity }) => quantity),
    ["6", "1", "2"],
  );
  const asked = api.requests.filter(({ path }) => path === "/events/").length;
  orders.show("MSFT");
  assert.deepEqual(orders.fills, []);
  orders.show("AAPL");
  assert.equal(orders.fills.length, 3);
  assert.equal(api.requests.filter(({ path }) => path === "/events/").length, asked);
  stream.dispatchEvent(new CustomEvent("reset", { detail: 9 }));
  assert.equal(api.requests.filter(({ path }) => path === "/events/").length, asked + 1);
});
