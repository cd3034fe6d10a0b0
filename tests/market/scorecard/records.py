"""Records of forecasts for tests: rows as the forecaster writes them, at random or as told."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NoReturn

import pytest

from market.forecaster.record import COUNTERS
from market.models import ForecastCounter, ShownCone, ShownForecast
from market.scorecard.readings import BeingRead, Readings, cone_readings, readings

BEGIN = datetime(2026, 11, 3, 9, 0, 12, 345678, tzinfo=UTC)
# No price, side or person of any test looks like it.
PRICE = Decimal("98765.4321")


@pytest.fixture(autouse=True)
def unread() -> Iterator[None]:
    """What this process has read of other tests' records counts for nothing."""
    for each in (readings, cone_readings):
        each.forget()
    yield
    for each in (readings, cone_readings):
        each.forget()


def shown(number: int, **fields: Any) -> ShownForecast:
    """AAPL within 5 minutes, said to be touched with 30 %, climatology 40 %, not touched, unless told otherwise."""
    values: dict[str, Any] = {
        "at": BEGIN + timedelta(minutes=number),
        "symbol": "AAPL",
        "minutes": 5,
        "is_up": False,
        "is_stop": False,
        "price": PRICE,
        "touch": 300,
        "touch_low": 280,
        "touch_high": 330,
        "climate": 400,
        "liveliness": 1.0,
        "is_apart": False,
        "outcome": 0,
    } | fields
    values |= {"ends_at": values["at"] + timedelta(minutes=values["minutes"])}
    through = {name.replace("touch", "through"): values[name] for name in ("touch", "touch_low", "touch_high")}
    return ShownForecast(number=number, **values, **through)


def waiting(number: int, **fields: Any) -> ShownForecast:
    return shown(number, outcome=None, **fields)


def unscored(number: int, reason: str, **fields: Any) -> ShownForecast:
    return shown(number, outcome=None, unscored=reason, **fields)


def keep(rows: Iterable[ShownForecast], head: int | None = None) -> list[ShownForecast]:
    """Store these, and let the next reader see them; `head` is the newest number ever given."""
    return _keep(ShownForecast, readings, rows, head)


def drawn(count: int, seed: int = 1, open_from: int | None = None) -> Iterator[ShownForecast]:
    """Forecasts at random, better than climatology; from `open_from` on, one in three waits."""
    chance = random.Random(seed)
    for number, fields in _moments(chance, count, [5, 15, 60]):
        truth = chance.random()
        touch = min(1000, max(0, round(1000 * truth + chance.gauss(0, 50))))
        fields |= {
            "touch": touch,
            "touch_low": max(0, touch - 20),
            "touch_high": min(1000, touch + 20),
            "climate": min(1000, max(0, round(1000 * truth + chance.gauss(0, 200)))),
            "liveliness": chance.lognormvariate(0, 0.5),
        }
        if open_from is not None and number >= open_from and chance.random() < 0.33:
            yield waiting(number, **fields)
        elif chance.random() < 0.05:
            yield unscored(number, chance.choice(["restart", "feed", "closed"]), **fields)
        else:
            yield shown(number, **fields, outcome=chance.choice([1, 2]) if chance.random() < truth else 0)


def cone(number: int, **fields: Any) -> ShownCone:
    """AAPL from 100.00 within 5 minutes: 99 to 101, and 98 to 102; it ended at 100.50, unless told otherwise."""
    values: dict[str, Any] = {
        "at": BEGIN + timedelta(minutes=number),
        "symbol": "AAPL",
        "minutes": 5,
        "close": Decimal(100),
        "low_80": Decimal(99),
        "high_80": Decimal(101),
        "low_95": Decimal(98),
        "high_95": Decimal(102),
        "liveliness": 1.0,
        "is_apart": False,
        "price": Decimal("100.5"),
    } | fields
    values |= {"begins_at": values["at"], "ends_at": values["at"] + timedelta(minutes=values["minutes"])}
    return ShownCone(number=number, **values)


def waiting_cone(number: int, **fields: Any) -> ShownCone:
    return cone(number, price=None, **fields)


def unscored_cone(number: int, reason: str, **fields: Any) -> ShownCone:
    return cone(number, price=None, unscored=reason, **fields)


def keep_cones(rows: Iterable[ShownCone], head: int | None = None) -> list[ShownCone]:
    return _keep(ShownCone, cone_readings, rows, head)


def drawn_cones(count: int, seed: int = 1, open_from: int | None = None) -> Iterator[ShownCone]:
    """Cones at random, in cents, whose prices are often just on a bound; from `open_from` on, one in three waits."""
    chance = random.Random(seed)
    cent = Decimal("0.01")
    for number, fields in _moments(chance, count, [1, 5, 60]):
        close = cent * chance.randrange(1000, 1_000_000)
        reach = chance.randrange(1, 9)
        fields |= {
            "close": close,
            "low_80": close - reach * cent,
            "high_80": close + reach * cent,
            "low_95": close - 2 * reach * cent,
            "high_95": close + 2 * reach * cent,
            "liveliness": chance.lognormvariate(0, 0.5),
        }
        if open_from is not None and number >= open_from and chance.random() < 0.33:
            yield waiting_cone(number, **fields)
        elif chance.random() < 0.05:
            yield unscored_cone(number, chance.choice(["restart", "feed", "closed"]), **fields)
        else:
            yield cone(number, **fields, price=close + round(chance.gauss(0, 0.85 * reach)) * cent)


def being_read(*asked: Any) -> NoReturn:
    """What a scorecard does while a long record is read the first time."""
    raise BeingRead(300_000, 1_000_000)


def _keep(model: Any, read: Readings[Any], rows: Iterable[Any], head: int | None) -> list[Any]:
    made: list[Any] = model.objects.bulk_create(rows)
    newest = max((row.number for row in made), default=0)
    ForecastCounter.objects.update_or_create(pk=COUNTERS[model], defaults={"head": newest if head is None else head})
    read.forget()
    return made


def _moments(chance: random.Random, count: int, horizons: list[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Numbers, each with the fields that are alike of all records."""
    free: dict[tuple[str, int], datetime] = {}
    at = BEGIN
    for number in range(1, count + 1):
        at += timedelta(seconds=chance.randrange(120))
        symbol, minutes = chance.choice(["AAPL", "BTCUSD", "ETHUSD"]), chance.choice(horizons)
        is_apart = free.get((symbol, minutes), at) <= at
        if is_apart:
            free[symbol, minutes] = at + timedelta(minutes=minutes)
        yield number, {"at": at, "symbol": symbol, "minutes": minutes, "is_apart": is_apart}
