"""The rows of a CSV file, each with the line it begins on; whatever is wrong with such a file is one BadLine."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TextIO

Row = dict[str, str]
# In other words than the csv module's, which speaks to programmers.
WORDS = {"unexpected end of data": "a quotation mark is opened and never closed"}


class BadLine(Exception):
    """A line that can't be read or used; `number` counts from the header, which is line 1."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"line {number}: {reason}")


def opened(file: Path | str) -> TextIO:
    """For `rows`, which says on which line there is something that is not UTF-8. Raises OSError."""
    return open(file, newline="", encoding="utf-8-sig", errors="surrogateescape")


def rows(
    text: Iterable[str], refuse: Callable[[list[str]], str], clean: Callable[[str], str] = str.strip
) -> Iterator[tuple[int, Row]]:
    """Each row by the names of its columns, without blanks around its cells; rows of empty cells are left out.

    `refuse` says what is wrong with the columns: nothing where they will do. `clean` makes of a cell what is handed
    on, for those to whom its blanks matter. Raises BadLine.
    """
    records = _records(text)
    names = [name.strip() for name in next(records, (1, []))[1]]
    if why := refuse(names):
        raise BadLine(1, why)
    for number, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            raise BadLine(number, f"{len(names)} cells are needed, not {len(cells)}.")
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
    return "it holds a NUL and is no text." if "\0" in line else ""


def _opening(lines: list[str]) -> int:
    """Which of these lines has the last quotation mark that opens anything."""
    opening, is_open = 0, False
    for place, line in enumerate(lines):
        for _ in range(line.count('"')):
            is_open = not is_open
            opening = place if is_open else opening
    return opening
