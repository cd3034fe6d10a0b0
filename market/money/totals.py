"""Totals of orders per currency, in exact decimals. No Django, nothing rounded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from market.money import EXACT, ZERO


@dataclass(frozen=True, slots=True)
class Line:
    """One order's contribution to the totals; undefined amounts are None."""

    currency: str
    side: str
    working: Decimal | None = None
    filled: Decimal | None = None
    pnl: Decimal | None = None


@dataclass(slots=True)
class Sums:
    """Bought and sold amounts: `net` is their difference, `gross` their sum."""

    buy: Decimal = ZERO
    sell: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        return EXACT.subtract(self.buy, self.sell)

    @property
    def gross(self) -> Decimal:
        return EXACT.add(self.buy, self.sell)

    def add(self, side: str, amount: Decimal | None) -> None:
        if amount is not None:
            setattr(self, side, EXACT.add(getattr(self, side), amount))


@dataclass(slots=True)
class Totals:
    """The totals of one currency; `pnl` is None if no line has one."""

    working: Sums
    filled: Sums
    pnl: Decimal | None = None


def totals(lines: Iterable[Line]) -> dict[str, Totals]:
    """By currency, in alphabetical order. Nothing is ever added across currencies: that would need a dated rate."""
    found: dict[str, Totals] = {}
    for line in lines:
        total = found.setdefault(line.currency, Totals(Sums(), Sums()))
        total.working.add(line.side, line.working)
        total.filled.add(line.side, line.filled)
        if line.pnl is not None:
            total.pnl = line.pnl if total.pnl is None else EXACT.add(total.pnl, line.pnl)
    return dict(sorted(found.items()))
