"""Online weights of several forecasters of one event."""

from __future__ import annotations

import math
from collections.abc import Sequence

# The largest rate at which the square loss of a probability is mixable: Vovk, "A game of prediction with expert advice"
# (1998). The plain weighted mean, which is used here, has a proven bound at a quarter of it, and does better with this.
RATE = 2.0
# The share of weight spread evenly in each step, so that a forecaster that was poor for long can come back: Herbster
# and Warmuth, "Tracking the best expert", Machine Learning 32 (1998).
SHARE = 0.001


class Weights:
    """Exponential weights with a fixed share: what loses less counts more, soon also after a change."""

    __slots__ = ("values",)

    def __init__(self, count: int) -> None:
        self.values = [1 / count] * count

    def take(self, losses: Sequence[float]) -> None:
        """Update by each forecaster's loss, of the order of a Brier score; only their differences count."""
        least = min(losses)
        raised = [weight * math.exp(-RATE * (loss - least)) for weight, loss in zip(self.values, losses, strict=True)]
        total = sum(raised)
        self.values = [(1 - SHARE) * weight / total + SHARE / len(raised) for weight in raised]
