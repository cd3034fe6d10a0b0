"""The newest values of a quantity, kept in order of size."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, insort

# A bound beyond all values is this much further from their median than the largest is.
WIDER = 1.25

# What is learned from windows of h bars keeps at least so many that share no bar: so many times h.
SEPARATE = 100


class Sample:
    """The newest `most` values; adding one costs a search and a move in memory, a look-up only the search."""

    __slots__ = ("_newest", "_sorted", "most")

    def __init__(self, most: int) -> None:
        self.most = most
        # Arrays take a quarter of the memory of lists of floats.
        self._newest, self._sorted = array("d"), array("d")

    def __len__(self) -> int:
        return len(self._sorted)

    def add(self, value: float) -> None:
        self._newest.append(value)
        insort(self._sorted, value)
        if len(self._newest) > self.most:
            del self._sorted[bisect_left(self._sorted, self._newest.pop(0))]

    def share_from(self, value: float) -> float:
        """The share of values that are `value` or more, half a value added on either side: never 0 and never 1."""
        count = len(self._sorted)
        return (count - bisect_left(self._sorted, value) + 0.5) / (count + 1)

    def bound(self, level: float) -> float:
        """An upper bound of the next value that a share of `level` exceeds; finite. There must be a value.

        As in split conformal prediction: of n values the one of rank ⌊(1 − level)·(n + 1)⌋ + 1. At levels up to
        1 / (n + 1) that is none of them: then it is the largest, moved a quarter further away from the median. At
        levels of 1 and above it is the smallest.
        """
        count = len(self._sorted)
        rank = math.floor((1 - level) * (count + 1))
        return self._sorted[max(rank, 0)] if rank < count else self._beyond()

    def level_of(self, value: float) -> float:
        """The largest level whose bound is not below `value`; 0 if none is."""
        if value > self._beyond():
            return 0.0
        return 1 - bisect_left(self._sorted, value) / (len(self._sorted) + 1)

    def _beyond(self) -> float:
        largest, median = self._sorted[-1], self._sorted[len(self._sorted) // 2]
        return median + WIDER * (largest - median)
