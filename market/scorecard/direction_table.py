"""Forecasts of the next price against the last price, on the bars that this site has itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import orjson
import redis

from market.forecast.candles import Candle, fill
from market.forecast.evaluation.direction import LEARNING, Row, table
from market.live import bars, redis_board
from market.models import Instrument

# Of how many symbols bars are looked for, where none is named.
LOOKED_AT = 10

Closes = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Direction:
    """The table of `symbol`, over `closes` that were forecast; without rows, there are too few bars, or Redis is away.

    `symbols` are those that may be asked for.
    """

    symbols: list[str]
    symbol: str = ""
    closes: int = 0
    rows: tuple[Row, ...] = ()
    is_away: bool = False


def direction(asked: str = "") -> Direction:
    """The table of this symbol, else of the first that has enough bars. The minute that is not over does not count."""
    symbols = list(Instrument.objects.filter(active=True).order_by("symbol").values_list("symbol", flat=True))
    try:
        for symbol in [asked] if asked in symbols else symbols[: 0 if asked else LOOKED_AT]:
            sessions = closes_of(redis_board.read_bars(symbol)[:-1])
            if rows := _table(sessions):
                count = sum(map(len, sessions))
                return Direction(symbols, symbol, count - int(LEARNING * count), rows)
    except redis.RedisError:
        return Direction(symbols, asked, is_away=True)
    return Direction(symbols, asked)


def closes_of(texts: Iterable[str]) -> Closes:
    """The closes of the minutes that traded, by market session, from bars as JSON; what is no sound bar is left out."""
    traded = (
        tuple(bar.candle.close for bar in session if bar.traded) for session in fill(_candles(texts), bars.SECONDS)
    )
    return tuple(traded)


def _candles(texts: Iterable[str]) -> Iterator[Candle]:
    before = 0
    for text in texts:
        try:
            told = orjson.loads(text)
            candle = Candle(int(told["time"]), *(float(told[name]) for name in ("open", "high", "low", "close")))
        except (ValueError, TypeError, KeyError):
            continue
        if candle.is_sound and candle.time > before and candle.time % bars.SECONDS == 0:
            before = candle.time
            yield candle


@lru_cache(maxsize=16)
def _table(sessions: Closes) -> tuple[Row, ...]:
    """Kept, because closes change once a minute and a table takes a tenth of a second."""
    try:
        return tuple(table(sessions))
    except ValueError:
        return ()
