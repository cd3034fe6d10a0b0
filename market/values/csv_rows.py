"""The rows of a CSV file, each with the line it begins on; any error in the file is a BadLine."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TextIO

Row = dict[str, str]
# Plain texts for errors that the csv module words for programmers.
WORDS = {"unexpected end of data": "a quotation mark is opened and never closed"}


class BadLine(Exception):
    """A line that can't be read or used; `number` counts from the header, which is line 1."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"line {number}: {reason}")


def opened(file: Path | str) -> TextIO:
    """Open a file for `rows`, which names the line of anything that is not UTF-8. Raises OSError."""
    return open(file, newline="", encoding="utf-8-sig", errors="surrogateescape")


def rows(
    text: Iterable[str], refuse: Callable[[list[str]], str], clean: Callable[[str], str] = str.strip
) -> Iterator[tuple[int, Row]]:
    """Each row's line number, and its cells by column name without surrounding blanks; empty rows are skipped.

    `refuse` returns the error in the column names, or an empty text. `clean` converts each cell, for callers that need
    its blanks. Raises BadLine.
    """
    records = _records(text)
    names = [name.strip() for name in next(records, (1, []))[1]]
    if why := refuse(names):
        raise BadLine(1, why)
    for number, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            raise BadLine(number, f"expected {len(names)} cells, found {len(cells)}.")
        yield number, {name: clean(cell) for name, cell in zip(names, cells, strict=True)}


def _records(text: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    number = 1
    begun: list[str] = []

    def read() -> Iterator[str]:
        for line in text:
            if why := _unreadable(line):
                raise BadLine(number + len(begun), why)
            begun.append(line)
            yield line

    reader = csv.reader(read(), strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            why = str(error)
            line = number + _opening(begun) if why in WORDS else number
            raise BadLine(line, f"{WORDS.get(why, why)}.") from error
        yield number, cells
        number += len(begun)
        begun.clear()


def _unreadable(line: str) -> str:
    try:
        line.encode()
    except UnicodeEncodeError:
        return "it is not UTF-8."
    return "it contains a NUL character." if "\0" in line else ""


def _opening(lines: list[str]) -> int:
    """The index of the line with the last opening quotation mark."""
    opening, is_open = 0, False
    for place, line in enumerate(lines):
        for _ in range(line.count('"')):
            is_open = not is_open
            opening = place if is_open else opening
    return opening
