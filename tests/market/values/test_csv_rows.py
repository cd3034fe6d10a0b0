"""Rows of a file by the lines they begin on, and one reason for whatever keeps a file from being read."""

from __future__ import annotations

from pathlib import Path

import pytest

from market.values.csv_rows import BadLine, Row, opened, rows


def read(text: str) -> list[tuple[int, Row]]:
    return list(rows(text.splitlines(keepends=True), lambda names: "" if names == ["a", "b"] else "the columns."))


def refused(text: str) -> str:
    with pytest.raises(BadLine) as raised:
        read(text)
    return str(raised.value)


def test_a_row_is_told_by_the_line_it_begins_on_and_rows_of_empty_cells_are_left_out() -> None:
    assert read('a, b\n 1 ,"x\ny"\n\n,\n , ,,\n2,z') == [(2, {"a": "1", "b": "x\ny"}), (7, {"a": "2", "b": "z"})]


def test_what_a_reader_can_raise_is_told_with_its_line_in_the_header_too() -> None:
    never_closed = "a quotation mark is opened and never closed."
    assert refused('"a,b\n1,2\n') == f"line 1: {never_closed}"
    assert refused('a,b\n1,"2\n3,4\n5,6\n') == f"line 2: {never_closed}"
    assert refused('a,b\n"x\ny","open\nmore\n') == f"line 3: {never_closed}"
    assert refused('a,"b"c\n').startswith("line 1: ")
    assert refused('a,b\n1,2\n1,"b"c\n').startswith("line 3: ")
    assert refused(f"{'a' * 140_000},b\n").startswith("line 1: field larger than field limit")
    assert refused(f"a,b\n1,{'b' * 140_000}\n").startswith("line 2: field larger than field limit")
    assert refused("a,b\n1,2,3\n") == "line 2: expected 2 cells, found 3."
    assert refused("a,b\n1\n") == "line 2: expected 2 cells, found 1."
    assert refused("a,c\n") == refused("") == "line 1: the columns."
    assert refused("a,b\n1,2\n3,\0\n") == "line 3: it contains a NUL character."


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"a,b\n1,caf\xe9\n", 2),
        (b'a,b\n1,"x\ny\xff"\n', 3),
        ("a,b\n1,2\n".encode("utf-16"), 1),
        (b"\xffa,b\n", 1),
    ],
)
def test_what_is_not_utf_8_is_told_by_its_line(tmp_path: Path, raw: bytes, line: int) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(raw)

    with opened(file) as text, pytest.raises(BadLine, match=f"line {line}: it is not UTF-8"):
        list(rows(text, lambda names: ""))


def test_a_mark_before_the_first_column_and_line_ends_of_any_kind_are_no_matter(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    for end in (b"\n", b"\r\n", b"\r"):
        file.write_bytes(b"\xef\xbb\xbfa,b" + end + b"1,2" + end + b"3,4")
        with opened(file) as text:
            assert [number for number, _ in rows(text, lambda names: "" if names == ["a", "b"] else "no")] == [2, 3]
