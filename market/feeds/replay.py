"""Replay of recorded trades or bars with their time gaps; the file's last prices remain at the end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from market.feeds.clock import CLOCK, Clock
from market.feeds.guard import is_price, is_size
from market.live.bars import SECONDS, Bar
from market.live.ticks import Sink, State, Status, Tick
from market.models import SYMBOL
from market.values.csv_rows import BadLine, Row, opened, rows

TRADES = {"time", "symbol", "price", "size"}
BARS = {"time", "symbol", "open", "high", "low", "close"}
# Numbers as programs write them: ASCII digits, and an exponent for very small ones.
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?")
# Max prices sent before yielding to other tasks.
AT_ONCE = 500


class BadFile(Exception):
    """An invalid recording; the message names the line and the error."""


class Print(NamedTuple):
    """One recorded price; `at` is in unix seconds."""

    at: float
    symbol: str
    price: Decimal
    size: Decimal


def read(file: Path) -> list[Print]:
    """The file's prices in order; of a bar its open, low, high and close. Raises BadFile, or OSError."""
    try:
        with opened(file) as text:
            prints = [each for number, row in rows(text, _wrong_columns) for each in _prints(number, row)]
    except BadLine as error:
        raise BadFile(f"{file.name}, {error}") from error
    if not prints:
        raise BadFile(f"{file.name} has no prices.")
    return prints


def _wrong_columns(names: list[str]) -> str:
    is_right = (set(names) >= TRADES or set(names) >= BARS) and len(set(names)) == len(names)
    return "" if is_right else f"the columns must be {', '.join(sorted(TRADES))} or {', '.join(sorted(BARS))}."


def _prints(number: int, row: Row) -> list[Print]:
    try:
        return list(_of_trade(row) if row.keys() >= TRADES else _of_bar(row))
    except (ValueError, ArithmeticError) as error:
        raise BadLine(number, f"{error}.") from error


def _of_trade(row: Row) -> Iterator[Print]:
    yield Print(_time(row["time"]), _symbol(row["symbol"]), _price(row["price"]), _size(row["size"]))


def _of_bar(row: Row) -> Iterator[Print]:
    at, symbol, size = _time(row["time"]), _symbol(row["symbol"]), _size(row.get("volume", ""))
    for name in ("open", "low", "high", "close"):
        yield Print(at, symbol, _price(row[name]), size if name == "close" else Decimal(0))


def _time(text: str) -> float:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment.timestamp()


def _symbol(text: str) -> str:
    if not re.match(SYMBOL, text):
        raise ValueError(f"{text[:40]!r} is not a symbol: 1 to 20 of A to Z, 0 to 9, '.' and '-'")
    return text


def _price(text: str) -> Decimal:
    price = _size(text)
    if not is_price(price):
        raise ValueError(f"{text[:40]!r} is not a price")
    return price


def _size(text: str) -> Decimal:
    if text and not NUMBER.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not a price or size")
    size = Decimal(text or "0")
    if not is_size(size):
        raise ValueError(f"{text[:40]!r} is not a price or size: it is too large")
    return size


class ReplayFeed:
    """Plays a recording. `speed`: the factor by which it is faster than recorded; None plays without gaps.

    It starts when the first symbol is wanted, and resumes where it was when run again. A symbol that is wanted later
    gets its latest played price at once. What was recorded before `start` is not played: it is the past.
    """

    name = "replay"

    def __init__(
        self, prints: list[Print], speed: float | None, start: datetime | None = None, clock: Clock = CLOCK
    ) -> None:
        self.status = Status(State.LIVE)
        self._prints = prints
        self._speed = speed
        self._clock = clock
        self._wanted: frozenset[str] = frozenset()
        self._late: list[str] = []
        from_start = (number for number, each in enumerate(prints) if start is None or each.at >= start.timestamp())
        self._begin = next(from_start, len(prints))
        self._played = self._begin
        self._last = {each.symbol: each for each in prints[: self._begin]}
        self._opens = _opens(prints[: self._begin])
        self._began_at: float | None = None
        self._changed = asyncio.Event()

    @property
    def symbols(self) -> list[str]:
        return sorted({each.symbol for each in self._prints})

    def want(self, symbols: Mapping[str, str]) -> None:
        self._late += sorted(symbols.keys() - self._wanted)
        self._wanted = frozenset(symbols)
        self._changed.set()

    def history(self, symbol: str) -> list[Bar]:
        """One-minute bars of what was recorded before the start, as if it had just happened; newest last."""
        if self._began_at is None:
            self._began_at = self._clock.wall()
        found: list[Bar] = []
        past = self._prints[: self._begin]
        end = _minute(self._began_at)
        shift = end - _minute(self._prints[self._begin].at) if past else 0
        for each in past:
            time = _minute(each.at) + shift
            if each.symbol != symbol or time >= end:
                continue
            if not found or found[-1].time < time:
                found.append(Bar(time, each.price, each.price, each.price, each.price, each.size))
            else:
                found[-1].add(each.price, each.size)
        return found

    async def run(self, sink: Sink) -> None:
        while not self._wanted:  # prices played without a wanted symbol would be missing from the bars
            self._changed.clear()
            await self._changed.wait()
        began = self._clock.now()
        first = self._prints[min(self._played, len(self._prints) - 1)].at
        while self._played < len(self._prints):
            each = self._prints[self._played]
            if self._speed is not None:
                await self._until(began + (each.at - first) / self._speed, sink)
            elif self._played % AT_ONCE == 0:
                await asyncio.sleep(0)
            self._played += 1
            self._last[each.symbol] = each
            self._opens.setdefault(each.symbol, each.price)
            if each.symbol in self._wanted:
                self._tell(each, sink, each.size)
        self.status.reason = "The recording has ended."
        await self._until(None, sink)

    async def _until(self, due: float | None, sink: Sink) -> None:
        """Wait until `due`, or forever for None; meanwhile send newly wanted symbols their latest price."""
        while True:
            self._changed.clear()
            late, self._late = self._late, []
            for symbol in late:
                if symbol in self._last and symbol in self._wanted:
                    self._tell(self._last[symbol], sink, Decimal(0))
            if due is not None and due <= self._clock.now():
                return
            try:
                async with asyncio.timeout(None if due is None else due - self._clock.now()):
                    await self._changed.wait()
            except TimeoutError:
                return

    def _tell(self, each: Print, sink: Sink, size: Decimal) -> None:
        """Send a price; it is a trade only if it has a size: one that is sent late is not a trade of this moment."""
        day_open = self._opens.setdefault(each.symbol, each.price)
        now = self._clock.wall() * 1000
        sink(Tick(each.symbol, now, each.price, size, day_open=day_open, is_trade=size > 0))


def _opens(past: list[Print]) -> dict[str, Decimal]:
    """By symbol, the first price of the last day."""
    found: dict[str, Decimal] = {}
    for each in past:
        if _day(each.at) == _day(past[-1].at):
            found.setdefault(each.symbol, each.price)
    return found


def _day(at: float) -> date:
    return datetime.fromtimestamp(at, UTC).date()


def _minute(at: float) -> int:
    """The start of its minute in unix seconds."""
    return int(at) // SECONDS * SECONDS
