"""Which forecasts of a symbol and horizon share no time: each that begins when the one before it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime


class Apart:
    """`ends`: by symbol and minutes, when the newest of them ends."""

    def __init__(self, ends: Mapping[tuple[str, int], datetime] | None = None) -> None:
        self._ends = dict(ends or {})

    def claim(self, symbol: str, minutes: int, begins_at: datetime, ends_at: datetime) -> bool:
        """Whether this one is apart from all before it; then the next one has to be apart from it, too."""
        before = self._ends.get((symbol, minutes))
        if before is not None and begins_at < before:
            return False
        self._ends[symbol, minutes] = ends_at
        return True

    def release(self, symbol: str, minutes: int, ends_at: datetime) -> None:
        """Take back a claim, if nothing was claimed after it: that one was not recorded."""
        if self._ends.get((symbol, minutes)) == ends_at:
            del self._ends[symbol, minutes]
