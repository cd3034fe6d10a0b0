/** How many rows fit into a height. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { isWorthAsking, rowsFor } from "../../../static/js/table/fitting-rows.js";

test("as many rows as fit below the head, ten at least and a hundred at most", () => {
  assert.deepEqual([331, 360, 361, 1031].map(rowsFor), [10, 10, 11, 33]);
  assert.deepEqual([0, 100, 9000].map(rowsFor), [10, 10, 100]);
});

test("a row or two more that would fit are not asked for, since what stands around the rows changes with them", () => {
  assert.deepEqual(
    [0, 24, 25, 26, 27, 28].map((before) => isWorthAsking(26, before)),
    [true, false, false, false, true, true],
  );
  assert.equal(isWorthAsking(26, 23), true);
});
