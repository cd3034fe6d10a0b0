"""Arrival price: the market price of a symbol when its order is accepted, within milliseconds or not at all.

A save must not wait: if Redis is down, hangs or has no quote of the symbol, the order gets no arrival price.
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
# After a failure the circuit breaker opens for this long, so that not every order waits for Redis. The time doubles
# with each further failure: a short outage costs few orders their price, and a long one delays few orders.
FIRST_BREAK_SECONDS = 0.25
BREAK_SECONDS = 5.0
# Trading costs are measured against this price for good, so a missing price beats one of a dead feed or closed market.
OLD_MS = 5 * 60 * 1000
# The limit of an amount's column.
LIMIT = Decimal(10) ** 15

Provider = Callable[[str], Decimal | None]


class LatestQuotes:
    """Reads quotes from Redis, with at most one connection per thread; never raises."""

    def __init__(self) -> None:
        # One for each Redis address: they fail independently.
        self._breakers = defaultdict[str, CircuitBreaker](CircuitBreaker)

    def __call__(self, symbol: str) -> Decimal | None:
        if settings.FEED == "off":
            return None
        breaker = self._breakers[redis_client.url()]
        if breaker.is_open:
            return None
        try:
            # One retry, so that a hiccup costs no order its price.
            text: Any = redis_client.connect(ASK_SECONDS, retries=1).hget(redis_board.QUOTES, symbol)
        except Exception as error:  # whatever Redis does, the order is accepted
            breaker.failed(error, FIRST_BREAK_SECONDS, BREAK_SECONDS)
            return None
        breaker.answered()
        return None if text is None else price_in(text, time.time() * 1000)


def price_in(text: bytes | str, now: float) -> Decimal | None:
    """The mid of the quote in `text`, else its last trade's price; None if stale or invalid. `now` in unix ms."""
    quote = quote_in(text, now)
    try:
        found = None if quote is None else money.mark(None, quote)
        return found.price if found is not None and abs(found.price) < LIMIT else None
    except ArithmeticError:
        return None


def quote_in(text: bytes | str, now: float) -> Quote | None:
    """Parse a quote of the board; None if stale or invalid. `now` in unix ms."""
    found = told_quote(text)
    return found[0] if found is not None and now - found[1] <= OLD_MS else None


def told_quote(text: bytes | str) -> tuple[Quote, float] | None:
    """Parse a quote of the board, and its time in unix ms; None if invalid."""
    try:
        told = orjson.loads(text)
        quote = Quote(*(None if told[name] is None else Decimal(told[name]) for name in ("bid", "ask", "last")))
        is_sound = all(price is None or price.is_finite() for price in (quote.bid, quote.ask, quote.last))
        return (quote, float(told["at"])) if is_sound else None
    except (ValueError, LookupError, TypeError, ArithmeticError):
        return None


provider: Provider = LatestQuotes()


def price(symbol: str) -> Decimal | None:
    """The current mid of the symbol's book, else its last trade's price; None if the feed has neither."""
    return provider(symbol)
