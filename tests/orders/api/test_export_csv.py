"""Files for spreadsheets: text stays text, whoever reads it, numbers are numbers, and no file is too long."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.api import export_csv, export_xlsx
from orders.domain.fields import NAMES
from tests.servers import ROOT
from tests.tables import failing

FORMULA_SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫"
NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

# What may stand before a sign, and a sign that has to be first for a formula.
STARTS = [
    "",
    "x;",
    "x; ",
    "x\t",
    "x|",
    "x,",
    "x, ",
    "x;;",
    ";",
    'x;"',
    'x";',
    "x\n",
    "x\r",
    "x\u2028",
    "x\x85",
    "-;",
    "=;=",
    "é; ",
]
UNSEEN = [
    "",
    "\u200b",
    "\ufeff",
    "\u00ad",
    "\u2060\u200d",
    "\u00a0",
    "\u3000",
    "\u202e",
    "\u034f",
    "\0",
    "\U000e0041",
]
SIGNS = [*FORMULA_SIGNS, "==", "＝＝", "-+", '"="']
RISKY = [f"{start}{blank}{sign}1+1" for start in STARTS for blank in UNSEEN for sign in SIGNS]
ORDINARY = [
    'say "hi", then go; ä 😀',
    "5-6 lots",
    "at >=10",
    "me@example.com",
    "1 + 1 = 2",
    "100% (-3 %)",
    "'quoted'",
    "",
]

Cells = list[str | float]


def row(**fields: Any) -> dict[str, Any]:
    values: dict[str, Any] = dict.fromkeys(NAMES, "x")
    values |= dict.fromkeys(export_xlsx.NUMBERS, "585.33")
    values |= {"id": 7, "version": 3, "avg_price": None, "text": "", "created_at": "2026-01-31T09:30:00.000000Z"}
    return values | fields


def shows_formula(cell: str) -> bool:
    """Whether the first character that counts is a sign; quotes, blanks and what nobody sees may be dropped."""
    seen = (char for char in cell if char != '"' and unicodedata.category(char)[0] not in "ZCM")
    return next(seen, "") in tuple(FORMULA_SIGNS)


def split(text: str, separator: str, quoting: int) -> Iterator[str]:
    """The cells, for one who ends a line where CSV does, and for one who does so at every kind of break."""
    for lines in (io.StringIO(text, newline=""), text.splitlines(keepends=True)):
        for line in csv.reader(lines, delimiter=separator, quoting=quoting):
            yield from line


def formulas_in(text: str) -> list[tuple[str, str]]:
    """Cells of a file with this text that a reader with some separator takes for formulas."""
    written = "".join(export_csv.csv_chunks([row(text=text, client_order_id=text[:36], user=text[:20])]))
    return [
        (separator, cell)
        for separator in (",", ";", "\t", "|")
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE)
        for cell in split(written, separator, quoting)
        if shows_formula(cell)
    ]


def test_no_separator_turns_a_text_into_a_formula() -> None:
    def check(text: str) -> None:
        assert formulas_in(text) == []

    assert failing(RISKY, check) == []


@given(st.text(alphabet="=-＝@;,|\t\r\n \"'x1é\u200b\ufeff\0", max_size=16))
def test_no_mixture_of_separators_quotes_and_blanks_makes_a_formula(text: str) -> None:
    assert formulas_in(text) == []


def test_what_is_copied_from_the_page_is_guarded_by_the_same_rule() -> None:
    signs = re.compile(f"[{re.escape(FORMULA_SIGNS)}]")
    texts = [*RISKY, *ORDINARY, *(f"{text};-5" for text in ORDINARY), *(signs.sub("x", text) for text in RISKY)]
    done = subprocess.run(
        ["node", str(ROOT / "tests" / "js" / "formulas.js")], input=json.dumps(texts), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [export_csv.as_text(text) for text in texts]


def test_ordinary_text_is_exported_as_it_is() -> None:
    [_, *lines] = csv.reader(
        io.StringIO("".join(export_csv.csv_chunks(row(text=text) for text in ORDINARY)), newline="")
    )
    assert [line[NAMES.index("text")] for line in lines] == ORDINARY


@pytest.mark.parametrize(
    ("text", "told"), [("\0=1", "'\0=1"), ("=1", "'=1"), ("x;=1", "x;'=1"), ("\ufeff=1", "\ufeff'=1")]
)
def test_an_apostrophe_stands_before_what_would_be_a_formula(text: str, told: str) -> None:
    assert export_csv.as_text(text) == told


def made(rows: Iterable[dict[str, Any]], **options: Any) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(export_xlsx.blocks(rows, **options))))


def sheet_names(file: zipfile.ZipFile) -> list[str]:
    tree = ElementTree.fromstring(file.read("xl/workbook.xml"))
    return [sheet.attrib["name"] for sheet in tree.iter(f"{NAMESPACE}sheet")]


def lines_of(file: zipfile.ZipFile, number: int = 1) -> list[Cells]:
    """The lines of a sheet; text is text, a number a float, an empty cell an empty text."""
    tree = ElementTree.fromstring(file.read(f"xl/worksheets/sheet{number}.xml"))
    assert list(tree.iter(f"{NAMESPACE}f")) == []
    lines = []
    for line in tree.iter(f"{NAMESPACE}row"):
        cells: Cells = [""] * len(NAMES)
        for cell in line:
            column = ord(re.sub(r"\d", "", cell.attrib["r"])) - ord("A")
            is_text = cell.attrib.get("t") == "inlineStr"
            text = "".join(cell.itertext())
            cells[column] = text if is_text else float(text)
        lines.append(cells)
    return lines


def test_an_xlsx_file_has_numbers_as_numbers_and_text_as_text() -> None:
    order = row(
        client_order_id="0012",
        text="=1+1",
        quantity="12345678.1234567",
        price="0.00000001",
        avg_price="12345678.12345678",
    )
    file = made([order])
    [heads, cells] = lines_of(file)
    found = dict(zip(NAMES, cells, strict=True))
    assert (sheet_names(file), heads) == (["Orders"], list(NAMES))
    assert found == {name: "" if value is None else value for name, value in order.items()} | {
        "quantity": 12345678.1234567,
        "price": 0.00000001,
        **dict.fromkeys(("stop_price", "cum_qty", "leaves_qty", "arrival_price"), 585.33),
    }


def test_no_text_is_a_formula_a_link_or_no_xml() -> None:
    texts = [
        "=1+1",
        "{=1+1}",
        "https://example.com",
        "mailto:a@example.com",
        "1e5",
        "TRUE",
        "\0\a\x1b",
        "\uffff\ufffe",
        "<f>1</f>",
        "<r>x</r>",
        '<r></is></c><c r="A1"><f>1+1</f></c><c><is></r>',
    ]
    file = made(row(text=text) for text in texts)
    place = NAMES.index("text")
    told = [line[place] for line in lines_of(file)[1:]]
    assert [text for text in told if not isinstance(text, str)] == []
    assert told[:6] == texts[:6]
    assert told[-4] == "\ufffd\ufffd"
    assert told[-3:] == texts[-3:]
    assert [name for name in file.namelist() if "rels" in name and "sheet" in name] == []


def test_a_file_without_orders_has_the_names_of_the_columns() -> None:
    assert lines_of(made([])) == [list(NAMES)]


def test_what_one_sheet_does_not_hold_goes_on_in_the_next() -> None:
    file = made((row(id=number) for number in range(5)), sheet_rows=3)
    assert sheet_names(file) == ["Orders", "Orders 2", "Orders 3"]
    assert [[line[0] for line in lines_of(file, number)] for number in (1, 2, 3)] == [
        ["id", 0.0, 1.0],
        ["id", 2.0, 3.0],
        ["id", 4.0],
    ]


def test_a_file_that_nobody_waits_for_is_given_up_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    taken = count()
    blocks = export_xlsx.blocks(row(id=next(taken)) for _ in count())
    assert list(islice(blocks, 3)) == [b"", b"", b""]
    blocks.close()
    assert next(taken) <= 3 * export_csv.CHUNK
    assert list(tmp_path.iterdir()) == []
