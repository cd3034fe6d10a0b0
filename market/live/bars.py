"""One-minute bars, aggregated from live ticks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import orjson

from market.values.decimals import decimal_string

SECONDS = 60
MILLISECONDS = 60_000


@dataclass(slots=True)
class Bar:
    """`time` is the start of its minute in unix seconds, `volume` the size traded in it."""

    time: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal

    def add(self, price: Decimal, size: Decimal) -> None:
        """Add the next price of its minute."""
        if price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.close = price
        self.volume += size

    def text(self) -> str:
        row = {name: decimal_string(getattr(self, name)) for name in ("open", "high", "low", "close", "volume")}
        return orjson.dumps({"time": self.time} | row).decode()


class Bars:
    """The current bar of each symbol; `changed` returns the bars that changed since its last call."""

    def __init__(self) -> None:
        self._present: dict[str, Bar] = {}
        self._changed: dict[str, dict[int, str]] = {}
        self._touched: set[str] = set()

    def take(self, symbol: str, at: float, price: Decimal, size: Decimal) -> None:
        """Add a price at `at` (unix milliseconds); a price of a past minute is ignored."""
        start = int(at // MILLISECONDS) * SECONDS
        bar = self._present.get(symbol)
        if bar is None or start > bar.time:
            if bar is not None and symbol in self._touched:
                self._changed.setdefault(symbol, {})[bar.time] = bar.text()
            self._present[symbol] = Bar(start, price, price, price, price, size)
        elif start == bar.time:
            bar.add(price, size)
        else:
            return
        self._touched.add(symbol)

    def keep(self, symbol: str, bar: Bar) -> None:
        """Add a bar of a minute that ended before these ticks began."""
        self._changed.setdefault(symbol, {})[bar.time] = bar.text()

    def changed(self) -> dict[str, list[tuple[int, str]]]:
        """The bars that changed since the last call: by symbol, start and JSON text."""
        for symbol in self._touched:
            bar = self._present[symbol]
            self._changed.setdefault(symbol, {})[bar.time] = bar.text()
        found = {symbol: list(texts.items()) for symbol, texts in self._changed.items()}
        self._changed, self._touched = {}, set()
        return found
