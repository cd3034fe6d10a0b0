"""Candles of one bar length, and what the minutes mean that have none: a price that stood, or a market that closed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# In a gap of up to this many missing bars, or this long if that is more, the price stood; in a longer one the market
# was closed.
STANDING_BARS = 3
STANDING_SECONDS = 20 * 60


class Candle(NamedTuple):
    """One bar: `time` is its start in unix seconds, the prices are above 0."""

    time: int
    open: float
    high: float
    low: float
    close: float

    @property
    def is_sound(self) -> bool:
        """Whether its prices are finite, above 0, and none is outside of low and high."""
        return all(0 < self.low <= price <= self.high < math.inf for price in (self.open, self.close))


class Bar(NamedTuple):
    """A candle, and whether anything traded in it; a pair (candle, traded)."""

    candle: Candle
    traded: bool


def most_standing(seconds: int) -> int:
    """The most missing bars, of `seconds` each, in which a price stood; one more begins a new session."""
    return max(STANDING_BARS, STANDING_SECONDS // seconds)


def fill(candles: Iterable[Candle], seconds: int) -> Iterator[list[Bar]]:
    """The market sessions, each a list of bars exactly `seconds` apart.

    Where the price stood, flat candles at the previous close are inserted as not traded. `candles` are in ascending
    order, whole multiples of `seconds` apart; anything else raises ValueError.
    """
    session: list[Bar] = []
    for candle in candles:
        if session:
            between = standing(session[-1].candle, candle, seconds)
            if between is None:
                yield session
                session = []
            else:
                session += between
        session.append(Bar(candle, traded=True))
    if session:
        yield session


def standing(last: Candle, candle: Candle, seconds: int) -> list[Bar] | None:
    """The bars between two candles, flat at the first one's close; None if the second begins a new session.

    Raises ValueError unless the second is a whole number of bars after the first.
    """
    missing = missing_bars(last.time, candle.time, seconds)
    if missing > most_standing(seconds):
        return None
    price = last.close
    times = (last.time + number * seconds for number in range(1, missing + 1))
    return [Bar(Candle(time, price, price, price, price), traded=False) for time in times]


def missing_bars(before: int, after: int, seconds: int) -> int:
    """The number of bars that are missing between two bars' starts. Raises ValueError unless both are on one grid."""
    steps, rest = divmod(after - before, seconds)
    if rest or steps < 1:
        raise ValueError(f"{after - before} s after the bar before is not a whole multiple of {seconds} s")
    return steps - 1
