/** The page's small pure parts: requests, legal steps, rearranging, attempts, words. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { cellText, FIGURES, LAYOUT, nameOf, placeOf, SORTABLE } from "../../static/js/orders/columns.js";
import { canAmend, canCancel, STATUS_WORDS } from "../../static/js/orders/order.js";
import { summary } from "../../static/js/page/announcer.js";
import { sparkline } from "../../static/js/page/sparkline.js";
import { changeText } from "../../static/js/stream/event-words.js";
import { datatablesParams, orderFrom, sortFrom } from "../../static/js/table/datatables-request.js";
import { pageTarget, pageText, totalsText } from "../../static/js/table/pager.js";
import { noFilters } from "../../static/js/table/query.js";
import { firstQuery } from "../../static/js/table/remembered-query.js";
import { ClientOrderId } from "../../static/js/ticket/client-order-id.js";
import { longestRising } from "../../static/js/ui/reorder.js";
import { order, randomness, Server } from "./server.js";

/** @import {Status} from "../../static/js/orders/order.js" */

test("a table request names every column, the sort, the tab, and only the filters that are set", () => {
  const query = { ...firstQuery(), tab: /** @type {const} */ ("working"), search: "x&y", start: 25 };
  query.filters = { ...noFilters(), status: ["new", "pending_new"] };
  const params = datatablesParams(query);
  const index = Number(params.get("order[0][column]"));
  assert.equal(params.get(`columns[${index}][data]`), "created_at");
  const names = ["start", "length", "tab", "search[value]", "order[0][dir]", "status"];
  assert.deepEqual(
    names.map((name) => params.get(name)),
    ["25", "25", "working", "x&y", "desc", "new,pending_new"],
  );
  assert.equal(params.has("symbol"), false);
  assert.equal(params.has(`columns[${SORTABLE.length}][data]`), false);
});

test("the table's own sort becomes ours, its first column carries no field", () => {
  const request = {
    order: [
      { column: placeOf("price"), dir: "asc" },
      { column: 0, dir: "asc" },
      { column: placeOf("status"), dir: "desc" },
    ],
  };
  assert.deepEqual(sortFrom(request), [
    { field: "price", dir: "asc" },
    { field: "status", dir: "desc" },
  ]);
});

test("figures that prices make stand among the columns, and are neither sorted by nor asked for", () => {
  const params = [...datatablesParams(firstQuery()).values()];
  for (const { figure } of FIGURES) {
    const place = LAYOUT.findIndex((column) => "figure" in column && column.figure === figure) + 1;
    assert.ok(place > placeOf("avg_price") && place < placeOf("status"), figure);
    assert.deepEqual(sortFrom({ order: [{ column: place, dir: "asc" }] }), []);
    assert.equal(params.includes(figure), false);
  }
  assert.deepEqual(sortFrom({ order: [{ column: placeOf("arrival_price"), dir: "asc" }] }), []);
  assert.equal(params.includes("arrival_price"), false);
});

test("the touch stands next to the distance", () => {
  const names = LAYOUT.map(nameOf);
  assert.equal(names.indexOf("touch"), names.indexOf("distance") + 1);
});

test("the touch is asked for where the table is sorted by it, and never searched in", () => {
  assert.equal([...datatablesParams(firstQuery()).values()].includes("touch"), false);
  const sort = sortFrom({ order: [{ column: placeOf("touch"), dir: "desc" }] });
  assert.deepEqual(sort, [{ field: "touch", dir: "desc" }]);
  const params = datatablesParams({ ...firstQuery(), sort });
  const index = Number(params.get("order[0][column]"));
  assert.equal(index, SORTABLE.length);
  const names = ["data", "name", "searchable", "orderable"].map((name) => params.get(`columns[${index}][${name}]`));
  assert.deepEqual(names, ["touch", "touch", "false", "true"]);
  assert.deepEqual(orderFrom(sort), [[placeOf("touch"), "desc"]]);
});

test("only what the server would take may be asked for", () => {
  const open = /** @type {Status[]} */ (Object.keys(STATUS_WORDS)).filter((status) => canAmend({ status }));
  assert.deepEqual(open, ["pending_new", "new", "partially_filled"]);
  assert.ok(open.every((status) => canCancel({ status })));
});

test("prices in cells have the instrument's decimals, quantities stay as they are", () => {
  const shown = order({ price: "585.3", quantity: "1.5" });
  assert.equal(cellText("price", shown, 2), "585.30");
  assert.equal(cellText("quantity", shown, 2), "1.5");
  assert.equal(cellText("stop_price", shown, 2), "");
  assert.equal(cellText("status", order({ status: "pending_new" }), 2), "Waiting for broker");
});

