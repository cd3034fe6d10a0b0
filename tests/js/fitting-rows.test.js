/** How many rows fit into a height. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { rowsFor } from "../../static/js/fitting-rows.js";

test("as many rows as fit below the head, ten at least and a hundred at most", () => {
  assert.deepEqual([331, 360, 361, 1031].map(rowsFor), [10, 10, 11, 33]);
  assert.deepEqual([0, 100, 9000].map(rowsFor), [10, 10, 100]);
});
