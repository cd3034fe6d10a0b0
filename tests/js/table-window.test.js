import assert from "node:assert/strict";
import { test } from "node:test";
import { TABS, tabShows } from "../../static/js/order.js";
import { compareOrders } from "../../static/js/ordering.js";
import { matches, noFilters } from "../../static/js/query.js";
import { TableWindow } from "../../static/js/table-window.js";
import { changed, created, deleted, order, random } from "./builders.js";

/** @import {Order, OrderEvent, Status, Tab} from "../../static/js/order.js" */
/** @import {Query} from "../../static/js/query.js" */

/** @param {Partial<Query>} [fields] @returns {Query} */
function query(fields = {}) {
  const sort = [{ field: /** @type {const} */ ("id"), dir: /** @type {const} */ ("desc") }];
  return { tab: "all", search: "", filters: noFilters(), sort, start: 0, length: 3, ...fields };
}

/** What a server that holds these orders answers. @param {Order[]} orders @param {Query} asked @param {number} head */
function answer(orders, asked, head) {
  const found = orders.filter((each) => matches(asked, each)).sort((a, b) => compareOrders(asked.sort, a, b));
  const counts = Object.fromEntries(TABS.map((tab) => [tab, orders.filter(({ status }) => tabShows(tab, status)).length]));
  return {
    data: found.slice(asked.start, asked.start + asked.length),
    recordsTotal: counts[asked.tab],
    recordsFiltered: found.length,
    head,
    counts: /** @type {Record<Tab, number>} */ (counts),
  };
}

/** @param {Order[]} orders @param {Query} asked @param {number} [head] */
function loaded(orders, asked, head = 0) {
  const window = new TableWindow(asked);
  window.load(answer(orders, asked, head), asked);
  return window;
}

const ids = (/** @type {TableWindow} */ { rows }) => rows.map(({ id }) => id);
const some = (/** @type {number[]} */ ...numbers) => numbers.map((id) => order({ id }));

test("a new order goes in where the sort puts it, and the last row goes out", () => {
  const window = loaded(some(1, 2, 4), query());
  window.apply(created(1, order({ id: 3 })));
  assert.deepEqual(ids(window), [4, 3, 2]);
  assert.equal(window.filtered, 4);
  assert.equal(window.counts.working, 4);
  assert.equal(window.needsFetch, false);
});

test("a new order that sorts behind the page changes only the totals", () => {
  const window = loaded(some(3, 4, 5), query());
  window.apply(created(1, order({ id: 2 })));
  assert.deepEqual(ids(window), [5, 4, 3]);
  assert.equal(window.total, 4);
  assert.equal(window.needsFetch, false);
});

test("a row that leaves a full page asks for the one that moves up", () => {
  const orders = some(1, 2, 3, 4);
  const window = loaded(orders, query({ tab: "working" }));
  window.apply(changed(1, order({ id: 3 }), { status: "filled", leaves_qty: "0" }));
  assert.deepEqual(ids(window), [4, 2]);
  assert.equal(window.needsFetch, true);
  assert.deepEqual(window.takeDeparted().map(({ id, status }) => [id, status]), [[3, "filled"]]);
});

test("a row that leaves the last page asks for nothing", () => {
  const window = loaded(some(1, 2), query({ tab: "working" }));
  window.apply(changed(1, order({ id: 1 }), { status: "canceled" }));
  assert.deepEqual(ids(window), [2]);
  assert.equal(window.needsFetch, false);
  assert.deepEqual({ ...window.counts }, { working: 1, filled: 0, closed: 1, all: 2 });
});

test("a deleted order is gone from rows and counts, and does not linger", () => {
  const window = loaded(some(1, 2), query());
  window.apply(deleted(1, order({ id: 2 })));
  assert.deepEqual(ids(window), [1]);
  assert.equal(window.counts.all, 1);
  assert.deepEqual(window.takeDeparted(), []);
});

test("a change of the sorted column moves the row", () => {
  const orders = [order({ id: 1, price: "9" }), order({ id: 2, price: "10" }), order({ id: 3, price: "11" })];
  const window = loaded(orders, query({ sort: [{ field: "price", dir: "asc" }] }));
  window.apply(changed(1, order({ id: 1, price: "9" }), { price: "10.5" }));
  assert.deepEqual(ids(window), [2, 1, 3]);
});

test("events that the answer holds already are not counted again", () => {
  const orders = some(1, 2);
  const window = loaded(orders, query(), 7);
  window.apply(created(7, order({ id: 2 })));
  assert.equal(window.total, 2);
  assert.deepEqual(ids(window), [2, 1]);
});

test("an answer older than the newest event is brought up to date", () => {
  const asked = query();
  const window = loaded(some(1), asked, 1);
  window.apply(created(2, order({ id: 2 })));
  window.apply(created(3, order({ id: 3 })));
  window.load(answer(some(1, 2), asked, 2), asked);
  assert.deepEqual(ids(window), [3, 2, 1]);
  assert.equal(window.total, 3);
  assert.equal(window.needsFetch, false);
});

