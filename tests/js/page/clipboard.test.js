/** What is copied is read as numbers by a spreadsheet. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { plainText } from "../../../static/js/page/clipboard.js";

test("numbers lose the marks between their thousands and have an ASCII minus, words stay", () => {
  const shown = ["−29,489.87", "+12.30", "12,345,678", "0.00000119", " AAPL ", "Partly filled", "−", "1,5 or so"];
  const copied = ["-29489.87", "12.30", "12345678", "0.00000119", "AAPL", "Partly filled", "−", "1,5 or so"];
  assert.deepEqual(
    shown.map((text) => plainText(text, true)),
    copied,
  );
  assert.equal(plainText("\u2068שני\u2069", false), "שני");
});

test("what somebody wrote is copied as it stands, and becomes no formula", () => {
  const shown = ["1,5", "1,234", "+49123", "=1+1", "\u2068@sum\u2069", "-", "x;=1+1", '"=1+1"', "﹦1+1"];
  assert.deepEqual(
    shown.map((text) => plainText(text, false)),
    ["1,5", "1,234", "'+49123", "'=1+1", "'@sum", "'-", "x;'=1+1", `"'=1+1"`, "'﹦1+1"],
  );
  assert.equal(plainText("1,5", true), "1,5");
});
