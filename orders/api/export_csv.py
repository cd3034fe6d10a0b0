"""Orders as CSV for spreadsheets and scripts, in chunks of 500 lines; no separator can turn a text into a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Generator, Iterable, Iterator
from itertools import islice
from typing import Any

from orders.domain.fields import NAMES, WRITTEN
from orders.domain.rows import Row

CHUNK = 500

# All characters that some program treats as the end of a line.
BREAKS = "\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
# Characters that start a formula in some spreadsheet, full-width and small forms included.
SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫"
# A cell starts at the start of the text, and for a program with another separator also after that. Quotes and invisible
# characters before a sign don't keep it from starting a formula. An apostrophe before the sign makes the cell text.
FORMULA = re.compile(rf"((?:^|[;,|\t{BREAKS}])[^\w!#-~＝＋－＠﹦﹢﹣﹫]*)(?=[{SIGNS}])")
CONTROLS = ("\t", "\r", "\n", "\0")


class _Echo:
    def write(self, line: str) -> str:
        return line


def csv_chunks(found: Iterable[Row]) -> Generator[str, None, None]:
    """RFC 4180: the column names, then chunks of 500 lines in which every cell is quoted."""
    writer: Any = csv.writer(_Echo(), lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    rows = iter(found)
    yield ",".join(NAMES) + "\r\n"
    while lines := [writer.writerow(_cells(row)) for row in islice(rows, CHUNK)]:
        yield "".join(lines)


def as_text(text: str) -> str:
    """The text, escaped so that it is no formula with any separator."""
    return FORMULA.sub(r"\1'", f"'{text}" if text.startswith(CONTROLS) else text)


def _cells(row: Row) -> Iterator[str]:
    for name in NAMES:
        value = row[name]
        text = "" if value is None else str(value)
        yield as_text(text) if name in WRITTEN else text
