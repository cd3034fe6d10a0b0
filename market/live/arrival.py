"""The market's price of a symbol now, for an order that is being accepted: told within milliseconds, or not at all.

A save waits for nobody: where the broker is away, hangs or has no quote of the symbol, there is no arrival price.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import orjson
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from market import money
from market.live import redis_board, redis_client
from market.money import Quote

ASK_SECONDS = 0.02
# A broker that failed is left alone for so long: not every order is to wait for it. Twice as long each time: one
# that is back soon has cost few orders their price, and one that is away for long costs few of them any time.
FIRST_BREAK_SECONDS = 0.25
BREAK_SECONDS = 5.0
# Costs are judged by this price for good: of a feed that has died, or a market long closed, none is the better one.
OLD_MS = 5 * 60 * 1000
# What an amount's column takes.
LIMIT = Decimal(10) ** 15

Provider = Callable[[str], Decimal | None]


class LatestQuotes:
    """Asks the broker, one connection a thread at most; never raises."""

    def __init__(self) -> None:
        self._address = ""
        self._client: Any = None
        self._again_at = 0.0
        self._break = FIRST_BREAK_SECONDS

    def __call__(self, symbol: str) -> Decimal | None:
        if settings.FEED == "off":
            return None
        client = self._connected(redis_client.url())
        if time.monotonic() < self._again_at:
            return None
        try:
            text = client.hget(redis_board.QUOTES, symbol)
        except Exception:  # whatever the broker does, the order is accepted
            self._again_at = time.monotonic() + self._break
            self._break = min(self._break * 2, BREAK_SECONDS)
            return None
        self._break = FIRST_BREAK_SECONDS
        return None if text is None else price_in(text, time.time() * 1000)

    def _connected(self, address: str) -> Any:
        """The client of this address; nothing is sent before the first question."""
        if address != self._address:
            # Two threads may both make one: the second stays, the first goes with its connection.
            self._client = Redis.from_url(
                address,
                socket_timeout=ASK_SECONDS,
                socket_connect_timeout=ASK_SECONDS,
                retry=Retry(NoBackoff(), 1),  # a hiccup costs no order its price
                protocol=2,
                driver_info=None,
            )
            self._address, self._again_at, self._break = address, 0.0, FIRST_BREAK_SECONDS
        return self._client


def price_in(text: bytes | str, now: float) -> Decimal | None:
    """The mid of this quote, else its last trade's price; None where it is old, or is no quote. `now` in unix ms."""
    quote = quote_in(text, now)
    try:
        found = None if quote is None else money.mark(None, quote)
        return found.price if found is not None and abs(found.price) < LIMIT else None
    except ArithmeticError:
        return None


def quote_in(text: bytes | str, now: float) -> Quote | None:
    """The quote that stands in a text of the board's; None where it is old, or is no quote. `now` in unix ms."""
    try:
        told = orjson.loads(text)
        if now - told["at"] > OLD_MS:
            return None
        return Quote(*(None if told[name] is None else Decimal(told[name]) for name in ("bid", "ask", "last")))
    except (ValueError, LookupError, TypeError, ArithmeticError):
        return None


provider: Provider = LatestQuotes()


def price(symbol: str) -> Decimal | None:
    """The mid of the symbol's book, else its last trade's price, as the feed knows them now; None where it does not."""
    return provider(symbol)
