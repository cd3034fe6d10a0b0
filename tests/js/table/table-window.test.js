/** The page of orders in the browser stays what the server would answer, by events alone wherever they decide it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { noFilters } from "../../../static/js/table/query.js";
import { TableWindow } from "../../../static/js/table/table-window.js";
import { moment, Server } from "../server.js";

/** @import {Query} from "../../../static/js/table/query.js" */

/** @param {Partial<Query>} [query] @returns {Query} */
function ask(query = {}) {
  return {
    tab: "all",
    search: "",
    filters: noFilters(),
    sort: [{ field: "created_at", dir: "desc" }],
    start: 0,
    length: 3,
    ...query,
  };
}

/** A window over a server with this many orders. @param {number} count @param {Partial<Query>} [query] */
function opened(count, query) {
  const server = new Server();
  for (let i = 0; i < count; i += 1) server.place();
  const window = new TableWindow(ask(query));
  window.load(server.answer(window.query), window.query);
  return { server, window };
}

/** @param {TableWindow} window */
function ids(window) {
  return window.rows.map(({ id }) => id);
}

test("a new order is inserted on a full page without a request, the last row goes", () => {
  const { server, window } = opened(4);
  window.apply(server.place());
  assert.deepEqual(ids(window), [5, 4, 3]);
  assert.equal(window.needsFetch, false);
  assert.equal(window.filtered, 5);
});

test("a new order is inserted where the sort puts it", () => {
  const { server, window } = opened(0, { sort: [{ field: "price", dir: "asc" }] });
  window.apply(server.place({ price: "585.3" }));
  window.apply(server.place({ price: "90" }));
  window.apply(server.place({ price: null, order_type: "market" }));
  window.apply(server.place({ price: "585.29" }));
  assert.deepEqual(
    window.rows.map(({ price }) => price),
    ["90", "585.29", "585.3"],
  );
});

test("a change that the sort does not look at is written in place", () => {
  const { server, window } = opened(3);
  window.apply(server.change(2, { status: "filled", cum_qty: "18", leaves_qty: "0" }));
  assert.deepEqual(ids(window), [3, 2, 1]);
  assert.equal(window.rows[1]?.status, "filled");
  assert.deepEqual(window.counts, { working: 2, filled: 1, closed: 0, all: 3 });
});

test("a row that leaves its tab is handed out once in its last state, and what moves up from elsewhere is asked for", () => {
  const { server, window } = opened(5, { tab: "working" });
  window.apply(server.change(4, { status: "canceled", leaves_qty: "0" }));
  assert.deepEqual(ids(window), [5, 3]);
  assert.deepEqual(
    window.takeDeparted().map(({ id, status }) => [id, status]),
    [[4, "canceled"]],
  );
  assert.deepEqual(window.takeDeparted(), []);
  assert.equal(window.needsFetch, true);
});

test("a row that leaves a short page needs nothing from elsewhere", () => {
  const { server, window } = opened(2, { tab: "working" });
  window.apply(server.change(2, { status: "filled", leaves_qty: "0" }));
  assert.deepEqual(ids(window), [1]);
  assert.equal(window.needsFetch, false);
});

test("a departed row survives an answer that comes before the next frame", () => {
  const { server, window } = opened(2, { tab: "working" });
  window.apply(server.change(2, { status: "filled", leaves_qty: "0" }));
  window.load(server.answer(window.query), window.query);
  assert.deepEqual(
    window.takeDeparted().map(({ id }) => id),
    [2],
  );
});

test("on a later page a new first order is fetched, never guessed", () => {
  const { server, window } = opened(7, { start: 3 });
  window.apply(server.place());
  assert.equal(window.needsFetch, true);
  assert.equal(window.filtered, 8);
});

test("on a later page what happens behind it changes only the totals", () => {
  const { server, window } = opened(9, { start: 3, tab: "working" });
  window.apply(server.change(1, { status: "expired", leaves_qty: "0" }));
  assert.equal(window.needsFetch, false);
  assert.equal(window.filtered, 8);
  assert.deepEqual(ids(window), [6, 5, 4]);
});

test("an order that filters keep out changes the counts alone", () => {
  const { server, window } = opened(2, { filters: { ...noFilters(), symbol: ["AAPL"] } });
  window.apply(server.place({ symbol: "MSFT" }));
  assert.deepEqual(ids(window), [2, 1]);
  assert.equal(window.filtered, 2);
  assert.equal(window.total, 3);
  assert.equal(window.counts.working, 3);
});

