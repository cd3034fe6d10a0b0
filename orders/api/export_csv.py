"""Orders as CSV for spreadsheets and scripts, some hundred lines at a time; no separator makes a formula of a text."""

from __future__ import annotations

import csv
import re
from collections.abc import Generator, Iterable, Iterator
from itertools import islice
from typing import Any

from orders.domain.fields import NAMES, WRITTEN
from orders.domain.rows import Row

CHUNK = 500

# Everything that some reader takes for the end of a line.
BREAKS = "\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
# What begins a formula in some spreadsheet: full-width and small forms count as well.
SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫"
# A cell begins at the text's beginning, and for a reader with another separator after that; quotes and what nobody
# sees don't keep a sign from being the first that counts. An apostrophe before it makes text of it.
FORMULA = re.compile(rf"((?:^|[;,|\t{BREAKS}])[^\w!#-~＝＋－＠﹦﹢﹣﹫]*)(?=[{SIGNS}])")
CONTROLS = ("\t", "\r", "\n", "\0")


class _Echo:
    def write(self, line: str) -> str:
        return line


def csv_chunks(found: Iterable[Row]) -> Generator[str, None, None]:
    """RFC 4180: the names of the columns, then some hundred lines at a time, whose cells are all quoted."""
    writer: Any = csv.writer(_Echo(), lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    rows = iter(found)
    yield ",".join(NAMES) + "\r\n"
    while lines := [writer.writerow(_cells(row)) for row in islice(rows, CHUNK)]:
        yield "".join(lines)


def as_text(text: str) -> str:
    """The same as no separator can turn into a formula."""
    return FORMULA.sub(r"\1'", f"'{text}" if text.startswith(CONTROLS) else text)


def _cells(row: Row) -> Iterator[str]:
    for name in NAMES:
        value = row[name]
        text = "" if value is None else str(value)
        yield as_text(text) if name in WRITTEN else text
