"""A round of the forecaster without Redis and database: each price has moved, and each order is asked about again."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import django
import orjson

from market.forecast.candles import Candle
from market.forecast.model import Model
from market.forecast.touch import Direction

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from market.forecaster.apart import Apart  # noqa: E402 its models need the settings
from market.forecaster.asks import Ask  # noqa: E402
from market.forecaster.engine import Engine  # noqa: E402

TICK_SIZE, PLACES = Decimal("0.01"), 2
# Of an order: the number of its symbol, the way to its price, and how far that is.
Terms = tuple[int, Direction, float]


class Round:
    """The forecaster with these models, asked about the orders again and again as their markets move."""

    def __init__(self, models: Sequence[Model], market: Sequence[Sequence[Candle]], orders: Sequence[Terms]) -> None:
        self._engine, self._now = Engine(Apart(), Apart()), market[0][-1].time + 60.0
        self._prices = [round(Decimal(bars[-1].close), PLACES) for bars in market]
        for number, model in enumerate(models):
            symbol = self._engine.follow(str(number), self._now)
            assert symbol is not None
            symbol.model = model
            symbol.has_bars.set()
        self._asks = [self._ask(*order) for order in orders]
        self.changed = 0.0

    def _ask(self, symbol: int, way: Direction, distance: float) -> Ask:
        side, sign = ("buy", -1) if way is Direction.DOWN else ("sell", 1)
        level = float(self._prices[symbol]) * math.exp(sign * distance)
        return Ask(str(symbol), side, round(Decimal(level), PLACES), TICK_SIZE)

    def move(self) -> None:
        """Move each price by a tick; what is on screen then is what the answers before have shown."""
        self._now += 1
        for number, price in enumerate(self._prices):
            moved = price + TICK_SIZE * (1 if self._now % 2 else -1)
            text = orjson.dumps({"bid": None, "ask": None, "last": str(moved), "at": self._now * 1000}).decode()
            self._engine.hear(str(number), text, self._now)

    def answer(self) -> None:
        batch = self._engine.answer(self._asks, "live", self._now, kept=True)
        self.changed = sum(answer is not None for answer in batch.answers) / len(self._asks)
        self._asks = [
            ask if answer is None else replace(ask, shown=answer["shown"])
            for ask, answer in zip(self._asks, batch.answers, strict=True)
        ]
