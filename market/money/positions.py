"""A position at average cost, exactly: what is held, what it cost, what was made of it. No Django, nothing rounded.

Average costs are seldom decimals (7 bought for 10 cost 1.428571… each), so the state is kept in fractions: however many
fills, realised + unrealised is what is held at its mark less all that was paid, to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

NONE = Fraction(0)


@dataclass(slots=True)
class Position:
    """`quantity` is below 0 where more was sold than bought; `cost` is what is held now at its average, signed alike.

    `paid` is Σ f·p over all fills: money that went out less money that came in.
    """

    quantity: Fraction = NONE
    cost: Fraction = NONE
    paid: Fraction = NONE

    def fill(self, quantity: Decimal, price: Decimal) -> None:
        """Takes a fill: `quantity` above 0 was bought, below 0 sold. One that goes through zero closes, then opens."""
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
        """What a unit that is held has cost; None where nothing is held."""
        return self.cost / self.quantity if self.quantity else None

    @property
    def realised(self) -> Fraction:
        """Gross P&L of all that was closed: Σ closing·(average − p), kept as what is held cost less what was paid."""
        return self.cost - self.paid

    def unrealised(self, price: Decimal) -> Fraction:
        """Gross P&L of what is held, at this mark: q·m − cost."""
        return self.quantity * Fraction(price) - self.cost
