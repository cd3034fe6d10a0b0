"""A position at average cost: quantity, cost and P&L, exact. No Django, nothing rounded.

Average costs are rarely finite decimals (7 bought for 10 cost 1.428571… each), so the state is kept in fractions: after
any number of fills, realised + unrealised equals the held quantity at its mark minus all that was paid, to the last
digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

NONE = Fraction(0)


@dataclass(slots=True)
class Position:
    """`quantity` is negative for a short position; `cost` is the held quantity at its average cost, with its sign.

    `paid` is Σ f·p over all fills: money paid minus money received.
    """

    quantity: Fraction = NONE
    cost: Fraction = NONE
    paid: Fraction = NONE

    def fill(self, quantity: Decimal, price: Decimal) -> None:
        """Apply a fill: `quantity` above 0 bought, below 0 sold. A fill that crosses zero closes, then opens."""
        amount, at = Fraction(quantity), Fraction(price)
        closing = NONE
        if self.quantity * amount < 0:
            closing = max(amount, -self.quantity) if amount < 0 else min(amount, -self.quantity)
            self.cost += closing * self.cost / self.quantity
        self.cost += (amount - closing) * at
        self.quantity += amount
        self.paid += amount * at

    @property
    def average(self) -> Fraction | None:
        """The average cost per unit held; None if nothing is held."""
        return self.cost / self.quantity if self.quantity else None

    @property
    def realised(self) -> Fraction:
        """Gross P&L of the closed quantities: Σ closing·(average − p), computed as cost − paid."""
        return self.cost - self.paid

    def unrealised(self, price: Decimal) -> Fraction:
        """Gross P&L of the held quantity at this mark: q·m − cost."""
        return self.quantity * Fraction(price) - self.cost