test("a longest rising run is found, so that as few rows move as can be", () => {
  assert.deepEqual([...longestRising([0, 1, 2])], [2, 1, 0]);
  assert.equal(longestRising([]).size, 0);
  assert.equal(longestRising([4, 0, 1, 2, 3]).size, 4);
  const random = randomness(3);
  for (let round = 0; round < 50; round += 1) {
    const values = Array.from({ length: 12 }, (_, i) => i).sort(() => random() - 0.5);
    const run = [...longestRising(values)].sort((a, b) => a - b).map((i) => values[i] ?? -1);
    assert.ok(run.every((value, i) => i === 0 || value > (run[i - 1] ?? -1)));
    assert.equal(run.length, longestOf(values));
  }
});

/** The length of the longest rising run, the slow way. @param {number[]} values */
function longestOf(values) {
  /** @type {number[]} */
  const best = [];
  values.forEach((value, i) => {
    best.push(1 + Math.max(0, ...values.slice(0, i).map((other, j) => (other < value ? (best[j] ?? 0) : 0))));
  });
  return Math.max(0, ...best);
}

test("an order keeps its id until it is placed", () => {
  const attempt = new ClientOrderId();
  const first = attempt.current;
  assert.match(first, /^[A-Za-z0-9-_]{1,36}$/);
  assert.equal(attempt.current, first);
  attempt.settle();
  assert.notEqual(attempt.current, first);
});

test("events are told in words", () => {
  const server = new Server();
  assert.equal(changeText(server.place()), "Buy 18 AAPL at 585.33, day");
  const fill = server.change(1, { cum_qty: "18", leaves_qty: "0", avg_price: "585.33", status: "filled" });
  assert.equal(changeText(fill), "18 @ 585.33, 18 of 18");
  assert.equal(
    summary(
      new Map([
        ["created", 3],
        ["rejected", 1],
      ]),
    ),
    "3 placed, 1 rejected",
  );
});

test("an event says its facts first, and not what its name says already", () => {
  const server = new Server();
  server.place({ quantity: "22345678", price: "1.06" });
  assert.equal(changeText(server.change(1, { status: "new" })), "Buy 22,345,678 AAPL at 1.06, day");
  const filled = (cum_qty, leaves_qty, avg_price) => {
    const event = server.change(1, { cum_qty, leaves_qty, avg_price, status: "partially_filled" });
    return changeText({ ...event, kind: "partially_filled" });
  };
  assert.equal(filled("12345678", "10000000", "1.0512"), "12,345,678 @ 1.0512, 12,345,678 of 22,345,678");
  assert.equal(
    filled("12346678", "9999000", "1.05120001"),
    "1,000, 12,346,678 of 22,345,678, average 1.05120001",
    "an average of so many does not tell the price of so few",
  );
  assert.equal(
    filled("18520017", "3825661", "1.05123334"),
    "6,173,339 @ 1.0513, 18,520,017 of 22,345,678, average 1.05123334",
  );
  const amended = server.change(1, { quantity: "21345678", leaves_qty: "2825661" });
  assert.equal(changeText({ ...amended, kind: "amended" }), "quantity 22,345,678 → 21,345,678");
  const status = ["partially_filled", "canceled"];
  assert.equal(changeText({ ...amended, kind: "corrected", changes: { status } }), "status Partly filled → Cancelled");
});

test("totals say what is shown of what", () => {
  const page = { start: 25, length: 25, shown: 25, filtered: 697, isMore: false, total: 697 };
  assert.equal(totalsText(page), "26–50 of 697 orders");
  assert.equal(totalsText({ ...page, total: 4213 }), "26–50 of 697 orders, filtered from 4,213");
  assert.equal(totalsText({ ...page, start: 0, shown: 0, filtered: 0 }), "0 orders");
  assert.equal(pageText(page), "2 / 28");
});

test("where nobody has counted to the end, one can still turn the pages, but not jump to the last", () => {
  const page = { start: 950, length: 25, shown: 25, filtered: 1000, isMore: true, total: 4213 };
  assert.equal(totalsText(page), "951–975 of 1,000+ orders, filtered from 4,213");
  assert.equal(pageText(page), "39 / 40+");
  assert.equal(pageTarget("next", page), 975);
  assert.equal(pageTarget("last", page), page.start);
  const beyond = { ...page, start: 1000, filtered: 1025 };
  assert.equal(pageText(beyond), "41 / 41+");
  assert.equal(pageTarget("next", beyond), 1025);
  assert.equal(pageTarget("previous", beyond), 975);
  const last = { ...beyond, shown: 7, filtered: 1007, isMore: false };
  assert.equal(pageTarget("next", last), last.start);
});

test("a sparkline stays in its box, and one value is no line", () => {
  assert.equal(sparkline([5]), "");
  const path = sparkline([1, 2, 4]);
  assert.match(path, /^M0\.0 [\d.]+L30\.0 [\d.]+L60\.0 1\.0$/);
  assert.doesNotMatch(sparkline([0, 0]), /NaN/);
});
