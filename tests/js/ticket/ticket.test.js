/** The ticket's words: what is missing, what an order comes to, whether it looks like a slip, what became of it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { worthOf } from "../../../static/js/money/order-value.js";
import { ApiError } from "../../../static/js/net/api.js";
import { failure, outcome } from "../../../static/js/ticket/outcome.js";
import { termsOf } from "../../../static/js/ticket/terms.js";
import { order } from "../server.js";

const EMPTY = {
  side: "buy",
  symbol: "",
  order_type: "limit",
  quantity: "",
  price: "",
  stop_price: "",
  time_in_force: "day",
  text: "",
};
const AAPL = { name: "Apple", currency: "USD", tick_size: "0.01", lot_size: "1", price_decimals: 2, active: true };
const instrument = { symbol: "AAPL", ...AAPL };
const quote = { symbol: "AAPL", bid: "229.95", ask: "230.05", last: "230", change: null, at: 0 };

/** @param {Partial<typeof EMPTY>} typed */
function ordered(typed) {
  return termsOf({ ...EMPTY, symbol: "AAPL", quantity: "10", ...typed }).order;
}

test("everything that is missing is told at once, and only what the type needs", () => {
  assert.deepEqual(termsOf(EMPTY).problems, {
    symbol: ["Enter a symbol."],
    quantity: ["Enter a quantity."],
    price: ["Enter a limit price."],
  });
  assert.deepEqual(Object.keys(termsOf({ ...EMPTY, order_type: "market", price: "nonsense" }).problems), [
    "symbol",
    "quantity",
  ]);
  const stopped = termsOf({ ...EMPTY, order_type: "stop_limit", symbol: "AAPL", quantity: "1e2", price: "0.00" });
  assert.deepEqual(stopped.problems, {
    quantity: ["Write it in digits, such as 25000 or 1.1."],
    price: ["Must be greater than 0."],
    stop_price: ["Enter a stop price."],
  });
});

test("an order is what the server takes: a clean symbol, plain digits, no price that its type has none of", () => {
  const { order: asked, problems } = termsOf({
    ...EMPTY,
    symbol: "\u202daapl\u202c ",
    quantity: "25,000",
    price: "1,234.50",
    stop_price: "7",
  });
  assert.deepEqual(problems, {});
  assert.deepEqual(asked, {
    side: "buy",
    symbol: "AAPL",
    order_type: "limit",
    quantity: "25000",
    price: "1234.50",
    time_in_force: "day",
    text: "",
  });
});

test("an order's worth is its limit's, its stop's or the market's, and unknown without any of them", () => {
  assert.equal(worthOf(ordered({ price: "230.54" }), instrument, undefined).value, "≈ 2,305.40 USD");
  assert.equal(worthOf(ordered({ order_type: "stop", stop_price: "250" }), instrument, quote).value, "≈ 2,500.00 USD");
  assert.equal(worthOf(ordered({ order_type: "market" }), instrument, quote).value, "≈ 2,300.50 USD");
  assert.equal(worthOf(ordered({ order_type: "market", side: "sell" }), instrument, quote).value, "≈ 2,299.50 USD");
  assert.equal(worthOf(ordered({ order_type: "market" }), instrument, undefined).value, "");
  assert.equal(worthOf(ordered({ price: "" }), instrument, undefined).value, "");
  assert.deepEqual(worthOf(ordered({ price: "1" }), undefined, quote), { value: "", warning: "" });
});

test("a limit far through the market is asked about on either side, and one that rests is not", () => {
  const warning = (/** @type {Partial<typeof EMPTY>} */ typed) => worthOf(ordered(typed), instrument, quote).warning;
  assert.equal(warning({ price: "90978.83" }), "The limit price is 39,447 % above the market, 230.05.");
  assert.equal(warning({ price: "23", side: "sell" }), "The limit price is 89 % below the market, 229.95.");
  assert.equal(warning({ price: "241" }), "");
  assert.equal(warning({ price: "242" }), "The limit price is 5 % above the market, 230.05.");
  assert.equal(warning({ price: "1" }), "");
  assert.equal(warning({ price: "9999", side: "sell" }), "");
  assert.equal(worthOf(ordered({ price: "9999" }), instrument, undefined).warning, "");
});

test("a stop that the market has passed, a limit far beyond its stop, and a very large order are asked about", () => {
  const warning = (/** @type {Partial<typeof EMPTY>} */ typed) => worthOf(ordered(typed), instrument, quote).warning;
  const passed = "The market has passed this stop price: it is at 230.05.";
  assert.equal(warning({ order_type: "stop", stop_price: "200" }), passed);
  assert.equal(warning({ order_type: "stop", stop_price: "231" }), "");
  assert.match(warning({ order_type: "stop", stop_price: "231", side: "sell" }), /passed this stop price/);
  assert.equal(warning({ order_type: "stop_limit", stop_price: "260", price: "261" }), "");
  const far = warning({ order_type: "stop_limit", stop_price: "260", price: "2610" });
  assert.equal(far, "The limit price is 903 % above its stop price, 260.");
  const large = warning({ order_type: "stop_limit", stop_price: "91005.5", price: "182011", quantity: "1" });
  assert.equal(large, "The limit price is 100 % above its stop price, 91,005.5.");
  const dear = { ...quote, bid: "91005", ask: "91005.5" };
  assert.equal(
    worthOf(ordered({ order_type: "stop", stop_price: "200" }), instrument, dear).warning,
    "The market has passed this stop price: it is at 91,005.5.",
  );
  assert.equal(warning({ quantity: "10000000", price: "230" }), "This is a very large order.");
  const yen = { ...instrument, currency: "JPY" };
  assert.equal(worthOf(ordered({ quantity: "1000", price: "2300" }), yen, undefined).warning, "");
});

test("the line tells what became of the order", () => {
  const placed = order({ id: 162, quantity: "10", price: "231", status: "pending_new" });
  const words = (/** @type {object} */ changes) => outcome({ ...placed, ...changes }, 2);
  const asked = "Buy 10 AAPL at 231, day. Order 162.";
  assert.equal(words({}), `Placed: ${asked}`);
  assert.equal(words({ status: "new" }), `Working: ${asked}`);
  const part = { status: "partially_filled", cum_qty: "4", avg_price: "230.1" };
  assert.equal(words(part), `Filled 4 of 10 at 230.10: ${asked}`);
  assert.equal(words({ ...part, status: "canceled" }), `Filled 4 of 10 at 230.10, Cancelled: ${asked}`);
  assert.equal(words({ status: "filled", cum_qty: "10", avg_price: "230.06" }), `Filled 10 at 230.06: ${asked}`);
  assert.equal(words({ status: "rejected", text: "No credit" }), `Rejected, No credit: ${asked}`);
  assert.equal(words({ status: "expired" }), `Expired: ${asked}`);
});

test("an attempt that may have arrived is told from one that never left and from one that was refused", () => {
  assert.equal(
    failure(new ApiError(0, { code: "unsent", message: "Offline. Nothing was sent." })),
    "Offline. Nothing was sent.",
  );
  assert.match(failure(new ApiError(503, { message: "No answer." })), /placed at most once/);
  assert.match(failure(new ApiError(409, { code: "duplicate_client_order_id" })), /its order was placed/);
  assert.equal(failure(new ApiError(400, { fields: { price: ["No."] } })), "");
});
