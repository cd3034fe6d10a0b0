/** One subscription for all who watch, kept through every break; every refusal is known, and known to be over. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { ServerClock } from "../../../static/js/net/clock.js";
import { Prices } from "../../../static/js/prices/prices.js";
import { frame } from "../elements.js";
import { Network, startedOn, Time } from "../sockets.js";

/** @import {Quote} from "../../../static/js/prices/prices.js" */

/** @type {Time} */
let time;
/** @type {Network} */
let network;
/** @type {Prices} */
let prices;
/** What was told: symbols that changed, or "feed". @type {string[]} */
let told = [];

beforeEach(() => {
  time = new Time();
  network = new Network();
  told = [];
  prices = new Prices(startedOn(network), new ServerClock());
  prices.addEventListener("quotes", (event) => {
    told.push([.../** @type {CustomEvent<Set<string>>} */ (event).detail].sort().join(" "));
  });
  prices.addEventListener("feed", () => told.push("feed"));
});

afterEach(() => {
  time.end();
  Reflect.deleteProperty(globalThis, "document");
});

/** @param {string} symbol @param {string|null} last @param {number} [at] @returns {Quote} */
function quote(symbol, last, at = 1000) {
  return { symbol, bid: last, ask: last, last, change: null, at };
}

/** @param {Quote[]} quotes @param {object} [more] */
function receive(quotes, more = {}) {
  network.last.receive({ type: "quotes", sent: 0, changes: quotes.length, quotes, ...more });
}

/** @param {string} code @param {object} [more] */
function refuse(code, more = {}) {
  network.last.receive({ type: "error", id: "prices", code, message: `No: ${code}.`, ...more });
}

/** @param {string} name @param {object} [more] */
function feed(name, more = {}) {
  receive([], { feed: { name, state: "live", reason: "", ...more } });
}

/** What was asked for since the last look, each as "type symbols rate". */
function asked() {
  const sent = network.last.sent.splice(0).filter(({ stream }) => stream === "quotes");
  return sent.map(({ type, symbols, per_second: rate }) => [type, ...symbols, rate ?? ""].join(" ").trim());
}

test("what several watch is asked for once, and let go when the last has left", () => {
  prices.watch("list", ["AAPL", "MSFT"]);
  network.last.hello();
  assert.deepEqual(asked(), ["subscribe AAPL MSFT 10"]);

  prices.watch("chart", ["AAPL"]);
  assert.deepEqual(asked(), []);
  prices.watch("list", ["SAP"]);
  assert.deepEqual(asked(), ["unsubscribe MSFT", "subscribe SAP 10"]);
  prices.watch("chart", []);
  assert.deepEqual(asked(), ["unsubscribe AAPL"]);
});

test("another rate, and a tab that is hidden, are told with everything that is watched", () => {
  network.last.hello();
  prices.watch("list", ["AAPL", "MSFT"]);
  asked();
  prices.rate = 2;
  assert.deepEqual(asked(), ["subscribe AAPL MSFT 2"]);

  Object.defineProperty(globalThis, "document", { value: { hidden: true }, configurable: true });
  prices.looked();
  assert.deepEqual(asked(), ["subscribe AAPL MSFT 1"]);
  Object.defineProperty(globalThis, "document", { value: { hidden: false }, configurable: true });
  prices.looked();
  assert.deepEqual(asked(), ["subscribe AAPL MSFT 2"]);
});

test("the latest quote of each symbol is told once a frame, and never an older one", () => {
  network.last.hello();
  prices.watch("list", ["AAPL", "MSFT"]);
  told = [];
  receive([quote("AAPL", "1", 1000)]);
  receive([quote("AAPL", "2", 1001), quote("MSFT", "7", 1001)]);
  receive([quote("AAPL", "0", 999)]);
  assert.deepEqual(told, []);

  frame();
  assert.deepEqual(told, ["AAPL MSFT"]);
  assert.equal(prices.quote("AAPL")?.last, "2");
  frame();
  assert.deepEqual(told, ["AAPL MSFT"]);
});

