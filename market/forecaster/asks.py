"""What the forecaster is asked, and what it answers: the shapes of both, and their JSON in Redis."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypedDict

from market.forecast.touch import LIMIT, Direction
from market.models import SYMBOL
from market.values.decimals import fits

# The horizons that an order is shown with.
USUAL = (5, 15, 60)
LEAST_MINUTES, MOST_MINUTES = 1, 240


class Probability(TypedDict):
    """Of an event: 0 to 1 in thousandths, low <= probability <= high."""

    probability: float
    low: float
    high: float


class Point(TypedDict, total=False):
    """The answer for so many minutes: a touch with what is behind it, or why there is none.

    `ready_in_minutes` is None unless only time is missing.
    """

    minutes: int
    touch: Probability
    trade_through: Probability
    matured: int
    independent: int
    unavailable: str
    ready_in_minutes: int | None


class Answer(TypedDict):
    """`as_of` is RFC 3339; `shown` identifies what a person sees of all points, for the next ask.

    To an ask with a `shown`, `points` are those that differ visibly from it.
    """

    as_of: str
    median_minutes: float | None
    points: list[Point]
    shown: str


@dataclass(frozen=True, slots=True)
class Ask:
    """The chance that a limit order's price, or a stop's, is touched within each of some minutes.

    `shown` is the `shown` of the answer that is on screen; None is answered if nothing has changed visibly since.
    """

    symbol: str
    side: str
    price: Decimal
    tick: Decimal
    minutes: tuple[int, ...] = USUAL
    is_stop: bool = False
    shown: str = ""

    @property
    def direction(self) -> Direction:
        """The way that the market must go to touch the price."""
        limit = LIMIT[self.side]
        return limit.opposite if self.is_stop else limit

    @property
    def through(self) -> Decimal:
        """The price one tick beyond."""
        return self.price - self.tick if self.direction is Direction.DOWN else self.price + self.tick

    def wire(self) -> list[Any]:
        return [self.symbol, self.side, str(self.price), str(self.tick), self.minutes, self.is_stop, self.shown]

    @classmethod
    def read(cls, told: Any) -> Ask:
        """Read what `wire` wrote. Raises ValueError for anything else: other programs may write to Redis, too."""
        try:
            symbol, side, price, tick, minutes, is_stop, shown = told
            found = cls(
                str(symbol), str(side), Decimal(price), Decimal(tick), tuple(minutes), bool(is_stop), str(shown)
            )
        except (TypeError, ValueError, ArithmeticError) as error:
            raise ValueError("not an ask") from error
        whole = all(type(each) is int and LEAST_MINUTES <= each <= MOST_MINUTES for each in found.minutes)
        is_sound = found.side in LIMIT and all(fits(each) and each > 0 for each in (found.price, found.tick))
        if not (whole and is_sound and found.minutes and re.fullmatch(SYMBOL, found.symbol)):
            raise ValueError("not an ask")
        return found


@dataclass(frozen=True, slots=True)
class ConeAsk:
    """The cone of a symbol, with prices on its tick."""

    symbol: str
    tick: Decimal

    def wire(self) -> list[Any]:
        return [self.symbol, str(self.tick)]

    @classmethod
    def read(cls, told: Any) -> ConeAsk:
        """Read what `wire` wrote. Raises ValueError for anything else."""
        try:
            symbol, tick = told
            found = cls(str(symbol), Decimal(tick))
        except (TypeError, ValueError, ArithmeticError) as error:
            raise ValueError("not an ask") from error
        if not (fits(found.tick) and found.tick > 0 and re.fullmatch(SYMBOL, found.symbol)):
            raise ValueError("not an ask")
        return found
