/** What is done seldom is done at once, then once for however many wishes. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { ChartHead } from "../../../static/js/chart/head.js";
import { Throttle } from "../../../static/js/ui/throttle.js";
import { FakeElement, makeDocument } from "../elements.js";
import { Time } from "../sockets.js";

/** @type {Time} */
let time;

beforeEach(() => {
  time = new Time();
});
afterEach(() => time.end());

test("the first wish is done at once, those of the next ten seconds together at their end", () => {
  let done = 0;
  const seldom = new Throttle(10_000, () => {
    done += 1;
  });
  seldom.ask();
  assert.equal(done, 1);
  for (let wish = 0; wish < 9; wish += 1) {
    time.pass(1000);
    seldom.ask();
  }
  time.pass(950);
  assert.equal(done, 1);
  time.pass(50);
  assert.equal(done, 2);
  time.pass(60_000);
  assert.equal(done, 2);
  seldom.ask();
  assert.equal(done, 3);
});

test("what can't wait is done at once, and is what was waited for", () => {
  let done = 0;
  const seldom = new Throttle(10_000, () => {
    done += 1;
  });
  seldom.ask();
  seldom.ask();
  seldom.now();
  assert.equal(done, 2);
  time.pass(60_000);
  assert.equal(done, 2);
});

test("the chart's label follows the price every ten seconds at most, and another symbol at once", () => {
  makeDocument();
  const root = new FakeElement();
  const head = new ChartHead(/** @type {HTMLElement} */ (/** @type {unknown} */ (root)));
  const label = () => root.querySelector("[data-chart=face]").attributes["aria-label"];
  head.show({ symbol: "AAPL", last: "585.50", change: "" });
  assert.match(label(), /AAPL.*585\.50/);
  head.show({ symbol: "AAPL", last: "586.00", change: "" });
  time.pass(9950);
  head.show({ symbol: "AAPL", last: "587.00", change: "" });
  assert.match(label(), /585\.50/);
  assert.equal(root.querySelector("[data-chart=last]").textContent, "587.00");
  time.pass(50);
  assert.match(label(), /587\.00/);
  head.show({ symbol: "BTCUSD", last: "60000.00", change: "" });
  assert.match(label(), /BTCUSD.*60000\.00/);
});
