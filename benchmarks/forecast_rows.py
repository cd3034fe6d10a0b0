"""Long records of forecasts, as a busy page and its charts leave them behind: the last ones have not come due."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import transaction

from market.forecast.model import HORIZONS
from market.forecaster.apart import Apart
from market.forecaster.asks import USUAL
from market.forecaster.record import COUNTERS
from market.models import ForecastCounter, ShownCone, ShownForecast

SYMBOLS = tuple(f"SYM{number}" for number in range(11))
# Touches a second, of all symbols; a cone is of each minute.
TOUCHES_A_SECOND = 8.0
END = datetime(2026, 12, 1, 9, tzinfo=UTC)
CENT = Decimal("0.01")
# Rows that are stored at once.
SOME = 10_000


def touches(count: int) -> Iterator[ShownForecast]:
    """Somewhat better than climatology; one in a hundred is not scored."""
    chance, apart = random.Random(1), Apart()
    at = END - timedelta(seconds=count / TOUCHES_A_SECOND)
    for number in range(1, count + 1):
        at += timedelta(seconds=1 / TOUCHES_A_SECOND)
        symbol, minutes, truth = chance.choice(SYMBOLS), chance.choice(USUAL), chance.random()
        touch, climate = (min(999, max(0, round(chance.gauss(truth, wide) * 1000))) for wide in (0.05, 0.2))
        outcome = chance.choice((1, 2)) if chance.random() < truth else 0
        yield ShownForecast(
            number=number,
            at=at,
            ends_at=(ends_at := at + timedelta(minutes=minutes)),
            symbol=symbol,
            minutes=minutes,
            is_up=chance.random() < 0.5,
            is_stop=False,
            price=CENT * chance.randrange(20_000, 26_000),
            touch=touch,
            touch_low=max(0, touch - 20),
            touch_high=min(1000, touch + 20),
            through=touch,
            through_low=max(0, touch - 20),
            through_high=min(1000, touch + 20),
            climate=climate,
            liveliness=chance.lognormvariate(0, 0.3),
            is_apart=apart.claim(symbol, minutes, at, ends_at),
            **_came(chance, ends_at, "outcome", outcome),
        )


def cones(count: int) -> Iterator[ShownCone]:
    """One of each symbol, minute and horizon; their bounds hold about as often as they say."""
    chance, apart = random.Random(2), Apart()
    cells = [(symbol, minutes) for symbol in SYMBOLS for minutes in HORIZONS]
    at = END - timedelta(minutes=count // len(cells))
    for number in range(1, count + 1):
        symbol, minutes = cells[number % len(cells)]
        if number % len(cells) == 0:
            at += timedelta(minutes=1)
        close, deviation = CENT * chance.randrange(20_000, 26_000), 7 * minutes**0.5
        near, far = (CENT * round(deviation * times) for times in (1.28, 1.96))
        ends_at = at + timedelta(minutes=minutes)
        yield ShownCone(
            number=number,
            at=at,
            begins_at=at,
            ends_at=ends_at,
            symbol=symbol,
            minutes=minutes,
            close=close,
            low_80=close - near,
            high_80=close + near,
            low_95=close - far,
            high_95=close + far,
            liveliness=chance.lognormvariate(0, 0.3),
            is_apart=apart.claim(symbol, minutes, at, ends_at),
            **_came(chance, ends_at, "price", close + CENT * round(chance.gauss(0, deviation))),
        )


def store(rows: Iterator[Any]) -> None:
    """Store these as the record of their model."""
    with transaction.atomic():
        while some := list(islice(rows, SOME)):
            type(some[0])._default_manager.bulk_create(some)
            last = some[-1]
        ForecastCounter.objects.update_or_create(pk=COUNTERS[type(last)], defaults={"head": last.number})


def _came(chance: random.Random, ends_at: datetime, name: str, outcome: Any) -> dict[str, Any]:
    if ends_at > END:
        return {}
    return {"unscored": "feed"} if chance.random() < 0.01 else {name: outcome}
