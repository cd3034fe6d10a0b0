/** The ticket's line: the touch of the price that is typed, once typing has paused, and never that of another price. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { lineText, question, TicketTouch } from "../../../static/js/forecast/ticket-touch.js";
import { ApiError } from "../../../static/js/net/api.js";
import { FakeElement, makeDocument } from "../elements.js";
import { Time } from "../sockets.js";
import { chance, forecast, without } from "./forecasts.js";

const TERMS = { symbol: "AAPL", side: "buy", order_type: "limit", price: "229.5" };
const THREE = [
  forecast(5, chance(0.03)),
  forecast(15, chance(0.33, 0.31, 0.36)),
  forecast(60, chance(0.72, 0.7, 0.74)),
];
const SHOWN = "Touch within 5 min 3 % · 15 min 31–36 % · 60 min 70–74 % · median 23 min";

/** @type {Time} */
let time;
let page;
let line;
/** @type {TicketTouch} */
let touch;
/** @type {{path: string, signal: AbortSignal, resolve: (value: unknown) => void, reject: (error: Error) => void}[]} */
let requests;

beforeEach(() => {
  time = new Time();
  page = makeDocument();
  line = new FakeElement();
  line.hidden = true;
  requests = [];
  const get = (path, params, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      requests.push({ path: `${path}?${params}`, signal, resolve, reject });
    });
  touch = new TicketTouch(line, /** @type {any} */ ({ get }), "/api/forecasts/touch/");
});

afterEach(() => {
  touch.follow(null);
  time.end();
});

function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Answers the three requests in flight, the last one first. */
function answer() {
  const three = requests.splice(0);
  for (const [i, { resolve }] of [...three.entries()].reverse()) resolve(THREE[i]);
  return settled();
}

/** What the line says, without its link. */
function said() {
  return line.hidden ? null : line.childNodes[0].textContent;
}

test("an order is asked for by the price that its type is touched at", () => {
  const asked = { symbol: "AAPL", side: "buy", order_type: "limit", price: "229.5" };
  assert.deepEqual(question(TERMS), asked);
  const stop = { ...TERMS, stop_price: "228" };
  assert.equal(question({ ...stop, order_type: "stop" })?.price, "228");
  assert.equal(question({ ...stop, order_type: "stop_limit" })?.price, "228");
  for (const part of [{ price: "" }, { price: "0.00" }, { symbol: "" }, { order_type: "market" }]) {
    assert.equal(question({ ...TERMS, ...part }), null);
  }
  assert.equal(question(null), null);
});

test("the line tells the horizons and the median", () => {
  assert.equal(lineText(THREE), SHOWN);
  const far = THREE.map((each) => ({ ...each, median_minutes: null }));
  assert.match(lineText(far), / · median over 60 min$/);
  assert.doesNotMatch(lineText(THREE), /fill/i);
});

test("why there is no number is told once, or where it is missing", () => {
  const old = [5, 15, 60].map((minutes) => without(minutes, "The price is 4 min old."));
  assert.equal(lineText(old), "No touch forecast: The price is 4 min old.");
  assert.equal(
    lineText([...THREE.slice(0, 2), without(60, "Too few bars.", 1000)]),
    "Touch within 5 min 3 % · 15 min 31–36 % · 60 min: needs 17 more hours · median 23 min",
  );
});

test("nothing is asked until typing has paused, then the three horizons at once", async () => {
  touch.follow({ ...TERMS, price: "22" });
  time.pass(350);
  touch.follow(TERMS);
  time.pass(350);
  touch.follow({ ...TERMS });
  assert.deepEqual([requests.length, said()], [0, "Touch within …"]);
  time.pass(50);
  assert.deepEqual(
    requests.map(({ path }) => path),
    [5, 15, 60].map(
      (minutes) => `/api/forecasts/touch/?symbol=AAPL&side=buy&price=229.5&order_type=limit&minutes=${minutes}`,
    ),
  );
  await answer();
  assert.equal(said(), SHOWN);
  assert.equal(line.childNodes[2].href, "/forecasts/");
});

test("the latest price wins, whatever comes of the one before", async () => {
  touch.follow(TERMS);
  time.pass(400);
  const before = requests.splice(0);
  touch.follow({ ...TERMS, price: "229" });
  assert.equal(said(), "Touch within …");
  assert.ok(before.every(({ signal }) => signal.aborted));
  for (const { resolve } of before) resolve(forecast(5, chance(0.99)));
  await settled();
  assert.equal(said(), "Touch within …");
  time.pass(400);
  await answer();
  assert.equal(said(), SHOWN);
});

test("it is asked again every five seconds while the ticket is open, and not in a hidden page", async () => {
  touch.follow(TERMS);
  time.pass(400);
  await answer();
  time.pass(5000);
  assert.equal(requests.length, 3);
  await answer();
  page.hidden = true;
  time.pass(20_000);
  assert.equal(requests.length, 0);
  page.hidden = false;
  page.listeners.visibilitychange();
  assert.equal(requests.length, 3);
  await answer();
  touch.follow(null);
  time.pass(20_000);
  assert.deepEqual([requests.length, said()], [0, null]);
});

test("a slow answer is waited for", async () => {
  touch.follow(TERMS);
  time.pass(15_000);
  assert.equal(requests.length, 3);
  await answer();
  assert.equal(said(), SHOWN);
});

test("at market, or while the order is incomplete, there is no line", () => {
  touch.follow(TERMS);
  touch.follow({ ...TERMS, order_type: "market" });
  assert.equal(said(), null);
  touch.follow({ ...TERMS, price: "" });
  time.pass(10_000);
  assert.deepEqual([requests.length, said()], [0, null]);
});

test("a missing answer is tried again, and a refusal is told until something else is typed", async () => {
  touch.follow(TERMS);
  time.pass(400);
  requests.splice(0)[0].reject(new ApiError(0, { message: "No answer." }));
  await settled();
  assert.equal(said(), "Touch: could not be read. Trying again …");
  time.pass(1000);
  await settled();
  assert.equal(requests.length, 3);
  requests.splice(0)[1].reject(new ApiError(404, { message: "Not found." }));
  await settled();
  assert.equal(said(), "Touch: could not be read.");
  time.pass(20_000);
  assert.equal(requests.length, 0);
  touch.follow({ ...TERMS, price: "229.501" });
  time.pass(400);
  requests.splice(0)[0].reject(new ApiError(400, { message: "price: Must be a multiple of 0.01." }));
  await settled();
  assert.equal(said(), "No touch forecast: price: Must be a multiple of 0.01.");
});
