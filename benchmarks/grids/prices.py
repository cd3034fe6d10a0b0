"""Quotes of any symbol a page subscribes to: a seeded random walk in whole cents, with another price at each step."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable

import orjson

FEED = {"name": "sim", "state": "live", "limit": None, "in_use": 0, "queued": []}
# Close to the benchmark's fills, so that profit and loss have usual lengths.
START_CENTS = 58_500


class Prices:
    """All symbols start at the same price."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)
        self._cents: dict[str, int] = {}

    def step(self) -> None:
        for symbol in self._cents:
            self._cents[symbol] += self._random.choice((-3, -2, -1, 1, 2, 3))

    def frame(self, symbols: Iterable[str]) -> bytes:
        """A `quotes` frame with the current prices of these."""
        now = time.time() * 1000
        quotes = [self._quote(symbol, now) for symbol in symbols]
        return orjson.dumps({"type": "quotes", "sent": now, "changes": len(quotes), "quotes": quotes, "feed": FEED})

    def _quote(self, symbol: str, now: float) -> dict[str, str | float]:
        cents = self._cents.setdefault(symbol, START_CENTS)
        prices = {"bid": cents - 1, "ask": cents + 1, "last": cents}
        change = (cents / START_CENTS - 1) * 100
        found: dict[str, str | float] = {name: f"{price / 100:.2f}" for name, price in prices.items()}
        return found | {"symbol": symbol, "change": f"{change:.2f}", "at": now}
