"""The instruments as a search finds them: their names are read again when they are two seconds old."""

from __future__ import annotations

import time
from collections.abc import Callable

from market.models import Instrument
from market.search import SymbolIndex

KEEP_SECONDS = 2.0


class Directory:
    """One a process. A new name is found when the kept ones are old; what is answered is always as it stands now."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: tuple[float, SymbolIndex] | None = None

    def find(self, term: str, limit: int) -> list[Instrument]:
        """At most so many, the best first."""
        symbols = self._index().find(term, limit)
        found = Instrument.objects.in_bulk(symbols, field_name="symbol")
        return [found[symbol] for symbol in symbols if symbol in found]

    def _index(self) -> SymbolIndex:
        now = self._clock()
        if self._kept is None or now - self._kept[0] >= KEEP_SECONDS:
            self._kept = now, SymbolIndex(Instrument.objects.order_by().values_list("symbol", "name", "active"))
        return self._kept[1]


directory = Directory()
