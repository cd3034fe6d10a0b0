/** A field's list is on the screen as a whole, wherever the field is. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { placement } from "../../../static/js/symbols/placement.js";
import { randomness } from "../server.js";

const DESK = { left: 0, top: 0, width: 1440, height: 900 };

test("a list goes below its field, wider than it where there is room", () => {
  const box = placement({ left: 100, top: 100, width: 260, height: 30 }, DESK, 200);
  assert.deepEqual(box, { left: 100, top: 134, width: 340, height: 200 });
});

test("at the right edge it grows to the left", () => {
  const box = placement({ left: 1164, top: 100, width: 260, height: 30 }, DESK, 100);
  assert.equal(box.left + box.width, 1432);
});

test("near the bottom it goes above, and ends right above the field", () => {
  const box = placement({ left: 100, top: 800, width: 260, height: 30 }, DESK, 200);
  assert.equal(box.top + box.height, 796);
  assert.equal(box.height, 200);
});

test("it stays below where that is the larger part, and is as high as fits", () => {
  const view = { left: 0, top: 0, width: 360, height: 260 };
  const box = placement({ left: 16, top: 90, width: 328, height: 44 }, view, 400);
  assert.deepEqual(box, { left: 12, top: 138, width: 340, height: 114 });
});

test("it is never off the screen while its field is on it", () => {
  const next = randomness(5);
  for (let round = 0; round < 500; round += 1) {
    const view = { left: next() * 50, top: next() * 300, width: 320 + next() * 1200, height: 200 + next() * 900 };
    const field = { left: view.left + next() * (view.width - 60), top: 0, width: 60 + next() * 500, height: 44 };
    field.top = view.top + next() * (view.height - field.height);
    const box = placement(field, view, 10 + next() * 800);
    assert.ok(box.left >= view.left && box.left + box.width <= view.left + view.width, "sideways");
    assert.ok(
      box.height === 0 || (box.top >= view.top && box.top + box.height <= view.top + view.height),
      "up and down",
    );
    assert.ok(box.top >= field.top + field.height || box.top + box.height <= field.top, "beside the field");
  }
});
