/** Numbers as readers of other locales write them: shown exactly, and read back as they were meant or refused. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Numbers } from "../../../static/js/text/numbers.js";
import { readAmount, readQuantity } from "../../../static/js/text/user-input.js";

const LOCALES = [
  "en-US",
  "en-IN",
  "de-DE",
  "de-CH",
  "fr-FR",
  "es-ES",
  "pl-PL",
  "sv-SE",
  "ar-EG",
  "he-IL",
  "hi-IN",
  "ja-JP",
];

test("an amount is written as the locale writes it, in digits from 0 to 9, and none is lost", () => {
  /** @type {[string, string, string][]} */
  const written = [
    ["en-US", "1234567.80", "1,234,567.80"],
    ["en-IN", "1234567.80", "12,34,567.80"],
    ["de-DE", "1234567.80", "1.234.567,80"],
    ["fr-FR", "1234567.80", "1\u202f234\u202f567,80"],
    ["es-ES", "1234.5", "1234,5"],
    ["sv-SE", "-1234.50", "−1\u00a0234,50"],
    ["ar-EG", "-0.00000001", "−0.00000001"],
    ["de-DE", "999999999999999.99999999", "999.999.999.999.999,99999999"],
    ["de-DE", "", ""],
    ["de-DE", "0", "0"],
  ];
  for (const [locale, plain, text] of written) assert.equal(new Numbers(locale).grouped(plain), text, locale);
});

test("what is written is read back, grouped or as a field holds it", () => {
  for (const locale of LOCALES) {
    const numbers = new Numbers(locale);
    for (const plain of ["0", "5", "12.50", "1234", "12345.678", "1234567.80", "999999999999999.99999999"]) {
      for (const text of [numbers.grouped(plain), numbers.field(plain), numbers.grouped(plain).replace(/\s/g, " ")]) {
        assert.deepEqual(readAmount(text, "a price", numbers), { value: plain, problem: "" }, `${locale} ${text}`);
      }
    }
  }
});

test("what another country would write is refused where it could mean two things here", () => {
  /** @param {string} locale @param {string} typed */
  const problem = (locale, typed) => readAmount(typed, "a price", new Numbers(locale)).problem;
  assert.equal(problem("de-DE", "585.33"), "Write 585,33 or 58533.");
  assert.equal(problem("de-DE", "1,234.50"), "Write 1234,50 or 123450.");
  assert.equal(problem("de-DE", "0.500"), "Write 0,500 or 500.");
  assert.equal(problem("fr-FR", "1.234"), "Write 1,234 or 1234.");
  assert.equal(problem("de-CH", "1,1"), "Write 1.1 or 11.");
  assert.equal(problem("de-DE", "1e5"), "Write it in digits, such as 25000 or 1,1.");
  assert.equal(readAmount("1.234", "a price", new Numbers("de-DE")).value, "1234");
  assert.equal(readAmount("1'234.50", "a price", new Numbers("de-CH")).value, "1234.50");
  assert.equal(readAmount(",5", "a price", new Numbers("de-DE")).value, "0.5");
  assert.equal(readAmount("5,", "a price", new Numbers("de-DE")).value, "5");
});

test("a quantity with nothing after its point is shown without the point, so that nobody takes it for thousands", () => {
  assert.equal(readQuantity("25,000", "a quantity", new Numbers("de-DE")).value, "25");
  assert.equal(readQuantity("25.000", "a quantity", new Numbers("en-US")).value, "25");
  assert.equal(readQuantity("25.000", "a quantity", new Numbers("de-DE")).value, "25000");
  assert.equal(readQuantity("0.10", "a quantity").value, "0.1");
  assert.equal(readQuantity("100", "a quantity").value, "100");
  assert.equal(readQuantity("", "a quantity").problem, "Enter a quantity.");
});
