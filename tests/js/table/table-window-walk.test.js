/** Whatever happens in whatever order: a page that asks for nothing equals the server's, and one fetch always heals the rest. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { noFilters } from "../../../static/js/table/query.js";
import { TableWindow } from "../../../static/js/table/table-window.js";
import { randomness, Server } from "../server.js";

/** @import {Order, OrderEvent, Status, Tab} from "../../../static/js/orders/order.js" */
/** @import {Filters, Query} from "../../../static/js/table/query.js" */
/** @import {SortKey} from "../../../static/js/orders/sorting.js" */

const WALKS = 60;
const STEPS = 120;
const SYMBOLS = ["AAPL", "MSFT", "aapl", "BTCUSD"];
const TEXTS = ["", "late", "Zebra", "\u{1F600}", "\uFF21", "ä"];
const PRICES = ["9", "9.5", "10", "585.33", "585.3", null];
/** @type {Status[]} */
const STATUSES = [
  "pending_new",
  "new",
  "partially_filled",
  "filled",
  "pending_cancel",
  "canceled",
  "rejected",
  "expired",
];
/** @type {SortKey["field"][]} */
const SORTS = ["created_at", "symbol", "price", "quantity", "status", "text", "id", "version", "updated_at", "side"];
/** @type {Tab[]} */
const TABS = ["all", "working", "filled", "closed"];

/** @param {() => number} random */
function chooser(random) {
  return {
    chance: (/** @type {number} */ share) => random() < share,
    /** @template T @param {T[]} of @returns {T} */
    one: (of) => /** @type {T} */ (of[Math.floor(random() * of.length)]),
  };
}

/** @typedef {ReturnType<typeof chooser>} Choose */

/** @param {Choose} choose @returns {Query} */
function someQuery({ chance, one }) {
  /** @type {Filters} */
  const filters = noFilters();
  if (chance(0.2)) filters.symbol = [one(SYMBOLS)];
  if (chance(0.2)) filters.side = one(["buy", "sell"]);
  if (chance(0.2)) filters.status = [one(STATUSES), one(STATUSES)];
  /** @type {SortKey[]} */
  const sort = [{ field: one(SORTS), dir: one(["asc", "desc"]) }];
  if (chance(0.3)) sort.push({ field: one(SORTS), dir: one(["asc", "desc"]) });
  const length = one([3, 5, 8]);
  return { tab: one(TABS), search: chance(0.15) ? "a" : "", filters, sort, start: one([0, 0, length]), length };
}

/** @param {Choose} choose @returns {Partial<Order>} */
function someFields({ one }) {
  return {
    symbol: one(SYMBOLS),
    side: one(["buy", "sell"]),
    price: one(PRICES),
    quantity: one(["1", "18", "7.5"]),
    text: one(TEXTS),
    status: one(STATUSES),
  };
}

/** @param {Choose} choose @param {Server} server @returns {OrderEvent} */
function someEvent(choose, server) {
  const held = [...server.orders.keys()];
  if (held.length < 3 || choose.chance(0.3)) return server.place(someFields(choose));
  if (choose.chance(0.08)) return server.delete(choose.one(held));
  const { status, price, text, quantity } = someFields(choose);
  const changes = choose.one([{ status }, { price }, { text }, { quantity, status }]);
  return server.change(choose.one(held), /** @type {Partial<Order>} */ (changes));
}

/** @param {TableWindow} window @param {Server} server @param {string} where */
function same(window, server, where) {
  const { data, recordsTotal, counts } = server.answer(window.query);
  const matching = server.answer({ ...window.query, start: 0, length: Infinity }).recordsFiltered;
  assert.deepEqual(window.counts, counts, where);
  assert.equal(window.total, recordsTotal, where);
  if (window.needsFetch) return false;
  if (window.isMore) assert.ok(window.filtered < matching, where);
  else assert.equal(window.filtered, matching, where);
  assert.deepEqual(window.rows, data, where);
  return true;
}

test("a window that asks for nothing equals the server's page after every event, and an answer of any age heals it", () => {
  let quiet = 0;
  for (let seed = 1; seed <= WALKS; seed += 1) {
    const choose = chooser(randomness(seed));
    const server = new Server();
    if (choose.chance(0.3)) server.counted = 4;
    for (let i = 0; i < 12; i += 1) server.place(someFields(choose));
    const window = new TableWindow(someQuery(choose));
    window.load(server.answer(window.query), window.query);
    /** An answer on its way. @type {ReturnType<Server["answer"]>|null} */
    let underway = null;
    for (let step = 0; step < STEPS; step += 1) {
      window.apply(someEvent(choose, server));
      const where = `walk ${seed}, step ${step}, ${JSON.stringify(window.query)}`;
      if (same(window, server, where)) quiet += 1;
      if (underway && choose.chance(0.4)) {
        window.load(underway, window.query);
        underway = null;
        same(window, server, `${where}, after a late answer`);
      } else if (window.needsFetch && underway === null) {
        underway = server.answer(window.query);
      }
    }
    window.load(server.answer(window.query), window.query);
    assert.equal(window.needsFetch, false);
    assert.ok(same(window, server, `walk ${seed}, at the end`));
  }
  assert.ok(quiet > (WALKS * STEPS) / 3, `only ${quiet} of ${WALKS * STEPS} steps were decided by the browser`);
});
