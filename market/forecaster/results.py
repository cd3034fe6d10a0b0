"""What came of forecasts, by their numbers in the record."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from market.models.forecast_record import Outcome, Unscored


@dataclass(slots=True)
class Results:
    """Of touches what came, of cones the price; or why it is not known."""

    touches: dict[int, Outcome | Unscored] = field(default_factory=dict)
    cones: dict[int, Decimal | Unscored] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.touches or self.cones)

    def add(self, more: Results) -> None:
        self.touches |= more.touches
        self.cones |= more.cones
