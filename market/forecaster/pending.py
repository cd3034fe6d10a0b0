"""Touches of one symbol that wait for their outcome, and the prices that decide it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from market.forecast.touch import Direction, touches
from market.forecaster.extremes import Extremes
from market.forecaster.waitlist import Waiting as WaitingFor
from market.forecaster.waitlist import Waitlist
from market.models.forecast_record import Outcome
from market.money import Quote

# The extremes drop what no pending forecast needs once so many quotes have come.
TIDY_EVERY = 1_000


@dataclass(slots=True)
class Waiting(WaitingFor[Outcome]):
    """A touch that counts each quote from the one numbered `since`."""

    since: int
    direction: Direction
    is_stop: bool
    price: Decimal
    through: Decimal

    __lt__ = WaitingFor.__lt__


class Pending(Waitlist[Waiting, Outcome]):
    """A forecast counts each quote from the one that it was made at until its time has passed."""

    def __init__(self) -> None:
        super().__init__(self._outcome_of)
        self.extremes = Extremes()

    def take(self, quote: Quote) -> None:
        """Add the next quote. What has ended before it is to be settled first."""
        self.extremes.take(quote)
        if self.extremes.number % TIDY_EVERY == 0:
            self.extremes.forget(min((each.since for each in self.waiting), default=self.extremes.number))

    def _outcome_of(self, each: Waiting) -> Outcome:
        furthest = self.extremes.since(each.since, each.direction, is_stop=each.is_stop)
        if furthest is None or not touches(each.direction, each.price, furthest):
            return Outcome.MISSED
        return Outcome.TRADED_THROUGH if touches(each.direction, each.through, furthest) else Outcome.TOUCHED