test("after a break everything is asked for again, and what is shown meanwhile is not called live", () => {
  assert.equal(prices.standing.state, "connecting");
  prices.watch("list", ["AAPL"]);
  network.last.hello();
  feed("sim");
  assert.equal(prices.live, true);
  receive([quote("AAPL", "1")]);

  network.last.lose();
  assert.deepEqual([prices.live, prices.standing.state], [false, "offline"]);
  assert.match(prices.standing.reason, /not updating/);
  assert.equal(prices.quote("AAPL")?.last, "1");
  while (network.sockets.length === 1) time.pass(50);
  network.last.hello();
  assert.deepEqual(asked(), ["subscribe AAPL 10"]);
  assert.equal(prices.live, true);
});

test("a price is the present one once it has come since the symbol was asked for, and while prices are live", () => {
  const present = () => prices.present("AAPL")?.last;
  prices.watch("list", ["AAPL"]);
  network.last.hello();
  receive([quote("AAPL", "1")]);
  assert.equal(present(), undefined);
  feed("sim");
  assert.equal(present(), "1");

  prices.watch("list", []);
  receive([quote("AAPL", "2", 1001)]);
  prices.watch("ticket", ["AAPL"]);
  assert.equal(present(), undefined);
  assert.equal(prices.quote("AAPL")?.last, "2");
  receive([quote("AAPL", "3", 1002)]);
  assert.equal(present(), "3");
  feed("sim", { state: "stale" });
  assert.equal(present(), undefined);
});

test("a symbol without a place waits with its reason, until a quote or the feed's own queue says otherwise", () => {
  network.last.hello();
  prices.watch("list", ["AAPL", "MSFT", "SAP"]);
  asked();
  network.last.receive({
    type: "error",
    code: "symbol_limit",
    message: "All 1 live symbols are in use.",
    fields: { symbols: ["MSFT", "SAP"] },
  });
  assert.deepEqual([...prices.refused.keys()], ["MSFT", "SAP"]);
  assert.deepEqual(asked(), []);

  receive([quote("MSFT", "7")]);
  assert.deepEqual([...prices.refused.keys()], ["SAP"]);
  feed("finnhub", { queued: ["SAP"] });
  assert.deepEqual([...prices.refused.keys()], ["SAP"]);
  feed("finnhub", { queued: [] });
  assert.equal(prices.refused.size, 0);
});

test("one symbol that nobody knows does not keep the others away, and is asked for again once it was let go", () => {
  network.last.hello();
  prices.watch("list", ["AAPL", "GONE"]);
  asked();
  refuse("validation_failed", { fields: { symbols: ["GONE"] } });
  assert.deepEqual(asked(), ["subscribe AAPL 10"]);
  assert.equal(prices.refused.get("GONE"), "No: validation_failed.");

  prices.watch("list", ["AAPL"]);
  assert.equal(prices.refused.size, 0);
  prices.watch("list", ["AAPL", "GONE"]);
  assert.deepEqual(asked(), ["subscribe GONE 10"]);
});

test("what the server cannot do at the moment is asked for again a little later; that there is no feed is not", () => {
  network.last.hello();
  prices.watch("list", ["AAPL"]);
  asked();
  refuse("unavailable");
  time.pass(1900);
  assert.deepEqual(asked(), []);
  time.pass(200);
  assert.deepEqual(asked(), ["subscribe AAPL 10"]);

  refuse("validation_failed");
  assert.deepEqual(prices.standing, { state: "off", reason: "No: validation_failed." });
  time.pass(10_000);
  assert.deepEqual(asked(), []);
});

test("errors that answer something else are nobody's here", () => {
  network.last.hello();
  network.last.receive({ type: "error", id: 7, code: "validation_failed", message: "No." });
  assert.equal(prices.standing.state, "connecting");
  assert.equal(prices.refused.size, 0);
});
