"""What a touch is: the one function by which forecast, outcome and paper broker decide it.

A buy limit is touched when a trade, or the ask where there is a book, is at its price or below; a sell limit when a
trade or the bid is at its price or above; a stop when the last trade has reached it. Touched is not filled: how many
orders stand before it at its price is unknown (Lo, MacKinlay and Zhang, Journal of Financial Economics 65, 2002). A
limit is traded through when the price is at least a tick beyond it.
"""

from __future__ import annotations

from decimal import Decimal
from enum import IntEnum
from typing import TypeVar

Price = TypeVar("Price", float, Decimal)


class Direction(IntEnum):
    """The way that a price must go to touch a level."""

    DOWN = 0
    UP = 1

    @property
    def opposite(self) -> Direction:
        return Direction(1 - self)


# Where the price of a resting limit order lies; a stop lies on the other side.
LIMIT = {"buy": Direction.DOWN, "sell": Direction.UP}


def touches(direction: Direction, level: Price, price: Price) -> bool:
    """Whether the price is at the level or beyond it."""
    return price <= level if direction is Direction.DOWN else price >= level
