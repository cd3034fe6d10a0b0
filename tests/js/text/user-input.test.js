/** What people type: read as they meant it, or told how to write it; never guessed. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { cleaned, readAmount } from "../../../static/js/text/user-input.js";

test("a number goes to the server in plain digits with at most one point", () => {
  const read = {
    5: "5",
    "12.50": "12.50",
    "007": "7",
    0: "0",
    0.5: "0.5",
    ".5": "0.5",
    "5.": "5",
    " 5 ": "5",
    "5\u200e": "5",
    "\u202d25,000\u202c": "25000",
    "25,000": "25000",
    "1,234.50": "1234.50",
    "12,345,678": "12345678",
  };
  for (const [typed, value] of Object.entries(read)) {
    assert.deepEqual(readAmount(typed, "a quantity"), { value, problem: "" }, typed);
    assert.match(value, /^[0-9]+(\.[0-9]+)?$/);
  }
});

test("what could be meant in two ways, or is no plain number, is not sent, and the words say how to write it", () => {
  const refused = {
    "": "Enter a quantity.",
    "\u200e ": "Enter a quantity.",
    "1,1": "Write 1.1 or 11.",
    "0,500": "Write 0.500 or 500.",
    "1.234,50": "Write 1234.50 or 123450.",
    "25,00": "Write 25.00 or 2500.",
    "1 234": "Write 1234.",
    "1\u202f234": "Write 1234.",
    "1'000": "Write 1.000 or 1000.",
    "1.2.3": "Write 12.3 or 123.",
    "-3": "Must be greater than 0.",
    "−3": "Must be greater than 0.",
  };
  for (const [typed, problem] of Object.entries(refused)) {
    assert.deepEqual(readAmount(typed, "a quantity"), { value: "", problem }, typed);
  }
  for (const typed of ["1e2", "1E5", "1_00", "1e-4", "+5", "$5", "NaN", "Infinity", "0x10", "０５", "٥", ".", ",5"]) {
    assert.deepEqual(readAmount(typed, "a price"), { value: "", problem: "Write it in digits, such as 25000 or 1.1." });
  }
});

test("what nobody sees is left out of a symbol and of a search", () => {
  assert.equal(cleaned("\u202dBTCUSD\u202c"), "BTCUSD");
  assert.equal(cleaned("\u200e AAPL\u0000\ufeff "), "AAPL");
  assert.equal(cleaned("Ünïted – 東京 👍"), "Ünïted – 東京 👍");
});
