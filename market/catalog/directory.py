"""Instrument search with a cached index of names, which is refreshed once it is five seconds old."""

from __future__ import annotations

import time
from collections.abc import Callable

from market.catalog.search import SymbolIndex
from market.models import Instrument

KEEP_SECONDS = 5.0


class Directory:
    """The search cache, one per process. A new name appears once the cache expires; the rows returned are current."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._read_at = float("-inf")
        self._rows: list[tuple[str, str, bool]] = []
        self._index = SymbolIndex([])

    def find(self, term: str, limit: int) -> list[Instrument]:
        """Up to `limit` instruments, best match first."""
        self._refresh()
        symbols = self._index.find(term, limit)
        found = Instrument.objects.in_bulk(symbols, field_name="symbol")
        return [found[symbol] for symbol in symbols if symbol in found]

    def _refresh(self) -> None:
        now = self._clock()
        if now - self._read_at < KEEP_SECONDS:
            return
        rows = list(Instrument.objects.values_list("symbol", "name", "active"))
        # Building an index takes several times as long as reading its rows.
        if rows != self._rows:
            self._rows, self._index = rows, SymbolIndex(rows)
        self._read_at = now


directory = Directory()
