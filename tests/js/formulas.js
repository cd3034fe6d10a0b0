/** Answers on stdout what the page copies of the texts on stdin, both as JSON; tests/orders/api/test_export_csv.py compares it with the export. */

import { readFileSync } from "node:fs";
import { asText } from "../../static/js/text/formula-escape.js";

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(asText)));
