/** Numbers, times and orders as the page writes them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "../../static/js/format.js";

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
});

test("times are local, with the day where it is another one, and UTC to the microsecond on demand", () => {
  const at = new Date(2026, 0, 5, 9, 30, 1);
  const stamp = format.timestamp(at);
  assert.equal(stamp, at.toISOString().replace(".000Z", ".000000Z"));
  assert.match(format.localTime(stamp, at), /^09:30:01$/);
  assert.match(format.localTime(stamp, new Date(2026, 0, 6)), /05.*09:30:01/);
  assert.equal(format.utc("2012-06-21T13:30:00.004241Z"), "2012-06-21 13:30:00.004241 UTC");
});

test("what is left of the demo counts down in minutes and seconds", () => {
  assert.deepEqual([120, 103, 9.2, 0, -3].map(format.minutes), ["2:00", "1:43", "0:10", "0:00", "0:00"]);
});
