"""A symbol's quote: how a tick updates it, and the one JSON text that every reader gets."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import NamedTuple

import orjson

from market.live.ticks import Tick, standing
from market.values.decimals import decimal_string

CENT = Decimal("0.01")
# A change from the smallest to the largest accepted price has 29 digits and two decimals.
WIDE = Context(prec=40)


class Quote(NamedTuple):
    """`at` is the time of its last change in unix milliseconds; `day_open` is the base of `change`."""

    symbol: str
    at: float
    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    day_open: Decimal | None = None

    @property
    def price(self) -> Decimal | None:
        """The last trade's price, else the mid of the book."""
        if self.last is None and self.bid is not None and self.ask is not None:
            return (self.bid + self.ask) / 2
        return self.last

    @property
    def change(self) -> Decimal | None:
        """In percent since the day's open, two decimals, half-even."""
        if not self.day_open or self.price is None:
            return None
        return ((self.price / self.day_open - 1) * 100).quantize(CENT, ROUND_HALF_EVEN, WIDE)

    def after(self, tick: Tick) -> Quote:
        """The quote updated by a tick; the same object if no price changed."""
        bid, ask = standing(tick.bid, self.bid), standing(tick.ask, self.ask)
        last = self.last if tick.last is None else tick.last
        day_open = tick.day_open or self.day_open or last
        if (bid, ask, last, day_open) == (self.bid, self.ask, self.last, self.day_open):
            return self
        return Quote(self.symbol, max(tick.at, self.at), bid, ask, last, day_open)

    def text(self) -> str:
        """`{"symbol","bid","ask","last","change","at"}`: decimal strings or null, `at` in unix milliseconds."""
        row = {"symbol": self.symbol} | {
            name: None if value is None else decimal_string(value)
            for name, value in (("bid", self.bid), ("ask", self.ask), ("last", self.last), ("change", self.change))
        }
        return orjson.dumps(row | {"at": self.at}).decode()
