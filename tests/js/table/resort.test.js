/** A table sorted by what only the server knows is fetched every five seconds, and only while somebody sees it. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { firstQuery } from "../../../static/js/table/remembered-query.js";
import { keepSorted, refetchMs } from "../../../static/js/table/resort.js";
import { Time } from "../sockets.js";

/** @import {Query} from "../../../static/js/table/query.js" */

/** @type {Query} */
const BY_TOUCH = { ...firstQuery(), sort: [{ field: "touch", dir: "desc" }] };

/** @type {Time} */
let time;
let table;

beforeEach(() => {
  time = new Time();
  hide(false);
  table = { query: BY_TOUCH, fetched: 0, refetch: () => (table.fetched += 1) };
  keepSorted(table);
});

afterEach(() => time.end());

/** @param {boolean} hidden */
function hide(hidden) {
  Object.defineProperty(globalThis, "document", { value: { hidden }, configurable: true, writable: true });
}

test("it is fetched every five seconds as long as it is sorted so", () => {
  time.pass(4900);
  assert.equal(table.fetched, 0);
  time.pass(10_100);
  assert.equal(table.fetched, 3);
  table.query = firstQuery();
  time.pass(10_000);
  assert.equal(table.fetched, 3);
});

test("a hidden tab fetches nothing", () => {
  hide(true);
  time.pass(20_000);
  assert.equal(table.fetched, 0);
  hide(false);
  time.pass(5000);
  assert.equal(table.fetched, 1);
});

test("what events cause is not fetched more often either", () => {
  assert.deepEqual([refetchMs(BY_TOUCH), refetchMs(firstQuery())], [5000, 1000]);
});
