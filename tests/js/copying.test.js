/** What is copied is read as numbers by a spreadsheet. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { plainText } from "../../static/js/copying.js";

test("numbers lose the marks between their thousands and have an ASCII minus, words stay", () => {
  const shown = ["−29,489.87", "+12.30", "12,345,678", "0.00000119", " AAPL ", "Partly filled", "−", "1,5 or so"];
  const copied = ["-29489.87", "12.30", "12345678", "0.00000119", "AAPL", "Partly filled", "−", "1,5 or so"];
  assert.deepEqual(shown.map(plainText), copied);
  assert.equal(plainText("\u2068שני\u2069"), "שני");
});
