"""Orders as an Excel file (xlsx), in which text stays text whatever it contains; imported only for such an export."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Generator, Iterable
from contextlib import closing
from decimal import Decimal
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from market.values.decimals import SIGNIFICANT_DIGITS
from orders.api.export_csv import CHUNK
from orders.domain.fields import AMOUNTS, NAMES, WHOLE_NUMBERS
from orders.domain.rows import Row

NUMBERS = AMOUNTS | WHOLE_NUMBERS
# Max number of rows of an Excel sheet; a longer export continues in the next sheet.
SHEET_ROWS = 1_048_576
BLOCK = 64 * 1024
WIDTH = 18
# Characters that XML can't contain; xlsxwriter escapes control characters.
NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


class Sheet(Worksheet):
    """A sheet without markup in its text: xlsxwriter treats text between <r> and </r> as its own markup."""

    def _xml_rich_inline_string(self, string: str, attributes: Any = ()) -> None:
        self._xml_inline_string(string, True, attributes)

    def close(self) -> None:
        """Close the rows' temporary file, if the workbook has not."""
        self._opt_close()


def blocks(found: Iterable[Row], sheet_rows: int = SHEET_ROWS) -> Generator[bytes, None, None]:
    """The file in blocks. It can't be sent before it is complete, so it is written to an unnamed temporary file.

    Until then, one empty block per 500 rows lets the caller cancel.
    """
    with tempfile.TemporaryFile() as file, tempfile.TemporaryDirectory() as folder:
        with closing(_write(file, folder, found, sheet_rows)) as written:
            for _ in written:
                yield b""
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


def _write(file: IO[bytes], folder: str, found: Iterable[Row], sheet_rows: int) -> Generator[None, None, None]:
    """Write the rows as they come, with at most one in memory."""
    book = Workbook(file, {"constant_memory": True, "tmpdir": folder})
    book.use_zip64()
    heads, texts = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    try:
        sheet, number = _sheet(book, heads), 1
        for count, row in enumerate(found):
            if number == sheet_rows:
                sheet, number = _sheet(book, heads), 1
            _write_row(sheet, number, row, texts)
            number += 1
            if count % CHUNK == 0:
                yield
        book.close()
    finally:
        for each in book.worksheets():
            each.close()


def _sheet(book: Workbook, heads: Any) -> Sheet:
    """Add the next sheet, with the column names in a frozen first row."""
    count = len(book.worksheets()) + 1
    sheet: Sheet = book.add_worksheet("Orders" if count == 1 else f"Orders {count}", Sheet)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(NAMES) - 1, WIDTH)
    for column, name in enumerate(NAMES):
        sheet.write_string(0, column, name, heads)
    return sheet


def _write_row(sheet: Sheet, number: int, row: Row, texts: Any) -> None:
    for column, name in enumerate(NAMES):
        value = row[name]
        if value is None or value == "":
            continue
        text = str(value)
        if name in NUMBERS and is_exact(text):
            sheet.write_number(number, column, Decimal(text))
        else:
            # The cell's format is text as well: editing the cell gives text again.
            sheet.write_string(number, column, NO_XML.sub("\ufffd", text), texts)


def is_exact(number: str) -> bool:
    """Whether a spreadsheet, which computes in doubles and shows 15 digits, shows this decimal exactly."""
    return len(number.replace(".", "").strip("0")) <= SIGNIFICANT_DIGITS
