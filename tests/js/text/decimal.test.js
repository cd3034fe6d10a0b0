/** Exact decimals: text to whole numbers and back, rounded half-even; null stays null. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { decimal, divide, fixed, minus, nearest, plain, plus, product } from "../../../static/js/text/decimal.js";
import { age, grouped, signed } from "../../../static/js/text/format.js";
import { randomness } from "../server.js";

test("a decimal's text comes back as it was", () => {
  for (const text of ["0", "1", "-1", "0.00000001", "-0.5", "585.33", "999999999999999.99999999", "100"]) {
    assert.equal(plain(decimal(text)), text);
  }
  assert.equal(plain(decimal("1.50")), "1.5");
  assert.equal(plain(decimal("-0")), "0");
  assert.equal(decimal("0.000000015"), 2n);
  assert.equal(decimal("-0.000000005"), 0n);
});

test("what is no plain number is null, and so is null", () => {
  for (const text of [null, undefined, "", " 1", "1e5", "NaN", "Infinity", "1.", ".5", "--1", "+1", "1,5"]) {
    assert.equal(decimal(text), null, String(text));
  }
});

test("nothing is thrown on null, nor on a division by zero: null comes out", () => {
  for (const of of [plus, minus, divide, product]) {
    assert.equal(of(null, 1n), null);
    assert.equal(of(1n, null), null);
  }
  assert.equal(fixed(null, 2), null);
  assert.equal(plain(null), null);
  assert.equal(divide(1n, 0n), null);
});

test("ties go to the even, away from zero and towards it alike", () => {
  const halves = ["0.5", "1.5", "2.5", "-0.5", "-1.5", "-2.5"];
  assert.deepEqual(
    halves.map((text) => fixed(decimal(text), 0)),
    ["0", "2", "2", "0", "-2", "-2"],
  );
  assert.equal(nearest(-7n, -2n), 4n);
  assert.equal(nearest(7n, -2n), -4n);
  assert.equal(fixed(decimal("0.125"), 2), "0.12");
  assert.equal(fixed(decimal("-0.001"), 2), "0.00");
});

test("text has exactly the decimals asked for, also more than there are", () => {
  assert.equal(fixed(decimal("1.5"), 3), "1.500");
  assert.equal(fixed(decimal("0.05"), 1), "0.0");
  assert.equal(fixed(decimal("12"), 0), "12");
  assert.equal(fixed(product(decimal("1.1"), decimal("1.1")), 2, 16), "1.21");
  assert.equal(fixed(product(decimal("0.00000001"), decimal("0.00000001")), 16, 16), "0.0000000000000001");
});

test("products and quotients of whole numbers are those of whole numbers", () => {
  const random = randomness(11);
  for (let round = 0; round < 500; round += 1) {
    const [a, b] = [Math.floor(random() * 2e6) - 1e6, Math.floor(random() * 1e3) + 1];
    assert.equal(fixed(product(decimal(`${a}`), decimal(`${b}`)), 0, 16), String(a * b));
    assert.equal(plain(divide(decimal(`${a * b}`), decimal(`${b}`), 0)), String(a));
  }
  assert.equal(plain(divide(decimal("1"), decimal("3"), 4)), "0.3333");
  assert.equal(plain(divide(decimal("-2"), decimal("3"))), "-0.66666667");
  assert.equal(fixed(product(decimal("0.00000001"), decimal("0.5")), 8, 16), "0.00000000");
  assert.equal(fixed(product(decimal("0.00000003"), decimal("0.5")), 8, 16), "0.00000002");
});

test("figures are grouped and have their sign", () => {
  assert.equal(grouped("1234567.80"), "1,234,567.80");
  assert.equal(grouped("-1234"), "−1,234");
  assert.equal(grouped("123.456789"), "123.456789");
  assert.equal(signed("12.30"), "+12.30");
  assert.equal(signed("-12.30"), "−12.30");
  assert.equal(signed("0.00"), "0.00");
});

test("an age is as exact as matters", () => {
  assert.deepEqual([-5, 4_900, 61_000, 7_300_000, 90_000_000, 500_000_000].map(age), [
    "0 s",
    "4 s",
    "1 min",
    "2 h",
    "1 day",
    "5 days",
  ]);
});
