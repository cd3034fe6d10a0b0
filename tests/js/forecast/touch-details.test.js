/** The touch in an order's details: read when they open, kept new while they are seen, and honest about what is missing. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { pictureText, TouchDetails } from "../../../static/js/forecast/touch-details.js";
import { ApiError } from "../../../static/js/net/api.js";
import { localTime } from "../../../static/js/text/format.js";
import { makeDocument } from "../elements.js";
import { order } from "../server.js";
import { Time } from "../sockets.js";
import { chance, forecast, without } from "./forecasts.js";

const AS_OF = localTime("2026-12-01T14:00:00.123456Z");
const MINUTES = [1, 5, 15, 30, 60, 120];
const NUMBERS = MINUTES.map((minutes, i) => forecast(minutes, chance(0.1 + i / 10)));

/** @type {Time} */
let time;
let page;
/** @type {{path: string, answer: (results: unknown[]) => Promise<void>, fail: (error: Error) => Promise<void>}[]} */
let requests;
/** @type {TouchDetails} */
let details;

beforeEach(() => {
  time = new Time();
  page = makeDocument();
  requests = [];
  const api = {
    get: (path, params, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        requests.push({
          path: `${path}?${params}`,
          answer: (results) => settled(resolve({ results })),
          fail: (error) => settled(reject(error)),
        });
      }),
  };
  details = new TouchDetails(/** @type {any} */ (api), "/api/forecasts/");
});

afterEach(() => {
  details.close();
  time.end();
});

function settled() {
  return /** @type {Promise<void>} */ (new Promise((resolve) => setImmediate(resolve)));
}

/** Everything that is shown, as text. */
function shown() {
  const [, body, median, note] = /** @type {any} */ (details.element).childNodes;
  const [, ...rows] = body.childNodes[1].childNodes;
  return {
    rows: body.hidden ? null : rows.map(({ childNodes }) => childNodes.map(({ textContent }) => textContent).join(" ")),
    label: body.childNodes[0].attributes["aria-label"],
    median: median.textContent,
    note: note.textContent,
  };
}

test("a working order with a price is read at once, and shown as a curve and a table", async () => {
  details.show(order({ id: 12 }));
  assert.deepEqual(
    requests.map(({ path }) => decodeURIComponent(path)),
    ["/api/forecasts/?orders=12&minutes=1,5,15,30,60,120,240"],
  );
  assert.equal(details.element.hidden, false);
  assert.deepEqual(shown(), { rows: null, label: undefined, median: "", note: "Reading the forecast …" });
  await requests[0].answer([without(240, "Too few bars.", 1000), ...NUMBERS.toReversed()]);
  assert.deepEqual(shown(), {
    rows: [
      "1 min 10 % 29–34 %",
      "5 min 20 % 29–34 %",
      "15 min 30 % 29–34 %",
      "30 min 40 % 29–34 %",
      "60 min 50 % 29–34 %",
      "2 h 60 % 29–34 %",
      "4 h – –",
    ],
    label:
      "Touch within 1 min 10 %, 5 min 20 %, 15 min 30 %, 30 min 40 %, 60 min 50 %, 2 h 60 %, 4 h needs 17 more hours",
    median: "median time to touch 23 min",
    note: `4 h needs 17 more hours · as of ${AS_OF}`,
  });
});

test("a touch that is not even as likely as not has no median", async () => {
  details.show(order());
  await requests[0].answer([forecast(5, chance(0.1), { median_minutes: null })]);
  assert.equal(shown().median, "median time to touch over 5 min");
});

test("it is read again every five seconds, never twice at a time, and not in a hidden page", async () => {
  details.show(order());
  time.pass(6000);
  assert.equal(requests.length, 1);
  await requests[0].answer(NUMBERS);
  time.pass(4000);
  assert.equal(requests.length, 2);
  await requests[1].answer(NUMBERS);
  page.hidden = true;
  time.pass(20_000);
  assert.equal(requests.length, 2);
  page.hidden = false;
  page.listeners.visibilitychange();
  assert.equal(requests.length, 3);
  details.close();
  time.pass(20_000);
  assert.equal(requests.length, 3);
});

test("another price is another question, another version is not", async () => {
  details.show(order());
  await requests[0].answer(NUMBERS);
  details.show(order({ version: 2 }));
  assert.equal(requests.length, 1);
  details.show(order({ version: 3, price: "585.4" }));
  assert.equal(requests.length, 2);
  assert.equal(shown().rows, null);
});

test("a link leads to how good the numbers of its symbol have been", () => {
  details.show(order({ id: 12, symbol: "BRK/B" }));
  const [link] = /** @type {any} */ (details.element).childNodes.at(-1).childNodes;
  assert.equal(link.href, "/forecasts/?symbol=BRK%2FB");
});

test("the title says of which price it is where that is the stop", () => {
  const title = () => /** @type {any} */ (details.element).childNodes[0].textContent;
  details.show(order({ id: 12, order_type: "stop_limit", stop_price: "1590.25", cum_qty: "0" }));
  assert.equal(title(), "Touch of the stop at 1,590.25");
  details.show(order({ id: 12, order_type: "stop_limit", stop_price: "1590.25", cum_qty: "1" }));
  assert.equal(title(), "Touch");
});

test("an order that is done, or has no price, has no touch", async () => {
  details.show(order());
  details.show(order({ status: "filled", version: 2 }));
  assert.equal(details.element.hidden, true);
  time.pass(20_000);
  assert.equal(requests.length, 1);
  details.show(order({ order_type: "market", price: null, version: 3 }));
  assert.deepEqual([details.element.hidden, requests.length], [true, 1]);
});

test("one reason for everything is told instead of a curve", async () => {
  details.show(order());
  await requests[0].answer(MINUTES.map((minutes) => without(minutes, "The price is 4 min old.")));
  assert.deepEqual(shown(), { rows: null, label: undefined, median: "", note: "No forecast: The price is 4 min old." });
});

test("an answer that does not come is tried again, a refusal is told, and the next answer is shown", async () => {
  details.show(order());
  await requests[0].fail(new ApiError(0, { message: "No answer." }));
  assert.equal(shown().note, "The forecast could not be read. Trying again …");
  time.pass(1000);
  await settled();
  await requests[1].fail(new ApiError(404, { message: "Not found." }));
  assert.equal(shown().note, "The forecast could not be read.");
  time.pass(5000);
  await requests[2].answer(NUMBERS);
  assert.equal(shown().note, `as of ${AS_OF}`);
  assert.equal(shown().rows?.length, 7);
});

test("no text promises more than a touch", () => {
  assert.doesNotMatch(pictureText(NUMBERS), /fill/i);
});