test("under a search, only the server knows where a new order belongs", () => {
  const { server, window } = opened(2, { search: "c-" });
  window.apply(server.place());
  assert.deepEqual(ids(window), [2, 1]);
  assert.equal(window.needsFetch, true);
  assert.equal(window.counts.all, 3);
});

test("under a search, a fill of a row on screen needs no request", () => {
  const { server, window } = opened(2, { search: "c-" });
  window.apply(server.change(1, { cum_qty: "7", leaves_qty: "11", status: "partially_filled" }));
  assert.equal(window.rows[1]?.cum_qty, "7");
  assert.equal(window.needsFetch, false);
});

test("under a search, only the server knows whether an order of another side or symbol still belongs", () => {
  for (const change of [{ side: /** @type {const} */ ("sell") }, { symbol: "MSFT" }]) {
    const { server, window } = opened(2, { search: "c-" });
    window.apply(server.change(1, change));
    assert.equal(window.needsFetch, true);
  }
});

test("an answer older than events already applied has them applied again", () => {
  const { server, window } = opened(3);
  const late = server.answer(window.query);
  window.apply(server.place());
  window.apply(server.change(3, { quantity: "20", leaves_qty: "20" }));
  window.load(late, window.query);
  assert.deepEqual(ids(window), [4, 3, 2]);
  assert.equal(window.rows[1]?.quantity, "20");
  assert.equal(window.filtered, 4);
  assert.equal(window.needsFetch, false);
});

test("events that an answer holds already are not counted twice", () => {
  const { server, window } = opened(1);
  const events = [server.place(), server.place()];
  window.load(server.answer(window.query), window.query);
  for (const event of events) window.apply(event);
  assert.equal(window.filtered, 3);
  assert.equal(window.counts.all, 3);
});

test("after a reset only an answer as of its head or later will do", () => {
  const { server, window } = opened(1);
  const late = server.answer(window.query);
  server.place();
  window.reset(server.head);
  window.load(late, window.query);
  assert.equal(window.needsFetch, true);
  window.load(server.answer(window.query), window.query);
  assert.equal(window.needsFetch, false);
  assert.deepEqual(ids(window), [2, 1]);
});

test("an order given away goes, one that was received comes", () => {
  const { server, window } = opened(2);
  window.apply(server.delete(1));
  assert.deepEqual(ids(window), [2]);
  assert.deepEqual(window.takeDeparted(), []);
  window.apply(server.place({ version: 7 }));
  assert.deepEqual(ids(window), [3, 2]);
  assert.equal(window.counts.all, 2);
});

test("dates let in from the first moment on and up to, not including, the last", () => {
  const filters = { ...noFilters(), created_after: moment(2), created_before: moment(4) };
  const { server, window } = opened(0, { filters });
  for (let i = 0; i < 5; i += 1) window.apply(server.place());
  assert.deepEqual(ids(window), [3, 2]);
  assert.equal(window.filtered, 2);
});

/** A window sorted by touch, in the order of these ids of four orders. @param {number[]} order @param {Partial<Query>} [query] */
function openedByTouch(order, query) {
  const sort = [{ field: /** @type {const} */ ("touch"), dir: /** @type {const} */ ("desc") }];
  const { server, window } = opened(4, { sort, length: 5, ...query });
  const answer = { ...server.answer(ask({ length: 100 })) };
  answer.data = order.map((id) => /** @type {any} */ (server.orders.get(id)));
  window.load(answer, window.query);
  return { server, window };
}

test("sorted by touch, rows stay in the server's order whatever changes in them", () => {
  const { server, window } = openedByTouch([3, 1, 4, 2]);
  window.apply(server.change(1, { price: "9", status: "partially_filled" }));
  window.apply(server.change(4, { status: "filled" }));
  assert.deepEqual(ids(window), [3, 1, 4, 2]);
  assert.equal(window.rows[1]?.price, "9");
  assert.equal(window.needsFetch, false);
});

test("sorted by touch, a new order is the last until the server has placed it, and never a wrong row of a full page", () => {
  const { server, window } = openedByTouch([3, 1, 4, 2]);
  window.apply(server.place());
  assert.deepEqual(ids(window), [3, 1, 4, 2, 5]);
  window.apply(server.place());
  assert.deepEqual(ids(window), [3, 1, 4, 2, 6]);
  assert.deepEqual([window.filtered, window.needsFetch], [6, false]);
  window.apply(server.delete(3));
  assert.deepEqual([ids(window), window.needsFetch], [[1, 4, 2, 6], true]);
});

test("sorted by touch, an order that leaves another page may have stood before this one", () => {
  const { server, window } = openedByTouch([2, 1], { start: 2, length: 2 });
  window.apply(server.delete(4));
  assert.equal(window.needsFetch, true);
});
