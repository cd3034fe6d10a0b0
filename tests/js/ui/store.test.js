/** The browser's memory may be missing, full or spoilt: the page works all the same. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { noFilters, without } from "../../../static/js/table/query.js";
import { firstQuery, rememberedQuery, rememberQuery } from "../../../static/js/table/remembered-query.js";
import { Store } from "../../../static/js/ui/store.js";
import { WatchedSymbols } from "../../../static/js/watchlist/watched-symbols.js";

/** @type {string[]} */
const none = [];

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

test("storage that is forbidden or full is remembered as long as the page is open", () => {
  const forbidden = new Store(() => {
    throw new Error("SecurityError");
  });
  assert.equal(forbidden.get("realtime", true), true);
  forbidden.set("realtime", false);
  assert.equal(forbidden.get("realtime", true), false);
  const full = new Store(() => ({
    getItem: () => '["AAPL"]',
    setItem: () => {
      throw new Error("QuotaExceededError");
    },
  }));
  for (const symbol of ["MSFT", "SAP"]) full.change("watchlist", none, Array.isArray, (list) => [...list, symbol]);
  assert.deepEqual(full.get("watchlist", none), ["AAPL", "MSFT", "SAP"]);
});

test("what one tab adds to a list, another does not overwrite, and it is told of it", () => {
  const place = memory();
  const [first, second] = [new Store(() => place, "alice"), new Store(() => place, "alice")];
  const tabs = new EventTarget();
  let told = 0;
  second.follow("watchlist", () => (told += 1), tabs);
  for (const [store, symbol] of /** @type {const} */ ([
    [first, "SOLUSD"],
    [first, "XRPUSD"],
    [second, "EURUSD"],
  ]))
    store.change("watchlist", none, Array.isArray, (list) => [...list, symbol]);
  assert.deepEqual(first.get("watchlist", none), ["SOLUSD", "XRPUSD", "EURUSD"]);
  for (const key of ["order-monitor.alice/watchlist", "order-monitor.bob/watchlist", "order-monitor.watchlist", null])
    tabs.dispatchEvent(Object.assign(new Event("storage"), { key }));
  assert.equal(told, 2);
});

test("each person has a memory of their own in the same browser, whatever their name", () => {
  const place = memory();
  const stores = ["alice", "bob", "a/b", "a%2Fb", ""].map((owner) => new Store(() => place, owner));
  for (const [i, store] of stores.entries()) store.set("table", { tab: String(i) });
  for (const [i, store] of stores.entries()) assert.deepEqual(store.get("table", {}), { tab: String(i) });
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

test("of the filters each is taken over that makes sense, whatever shape the others have", () => {
  const place = memory();
  const store = new Store(() => place);
  const stamp = "2026-01-31T09:30:00.000000Z";
  const filters = {
    symbol: ["AAPL", "\u202dBTCUSD\u202c", "", 7, null],
    side: "both",
    status: ["new", "gone"],
    order_type: "toString",
    created_after: stamp,
    created_before: "tomorrow",
    user: "bob",
  };
  place.kept.set("order-monitor.table", JSON.stringify({ tab: "all", filters }));
  const kept = { ...noFilters(), symbol: ["AAPL"], status: ["new"], created_after: stamp };
  assert.deepEqual(rememberedQuery(store).filters, kept);
  const spoilt = [[], 7, "x", true, { filters: [] }, { filters: { symbol: { 0: "A" }, status: "new", side: ["buy"] } }];
  const years = ["+202612-01-01T00:00:00.000000Z", "0020-01-01T00:00:00.000000Z", "-000001-01-01T00:00:00.000000Z"];
  for (const value of [...spoilt, ...years.map((created_after) => ({ filters: { created_after } }))]) {
    place.kept.set("order-monitor.table", JSON.stringify(value));
    assert.deepEqual(rememberedQuery(store), firstQuery());
  }
});

test("a sort that the server would not take is not taken over", () => {
  const place = memory();
  const store = new Store(() => place);
  const key = { field: "price", dir: "asc" };
  const fields = ["price", "symbol", "side", "status", "quantity", "text"];
  for (const sort of [[key, key], fields.map((field) => ({ ...key, field })), [], [{ ...key, dir: "up" }], "price"]) {
    place.kept.set("order-monitor.table", JSON.stringify({ sort }));
    assert.deepEqual(rememberedQuery(store).sort, firstQuery().sort);
  }
});

test("what the server refuses is left out, by name where it names it, until nothing is left", () => {
  const filters = { ...noFilters(), symbol: ["AAPL"], side: "buy" };
  const query = { ...firstQuery(), tab: /** @type {const} */ ("working"), search: "x", filters };
  assert.deepEqual(without(query, ["symbol", "status"]), { ...query, filters: { ...filters, symbol: [] } });
  const bare = without(query, ["body"]);
  assert.deepEqual(bare, firstQuery());
  assert.equal(without(firstQuery(), ["body"]), null);
  const touched = { ...query, sort: [{ field: /** @type {const} */ ("touch"), dir: /** @type {const} */ ("desc") }] };
  assert.deepEqual(without(touched, ["order"]), query, "a server without forecasts does not know that sort");
});

test("a sort by touch is remembered", () => {
  const place = memory();
  const sort = [{ field: "touch", dir: "desc" }];
  place.kept.set("order-monitor.table", JSON.stringify({ sort }));
  assert.deepEqual(rememberedQuery(new Store(() => place)).sort, sort);
  place.kept.set("order-monitor.table", JSON.stringify({ sort: [{ field: "distance", dir: "desc" }] }));
  assert.deepEqual(rememberedQuery(new Store(() => place)), firstQuery());
});

test("two tabs of one person share a watchlist: neither takes the other's symbols off it", () => {
  const place = memory();
  const [first, second] = [1, 2].map(() => new WatchedSymbols(new Store(() => place, "alice")));
  const [begin] = [first?.all ?? none];
  first?.add("SOLUSD");
  first?.pause("SOLUSD");
  second?.add("EURUSD");
  second?.remove("AAPL");
  assert.deepEqual(first?.all, [...begin.filter((symbol) => symbol !== "AAPL"), "SOLUSD", "EURUSD"]);
  assert.deepEqual(second?.paused, new Set(["SOLUSD"]));
  second?.add("SOLUSD"); // who adds it wants it followed, and it stays in its place
  assert.deepEqual([second?.all.at(-1), second?.paused.size], ["EURUSD", 0]);
});
