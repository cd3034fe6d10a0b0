/**
 * Imported before each file of tests: the document that the page's modules find what the server has told in.
 *
 * The tables come from the server's own code, by the run of all tests or by this file.
 */

import { execFileSync } from "node:child_process";

const told =
  process.env.PAGE_TABLES ?? execFileSync(".venv/bin/python", ["-m", "orders.domain.page_tables"]).toString();

Object.defineProperty(globalThis, "document", {
  value: { querySelector: (selector) => (selector === "#page-tables" ? { textContent: told } : null) },
  configurable: true,
  writable: true,
});
