"""The market's price of a symbol now, for an order that is being accepted: told within milliseconds, or not at all.

A save waits for nobody: where the broker is away, hangs or has no quote of the symbol, there is no arrival price.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import orjson
from django.conf import settings

from market import money
from market.live import redis_board, redis_client
from market.money import Quote
from market.support.circuit_breaker import CircuitBreaker

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
        # Of each broker by its address: what one does says nothing of another.
        self._breakers = defaultdict[str, CircuitBreaker](CircuitBreaker)

    def __call__(self, symbol: str) -> Decimal | None:
        if settings.FEED == "off":
            return None
        breaker = self._breakers[redis_client.url()]
        if breaker.is_open:
            return None
        try:
            # A hiccup costs no order its price.
            text: Any = redis_client.connect(ASK_SECONDS, retries=1).hget(redis_board.QUOTES, symbol)
        except Exception as error:  # whatever the broker does, the order is accepted
            breaker.failed(error, FIRST_BREAK_SECONDS, BREAK_SECONDS)
            return None
        breaker.answered()
        return None if text is None else price_in(text, time.time() * 1000)


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
