"""One order's curve: the probability of a touch by the time that passes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Touch(NamedTuple):
    """The probability of a touch, and its interval."""

    probability: float
    low: float
    high: float


NEVER, CERTAIN = Touch(0.0, 0.0, 0.0), Touch(1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (minutes, touch), both ascending; between them it is straight over the square root of time.

    `now` is the touch at once: CERTAIN where there is no way to go.
    """

    points: Sequence[tuple[int, Touch]]
    now: Touch = NEVER

    def at(self, minutes: float) -> Touch | None:
        """The value after so many minutes; None beyond the last point, unless the price is there already."""
        if self.now == CERTAIN:
            return CERTAIN
        before, below = 0, self.now
        for after, above in self.points:
            if minutes == after:
                return above
            if minutes < after:
                share = (math.sqrt(minutes) - math.sqrt(before)) / (math.sqrt(after) - math.sqrt(before))
                return Touch(*(low + (high - low) * share for low, high in zip(below, above, strict=True)))
            before, below = after, above
        return None

    @property
    def median_minutes(self) -> float | None:
        """When a touch has become as likely as not; None if that is beyond the last point."""
        if self.now == CERTAIN:
            return 0.0
        before, below = 0, self.now.probability
        for after, above in self.points:
            if above.probability >= 0.5:
                share = (0.5 - below) / (above.probability - below)
                return (math.sqrt(before) + share * (math.sqrt(after) - math.sqrt(before))) ** 2
            before, below = after, above.probability
        return None
