"""Cones that are shown: their prices, their rows in the record, and what came of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any

from market.forecast.cone import Band
from market.forecast.model import HORIZONS
from market.forecaster.answering import as_text, waiting
from market.forecaster.apart import Apart
from market.forecaster.symbol_market import SymbolMarket
from market.forecaster.waitlist import Waiting
from market.live.bars import SECONDS
from market.models import ShownCone
from market.values.decimals import decimal_string

# The most digits that an amount has.
DIGITS = 15


@dataclass
class ConeBatch:
    """An answer, and what has to be recorded before it may be shown.

    The answer is `{"symbol","as_of","from","close","bands"}`; `from` is the end of the bar from whose `close` bounds
    are told, in unix seconds. Each of `bands` has `minutes`, and `levels` of `{"level","low","high"}`, or `unavailable`
    and `ready_in_minutes`. Prices are decimal strings.
    """

    answer: dict[str, Any]
    rows: list[ShownCone] = field(default_factory=list)
    waiting: list[Waiting[Decimal]] = field(default_factory=list)


def cone(market: SymbolMarket, tick: Decimal, now: float, apart: Apart) -> ConeBatch:
    """The cone from the newest complete bar, prices rounded outwards to the tick; there must be a bar.

    Horizons that have passed since that bar are left out.
    """
    last = market.model.last
    assert last is not None
    begins = last.time + SECONDS
    batch = ConeBatch({"symbol": market.symbol, "as_of": as_text(now), "from": begins})
    close = _rounded(last.close, tick, ROUND_HALF_EVEN)
    bands: list[dict[str, Any]] = []
    batch.answer |= {"close": decimal_string(close), "bands": bands}
    ready = dict(market.model.cone())
    for minutes in HORIZONS:
        if _has_passed(begins, minutes, now):
            continue
        if minutes in ready:
            prices = [_prices(last.close, band, tick) for band in ready[minutes]]
            levels = [
                {"level": band.level, "low": decimal_string(low), "high": decimal_string(high)}
                for band, (low, high) in zip(ready[minutes], prices, strict=True)
            ]
            bands.append({"minutes": minutes, "levels": levels})
            batch.rows.append(_row(market, minutes, begins, now, close, prices, apart))
            batch.waiting.append(Waiting(begins + minutes * 60.0))
        else:
            missing = market.model.bars_missing(minutes) or 0
            bands.append({"minutes": minutes, "unavailable": waiting(missing), "ready_in_minutes": missing})
    return batch


def still_ahead(answer: dict[str, Any], now: float) -> dict[str, Any]:
    """An answer that was told before, without the horizons that have passed since."""
    bands = [band for band in answer["bands"] if not _has_passed(answer["from"], band["minutes"], now)]
    return answer | {"bands": bands}


def no_cone(symbol: str, why: str) -> dict[str, Any]:
    """The answer without a cone."""
    return {"symbol": symbol, "unavailable": why, "ready_in_minutes": None}


def _has_passed(begins: int, minutes: int, now: float) -> bool:
    return begins + minutes * 60 <= now


def _prices(close: float, band: Band, tick: Decimal) -> tuple[Decimal, Decimal]:
    low, high = (close * math.exp(bound) for bound in (band.low, band.high))
    return _rounded(low, tick, ROUND_FLOOR), _rounded(high, tick, ROUND_CEILING)


def _rounded(price: float, tick: Decimal, rounding: str) -> Decimal:
    """To a multiple of the tick."""
    return (Decimal(f"{price:.{DIGITS}g}") / tick).to_integral_value(rounding) * tick


def _row(
    market: SymbolMarket,
    minutes: int,
    begins: float,
    now: float,
    close: Decimal,
    prices: Sequence[tuple[Decimal, Decimal]],
    apart: Apart,
) -> ShownCone:
    begins_at = datetime.fromtimestamp(begins, UTC)
    ends_at = begins_at + timedelta(minutes=minutes)
    (low_80, high_80), (low_95, high_95) = prices
    return ShownCone(
        at=datetime.fromtimestamp(now, UTC),
        begins_at=begins_at,
        ends_at=ends_at,
        symbol=market.symbol,
        minutes=minutes,
        close=close,
        low_80=low_80,
        high_80=high_80,
        low_95=low_95,
        high_95=high_95,
        liveliness=market.model.liveliness,
        is_apart=apart.claim(market.symbol, minutes, begins_at, ends_at),
    )
