"""A cache of the instruments that a feed may carry, for an event loop that must not wait for the database."""

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


# The feed's name of an instrument, from its symbol, the feed symbol entered for it, and its currency.
Naming = Callable[[str, str, str], str | None]


def own_symbol(symbol: str, entered: str, currency: str) -> str | None:
    """The naming of the feeds `sim` and `replay`: they may carry every instrument, under its own symbol."""
    return symbol


class Terms(NamedTuple):
    """An instrument as a feed needs it; `upstream` is the feed's name of it, None if the feed doesn't have it.

    `latest` is its price when a feed last ran, if Redis still has it.
    """

    upstream: str | None
    tick_size: Decimal
    lot_size: Decimal
    latest: Decimal | None


class Listing:
    """`terms` of the active instruments, by symbol; they stay as they were while the database is down."""

    def __init__(self, naming: Naming = own_symbol) -> None:
        self.terms: dict[str, Terms] = {}
        self._naming = naming
        self._read_at: float | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="listing")
        self._outage = Outage(log, "The instruments can't be read (%s).", "The instruments can be read again.")

    async def refresh(self) -> None:
        """Read the instruments again if the cache is older than AGAIN_SECONDS."""
        now = time.monotonic()
        if self._read_at is None or now - self._read_at > AGAIN_SECONDS:
            self._read_at = now
            self.terms = await asyncio.get_running_loop().run_in_executor(self._thread, self._read)

    def name_of(self, symbol: str) -> str | None:
        """The feed's name of a symbol; None if the feed or the site has no such instrument."""
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
