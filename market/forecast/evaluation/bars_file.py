"""Recorded bars of one symbol from a CSV file, checked completely before anything is computed from them."""

from __future__ import annotations

import io
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from market.forecast.candles import Candle, missing_bars
from market.support.reasons import reason
from market.values.csv_rows import BadLine, Row, rows

# Further columns, such as volume, may be there and are not read; `symbol` must be the same in each row.
COLUMNS = {"time", "open", "high", "low", "close"}
# Numbers as programs write them: ASCII digits, and an exponent for very small ones.
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?")


class BadFile(Exception):
    """An invalid recording; the message names the file, the line and the error."""


class Gap(NamedTuple):
    """Bars that the file does not have: how many are missing, before the bar in this line."""

    line: int
    missing: int


class Recording(NamedTuple):
    """The bars of one file.

    `name` is the file's name without its endings, `seconds` the length of a bar: the most frequent step from one bar
    to the next (the shorter of two equally frequent ones). `sha256` is of the file's bytes, in hex. A gap is no error:
    minutes without a trade are recorded nowhere (`candles.fill` says what they mean).
    """

    name: str
    seconds: int
    candles: list[Candle]
    sha256: str
    gaps: list[Gap]


def read(file: Path) -> Recording:
    """The file's bars in order. Raises BadFile, also if it can't be read."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise BadFile(f"{file.name} can't be read: {reason(error)}.") from error
    try:
        found = list(_candles(data.decode("utf-8-sig", errors="surrogateescape")))
        if len(found) < 2:
            raise BadFile(f"{file.name} has fewer than 2 bars.")
        seconds = _bar_length([candle for _, candle in found])
        gaps = list(_gaps(found, seconds))
    except BadLine as error:
        raise BadFile(f"{file.name}, {error}") from error
    name = file.name.removesuffix(".csv").removesuffix(".bars")
    return Recording(name, seconds, [candle for _, candle in found], sha256(data).hexdigest(), gaps)


def _candles(text: str) -> Iterator[tuple[int, Candle]]:
    """Each bar with its line, in ascending order. Raises BadLine."""
    last: datetime | None = None
    symbol: str | None = None
    for number, row in rows(io.StringIO(text, newline=""), _wrong_columns):
        try:
            time = _time(row["time"])
            _check_order(last, time)
            _check_symbol(symbol, row)
            yield number, _candle(time, row)
        except ValueError as error:
            raise BadLine(number, f"{error}.") from error
        last, symbol = time, row.get("symbol")


def _wrong_columns(names: list[str]) -> str:
    if len(set(names)) < len(names):
        return "a column is there twice."
    missing = sorted(COLUMNS - set(names))
    return f"the columns must be {', '.join(sorted(COLUMNS))}; {', '.join(missing)} is missing." if missing else ""


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a time, such as 2019-11-05T14:30:00Z") from None
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    if moment.microsecond:
        raise ValueError(f"{text!r} is not a whole second")
    return moment


def _check_order(last: datetime | None, time: datetime) -> None:
    if last is not None and time == last:
        raise ValueError("there are two bars of this time")
    if last is not None and time < last:
        raise ValueError("it is earlier than the bar before")


def _check_symbol(symbol: str | None, row: Row) -> None:
    if symbol is not None and row["symbol"] != symbol:
        raise ValueError(f"the symbol is {row['symbol'][:40]!r} after {symbol[:40]!r}; a file holds one")


def _candle(time: datetime, row: Row) -> Candle:
    first, high, low, close = (_price(row[name]) for name in ("open", "high", "low", "close"))
    if high < max(first, low, close):
        raise ValueError("the high is below another price of the bar")
    if low > min(first, close):
        raise ValueError("the low is above another price of the bar")
    return Candle(int(time.timestamp()), first, high, low, close)


def _price(text: str) -> float:
    price = float(text) if NUMBER.fullmatch(text) else 0.0
    if not 0 < price < math.inf:
        raise ValueError(f"{text[:40]!r} is not a price: a number above 0")
    return price


def _bar_length(candles: Sequence[Candle]) -> int:
    steps = Counter(after.time - before.time for before, after in pairwise(candles))
    return min(steps, key=lambda step: (-steps[step], step))


def _gaps(found: Sequence[tuple[int, Candle]], seconds: int) -> Iterator[Gap]:
    """The gaps. Raises BadLine for a bar that is off the grid."""
    for (_, before), (line, candle) in pairwise(found):
        try:
            missing = missing_bars(before.time, candle.time, seconds)
        except ValueError as error:
            raise BadLine(line, f"{error}.") from error
        if missing:
            yield Gap(line, missing)
