/** Numbers, times and orders as the page writes them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "../../../static/js/text/format.js";

test("prices are padded to the instrument's decimals and never cut", () => {
  assert.equal(format.price("585.3", 2), "585.30");
  assert.equal(format.price("585", 2), "585.00");
  assert.equal(format.price("585.33333333", 2), "585.33333333");
  assert.equal(format.price("91068", 0), "91068");
  assert.equal(format.price(null, 2), "");
});

test("whole numbers have their thousands marked", () => {
  assert.deepEqual([0, 999, 4213, 1234567].map(format.integer), ["0", "999", "4,213", "1,234,567"]);
  assert.equal(format.plural(1, "event"), "1 event");
  assert.equal(format.plural(4213, "event"), "4,213 events");
});

test("what is shown is grouped, and a price for a field is not", () => {
  assert.equal(format.priceText("91007.5", 2), "91,007.50");
  assert.equal(format.priceText("-1234567", 0), "−1,234,567");
  assert.equal(format.priceText(null, 2), "");
  assert.equal(format.price("91007.5", 2), "91007.50");
  assert.deepEqual(["12345678", "1e5", "1,000", "", null].map(format.amount), ["12,345,678", "1e5", "1,000", "…", "…"]);
});

test("an average has two decimals more than its prices, and below 1 all it has", () => {
  /** @param {string|null} avg_price @param {string|null} [price] @param {number} [decimals] */
  const average = (avg_price, price = "1.1", decimals = 2) =>
    format.averageText({ avg_price, price, stop_price: null }, decimals);
  assert.equal(average("230.30333333"), "230.3033");
  assert.equal(average("91044.2"), "91,044.20");
  assert.equal(average("230.30"), "230.30");
  assert.equal(average("1.23456789", "1.23457"), "1.2345679");
  assert.equal(average("0.00000123", null), "0.00000123");
  assert.equal(average(null), "");
});

test("milliseconds show three digits, and a dash before there are any", () => {
  assert.deepEqual([null, 0.4567, 8.2, 12.34, 123.4].map(format.milliseconds), ["–", "0.46", "8.20", "12.3", "123"]);
});

test("a button says in words what it will send", () => {
  const order = {
    side: "buy",
    quantity: "18",
    symbol: "AAPL",
    order_type: "limit",
    price: "585.33",
    time_in_force: "day",
  };
  assert.equal(format.sentence(order), "Buy 18 AAPL at 585.33, day");
  assert.equal(format.sentence({ ...order, side: "sell", order_type: "market" }), "Sell 18 AAPL at market, day");
  const stop = { ...order, order_type: "stop_limit", stop_price: "580", time_in_force: "gtc" };
  assert.equal(format.sentence(stop), "Buy 18 AAPL at 585.33, stop 580, GTC");
  assert.equal(format.sentence({ ...order, quantity: "", symbol: "", price: "" }), "Buy … … at …, day");
  assert.equal(
    format.sentence({ ...order, quantity: "12345678", price: "91007.5" }),
    "Buy 12,345,678 AAPL at 91,007.5, day",
  );
});

test("times are local, with the day where it is another one, and UTC to the microsecond on demand", () => {
  const at = new Date(2026, 0, 5, 9, 30, 1);
  const stamp = format.timestamp(at);
  assert.equal(stamp, at.toISOString().replace(".000Z", ".000000Z"));
  assert.match(format.localTime(stamp, at), /^09:30:01$/);
  assert.match(format.localTime(stamp, new Date(2026, 0, 6)), /05.*09:30:01/);
  assert.doesNotMatch(format.localTime(stamp, new Date(2026, 0, 6)), /2026/);
  assert.match(format.localTime(stamp, new Date(2027, 0, 5)), /05.*2026.*09:30:01/);
  assert.match(format.fullTime(stamp), /05.*2026.*09:30:01/);
  assert.equal(format.utc("2012-06-21T13:30:00.004241Z"), "2012-06-21 13:30:00.004241 UTC");
});

test("what is left of the demo counts down in minutes and seconds", () => {
  assert.deepEqual([120, 103, 9.2, 0, -3].map(format.minutes), ["2:00", "1:43", "0:10", "0:00", "0:00"]);
});
