"""How far the highest of a minute's trades lies from the top of the hidden path that they follow."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Sequence


class Extremes:
    """Draws by how much the path's maximum exceeds the highest trade; negative if a bounce takes the trade above it.

    Trades come at random, `rate` of them in the time in which the path moves by 1 (standard deviation), each off the
    path by one of `bounces`, all equally likely. Seen from its maximum the path goes down on either side as a Bessel
    process of dimension 3 (Williams, "Path decomposition and continuity of local time", 1974). All trades are more than
    x below the maximum if none is made while the path is less than x plus the trade's bounce below it. For one side the
    chance of that is 1 / g'(at the lowest such place), where g'' = 2 k g, g(0) = 0, g'(0) = 1 and k is the rate of the
    trades that would be too high (Feynman-Kac); k is constant between the bounces, so that g is made of sinh and cosh.
    """

    # The tail that is left out, and the points in the mean distance of trades without bounces.
    TAIL = 1e-4
    POINTS = 10

    def __init__(self, bounces: Sequence[float], rate: float) -> None:
        steps = [(bounce, sum(each >= bounce for each in bounces) / len(bounces)) for bounce in sorted(set(bounces))]
        self._layers = [(bounce, math.sqrt(2 * rate * share)) for bounce, share in steps]
        self._width = 1 / (self.POINTS * math.sqrt(2 * rate))
        self._least = -max(bounces)
        self._chances: list[float] = []
        chance = 1.0
        while chance > self.TAIL:
            chance = self._exceeds(self._least + len(self._chances) * self._width)
            self._chances.append(1 - chance)

    def draw(self, chance: float) -> float:
        """The distance that is not exceeded with this chance, 0 <= chance < 1."""
        return self._least + (bisect(self._chances, chance) - 0.5) * self._width

    def _exceeds(self, distance: float) -> float:
        """The chance that all trades are further below the path's maximum."""
        value, slope, depth = 0.0, 1.0, 0.0
        for bounce, bend in self._layers:
            width = distance + bounce - depth
            if width > 0:
                rise, level = math.sinh(bend * width), math.cosh(bend * width)
                value, slope = value * level + slope * rise / bend, value * bend * rise + slope * level
                depth += width
        return 1 / slope**2