test("after a reset only a new answer helps", () => {
  const window = loaded(some(1), query(), 5);
  window.apply(created(6, order({ id: 2 })));
  window.reset();
  assert.equal(window.needsFetch, true);
  window.load(answer(some(1, 2, 9), query(), 40), query());
  assert.equal(window.needsFetch, false);
});

test("on a later page whatever moves in from above is asked for", () => {
  const window = loaded(some(1, 2, 3, 4, 5), query({ start: 3 }));
  window.apply(created(1, order({ id: 6 })));
  assert.equal(window.needsFetch, true);
});

test("with a search cells change at once, and whether a new order belongs is asked", () => {
  const window = loaded(some(1, 2), query({ search: "AA" }));
  window.apply(changed(1, order({ id: 2 }), { cum_qty: "5", leaves_qty: "13" }));
  assert.equal(window.rows[0]?.cum_qty, "5");
  assert.equal(window.needsFetch, false);
  window.apply(created(2, order({ id: 3 })));
  assert.deepEqual(ids(window), [2, 1]);
  assert.equal(window.needsFetch, true);
  assert.equal(window.counts.all, 3);
});

test("dates let in from the first moment on and up to, not including, the last", () => {
  const filters = { ...noFilters(), created_after: "2026-01-02T10:00:00.000002Z", created_before: "2026-01-02T10:00:00.000004Z" };
  const window = loaded(some(1, 2, 3, 4), query({ filters }));
  assert.deepEqual(ids(window), [3, 2]);
});

/** @type {Query[]} */
const QUERIES = [
  query(),
  query({ tab: "working", sort: [{ field: "created_at", dir: "desc" }] }),
  query({ tab: "closed", sort: [{ field: "quantity", dir: "asc" }], length: 5 }),
  query({ sort: [{ field: "price", dir: "desc" }, { field: "symbol", dir: "asc" }] }),
  query({ sort: [{ field: "status", dir: "asc" }], start: 3 }),
  query({ tab: "working", sort: [{ field: "updated_at", dir: "desc" }], start: 3, length: 4 }),
  query({ filters: { ...noFilters(), symbol: ["AAPL"], side: "buy" }, sort: [{ field: "avg_price", dir: "desc" }] }),
  query({ filters: { ...noFilters(), status: ["filled", "rejected"] }, sort: [{ field: "version", dir: "desc" }], start: 2, length: 2 }),
];

/** One random event of a book that it also changes. @param {Map<number, Order>} book @param {number} seq @param {() => number} chance @returns {OrderEvent} */
function step(book, seq, chance) {
  const pick = (/** @type {any[]} */ list) => list[Math.floor(chance() * list.length)];
  const [symbols, sides, prices] = [["AAPL", "MSFT", "BTCUSD"], ["buy", "sell"], ["9", "10", "10.5", "100", null]];
  /** @type {Status[]} */
  const statuses = ["pending_new", "new", "partially_filled", "filled", "canceled", "rejected", "expired"];
  const held = pick([...book.values()]);
  if (held === undefined || chance() < 0.3) {
    const made = order({ id: seq + 100, symbol: pick(symbols), side: pick(sides), price: pick(prices), quantity: pick(["1", "2", "10", "30"]) });
    book.set(made.id, made);
    return created(seq, made);
  }
  if (chance() < 0.1) {
    book.delete(held.id);
    return deleted(seq, held);
  }
  const fields = pick([{ status: pick(statuses) }, { price: pick(prices) }, { quantity: pick(["1", "5"]) }, { avg_price: pick(prices) }, { text: "x" }]);
  const event = changed(seq, held, fields);
  book.set(held.id, event.order);
  return event;
}

test("whatever happens, what the window shows without asking equals what the server would answer", () => {
  let undecided = 0;
  for (const [number, asked] of QUERIES.entries()) {
    for (let seed = 1; seed <= 40; seed += 1) {
      const chance = random(seed * 100 + number);
      /** @type {Map<number, Order>} */
      const book = new Map(some(1, 2, 3, 4, 5, 6, 7, 8).map((each) => [each.id, each]));
      const window = loaded([...book.values()], asked);
      for (let seq = 1; seq <= 60; seq += 1) {
        window.apply(step(book, seq, chance));
        const truth = answer([...book.values()], asked, seq);
        const where = `query ${number}, seed ${seed}, event ${seq}`;
        assert.deepEqual(window.counts, truth.counts, where);
        assert.equal(window.total, truth.recordsTotal, where);
        assert.equal(window.filtered, truth.recordsFiltered, where);
        if (window.needsFetch) {
          undecided += 1;
          if (chance() < 0.5) window.load(truth, asked);
        } else if (truth.data.length > 0 || asked.start === 0) {
          assert.deepEqual(window.rows, truth.data, where);
        }
      }
    }
  }
  assert.ok(undecided > 0);
});

test("on a first page nothing is asked for a new order, ever", () => {
  const chance = random(3);
  for (const asked of QUERIES.filter(({ start }) => start === 0)) {
    const window = loaded(some(1, 2, 3, 4), asked);
    for (let seq = 1; seq <= 50; seq += 1) {
      const prices = ["1", "600", null];
      window.apply(created(seq, order({ id: seq + 10, price: prices[Math.floor(chance() * 3)] ?? null })));
      assert.equal(window.needsFetch, false);
    }
  }
});
