/** The browser's memory may be missing, full or spoilt: the page works all the same. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { noFilters } from "../../static/js/query.js";
import { firstQuery, rememberedQuery, rememberQuery } from "../../static/js/remembered-query.js";
import { Store } from "../../static/js/store.js";

function memory() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return {
    kept,
    getItem: (/** @type {string} */ name) => kept.get(name) ?? null,
    setItem: (/** @type {string} */ name, /** @type {string} */ value) => void kept.set(name, value),
  };
}

test("what was set comes back, under a name of the page's own", () => {
  const place = memory();
  const store = new Store(() => place);
  store.set("realtime", false);
  assert.equal(store.get("realtime", true), false);
  assert.deepEqual([...place.kept.keys()], ["order-monitor.realtime"]);
});

test("nothing, nonsense and values of another kind are the fallback", () => {
  const place = memory();
  const store = new Store(() => place);
  assert.equal(store.get("realtime", true), true);
  place.kept.set("order-monitor.realtime", "{not json");
  assert.equal(store.get("realtime", true), true);
  place.kept.set("order-monitor.realtime", '"yes"');
  assert.equal(store.get("realtime", true), true);
});

test("storage that is forbidden or full is as good as empty", () => {
  const forbidden = new Store(() => {
    throw new Error("SecurityError");
  });
  forbidden.set("realtime", false);
  assert.equal(forbidden.get("realtime", true), true);
  const full = new Store(() => ({
    getItem: () => null,
    setItem: () => {
      throw new Error("QuotaExceededError");
    },
  }));
  full.set("realtime", false);
});

test("the table comes back as it was left: tab, filters, sort and size, not the page or the search", () => {
  const place = memory();
  const store = new Store(() => place);
  const left = {
    ...firstQuery(),
    tab: /** @type {const} */ ("working"),
    length: 50,
    start: 100,
    search: "x",
    filters: { ...noFilters(), symbol: ["AAPL"] },
  };
  rememberQuery(store, left);
  assert.deepEqual(rememberedQuery(store), { ...left, start: 0, search: "" });
});

test("of a spoilt memory what makes sense is used", () => {
  const place = memory();
  const store = new Store(() => place);
  const spoilt = { tab: "filled", length: 1e9, sort: [{ field: "password", dir: "asc" }], filters: { symbol: "AAPL" } };
  place.kept.set("order-monitor.table", JSON.stringify(spoilt));
  assert.deepEqual(rememberedQuery(store), { ...firstQuery(), tab: "filled" });
  place.kept.set("order-monitor.table", "null");
  assert.deepEqual(rememberedQuery(store), firstQuery());
});
