"""The instruments that a feed may carry, as the database has them, for an event loop that must not wait for it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import NamedTuple

import orjson
import redis
from django.db import Error, close_old_connections

from market.live import redis_board
from market.models import Instrument
from market.support.outage import Outage

log = logging.getLogger(__name__)

AGAIN_SECONDS = 5.0


# What the feed calls an instrument, by its symbol, the feed symbol entered for it, and its currency.
Naming = Callable[[str, str, str], str | None]


def own_symbol(symbol: str, entered: str, currency: str) -> str | None:
    """Feeds of our own have every instrument."""
    return symbol


class Terms(NamedTuple):
    """What a feed must know of an instrument: what it calls it, None where it does not have it; and its steps.

    `latest` is its price when a feed last ran, if the broker still knows.
    """

    upstream: str | None
    tick_size: Decimal
    lot_size: Decimal
    latest: Decimal | None


class Listing:
    """`terms` by symbol, active ones alone; a database that is away leaves them as they were."""

    def __init__(self, naming: Naming = own_symbol) -> None:
        self.terms: dict[str, Terms] = {}
        self._naming = naming
        self._read_at: float | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="listing")
        self._outage = Outage(log, "The instruments can't be read (%s).", "The instruments can be read again.")

    async def refresh(self) -> None:
        """Reads anew what is older than AGAIN_SECONDS."""
        now = time.monotonic()
        if self._read_at is None or now - self._read_at > AGAIN_SECONDS:
            self._read_at = now
            self.terms = await asyncio.get_running_loop().run_in_executor(self._thread, self._read)

    def name_of(self, symbol: str) -> str | None:
        """What the feed calls it; None where there is no such instrument, there or here."""
        terms = self.terms.get(symbol)
        return None if terms is None else terms.upstream

    def terms_of(self, symbol: str) -> Terms:
        return self.terms[symbol]

    def _read(self) -> dict[str, Terms]:
        close_old_connections()
        try:
            found = list(Instrument.objects.filter(active=True))
        except Error as error:
            self._outage.failed(error)
            return self.terms
        self._outage.answered()
        new = [each.symbol for each in found if each.symbol not in self.terms]
        latest = _latest(new)
        return {
            each.symbol: Terms(
                self._naming(each.symbol, each.feed_symbol, each.currency),
                each.tick_size,
                each.lot_size,
                latest.get(each.symbol) if each.symbol in new else self.terms[each.symbol].latest,
            )
            for each in found
        }


def _latest(symbols: list[str]) -> dict[str, Decimal]:
    try:
        texts = redis_board.read(symbols)
    except redis.RedisError:
        return {}
    return {symbol: last for symbol, text in texts.items() if (last := _last_in(text)) is not None}


def _last_in(text: str) -> Decimal | None:
    try:
        last = orjson.loads(text)["last"]
        return None if last is None else Decimal(last)
    except (ValueError, LookupError, TypeError, ArithmeticError):
        return None
