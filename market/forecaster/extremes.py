"""The lowest and highest prices since any moment, exactly, without keeping all prices."""

from __future__ import annotations

from bisect import bisect_left
from decimal import Decimal

from market.forecast.touch import Direction
from market.money import Quote


class Minima:
    """The smallest value from any number on: values that a later one undercuts are dropped, so few are kept."""

    __slots__ = ("_numbers", "_values")

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self._values: list[Decimal] = []

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, number: int, value: Decimal) -> None:
        """Add the value with the next higher number."""
        while self._values and self._values[-1] >= value:
            self._values.pop()
            self._numbers.pop()
        self._values.append(value)
        self._numbers.append(number)

    def since(self, number: int) -> Decimal | None:
        """The smallest of the values whose number is at least this; None if there is none."""
        place = bisect_left(self._numbers, number)
        return self._values[place] if place < len(self._values) else None

    def forget(self, number: int) -> None:
        """Nothing before this number will be asked for."""
        place = bisect_left(self._numbers, number)
        del self._numbers[:place], self._values[:place]


class Extremes:
    """How far the market of one symbol has come, from each quote on; quotes are numbered 1, 2, 3 …"""

    def __init__(self) -> None:
        self.number = 0
        # Of the last trade's price and of the side of the book that touches a limit; upwards their negatives.
        self._trades = Minima(), Minima()
        self._book = Minima(), Minima()

    def take(self, quote: Quote) -> None:
        """Add the next quote."""
        self.number += 1
        if quote.last is not None:
            self._trades[Direction.DOWN].add(self.number, quote.last)
            self._trades[Direction.UP].add(self.number, -quote.last)
        if quote.ask is not None:
            self._book[Direction.DOWN].add(self.number, quote.ask)
        if quote.bid is not None:
            self._book[Direction.UP].add(self.number, -quote.bid)

    def since(self, number: int, direction: Direction, *, is_stop: bool) -> Decimal | None:
        """The price furthest in this direction of that quote and all later ones: trades, for a limit the book, too."""
        found = [self._trades[direction].since(number), None if is_stop else self._book[direction].since(number)]
        furthest = min((each for each in found if each is not None), default=None)
        return furthest if direction is Direction.DOWN or furthest is None else -furthest

    def forget(self, number: int) -> None:
        """Nothing before this quote will be asked for."""
        for each in (*self._trades, *self._book):
            each.forget(number)
