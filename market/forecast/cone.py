"""The cone: bounds of the price after a horizon, adapted so that they hold as often as they say.

A bound is a quantile of the log returns of past windows, each divided by what was expected of it: in three ways, as for
touches, mixed by online weights. Which quantile is asked for is moved by two one-sided trackers for each level, because
prices are skewed. A forecast of h bars is known to be right or wrong only h bars later, and h successive ones share
most of their outcome: so each tracker has h turns, and each turn learns from windows that share no bar.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from market.forecast.experts import Scale
from market.forecast.samples import SEPARATE, Sample
from market.forecast.scores import pinball
from market.forecast.trackers import Tracker
from market.forecast.weights import Weights

# What the cone holds.
LEVELS = (0.8, 0.95)
# Scores that a sample holds, at least.
SCORES = 1_000
# Ways to scale a score.
WAYS = 3
# Trackers learn only from levels in a sample of at least so many scores.
LEAST_SCORES = 100
# How exactly a level is searched for: by itself, or by a share of it if that is more. Trackers ask for small ones.
LEVEL_ERROR, LEVEL_ERROR_SHARE = 0.001, 0.05

MakeTracker = Callable[[float, int], Tracker]


@dataclass(frozen=True, slots=True)
class Band:
    """Bounds of a log return, for one of LEVELS."""

    level: float
    low: float
    high: float


class _Side:
    """The scores on one side, one sample for each way to scale them."""

    def __init__(self, ways: int, most: int) -> None:
        self._samples = [Sample(most) for _ in range(ways)]

    def __len__(self) -> int:
        return len(self._samples[0])

    def bounds(self, level: float, units: Sequence[float]) -> list[float]:
        return [sample.bound(level) * unit for sample, unit in zip(self._samples, units, strict=True)]

    def level_of(self, value: float, units: Sequence[float], weights: Sequence[float]) -> float:
        """The largest level whose mixed bound is not below `value`, nearly; 0 if none is.

        It is between the levels at which the samples' own bounds are.
        """
        levels = [sample.level_of(value / unit) for sample, unit in zip(self._samples, units, strict=True)]
        low, high = min(levels), max(levels)
        if not low and _mixed(self.bounds(0, units), weights) < value:
            return 0.0
        while high - low > max(LEVEL_ERROR, low * LEVEL_ERROR_SHARE):
            middle = (low + high) / 2
            if _mixed(self.bounds(middle, units), weights) >= value:
                low = middle
            else:
                high = middle
        return low

    def take(self, value: float, units: Sequence[float]) -> None:
        for sample, unit in zip(self._samples, units, strict=True):
            sample.add(value / unit)


class Cone:
    """The bounds for one horizon of `bars` bars. `tracker` makes one from its target level and its number of turns."""

    def __init__(self, bars: int, tracker: MakeTracker) -> None:
        self.bars = bars
        self.weights = Weights(WAYS)
        most = max(SCORES, SEPARATE * bars)
        self._sides = _Side(WAYS, most), _Side(WAYS, most)
        self._held: deque[Sequence[tuple[float, Sequence[float]]]] = deque()
        self._targets = [(1 - level) / 2 for level in LEVELS]
        self._trackers = [(tracker(target, bars), tracker(target, bars)) for target in self._targets]

    def bands(self, scale: Scale) -> Sequence[Band]:
        """For a window that begins now; the wider holds the narrower, no low is above its high.

        More than `bars` windows must have matured.
        """
        units, weights = _units(scale, self.bars), self.weights.values
        found: list[Band] = []
        for level, trackers in zip(LEVELS, self._trackers, strict=True):
            down, up = (
                _mixed(side.bounds(tracker.level, units), weights)
                for side, tracker in zip(self._sides, trackers, strict=True)
            )
            # After a price has stood or run one way for long, both sides may ask for so little that they cross.
            low, high = sorted((-down, up))
            if found:
                low, high = min(low, found[-1].low), max(high, found[-1].high)
            found.append(Band(level, low, high))
        return found

    def take(self, number: int, change: float, scale: Scale, *, told: bool = True) -> None:
        """Learn from a matured window: its log return. Trackers learn only from windows that bands were told for."""
        units = _units(scale, self.bars)
        if told and len(self._sides[0]) >= LEAST_SCORES:
            self._judge(number % self.bars, change, scale, units)
        # Held back until no window that is judged by it shares a bar with it.
        self._held.append(((-change, units), (change, units)))
        if len(self._held) > self.bars:
            for side, (value, by) in zip(self._sides, self._held.popleft(), strict=True):
                side.take(value, by)

    def _judge(self, turn: int, change: float, scale: Scale, units: Sequence[float]) -> None:
        for place, (side, value) in enumerate(zip(self._sides, (-change, change), strict=True)):
            beta = side.level_of(value, units, self.weights.values)
            for trackers in self._trackers:
                trackers[place].update(turn, beta)
        self.weights.take(self._losses(change, units, scale.long_run * math.sqrt(self.bars)))

    def _losses(self, change: float, units: Sequence[float], unit: float) -> list[float]:
        """The mean pinball loss of each way's own quantiles, in the long-run deviation."""
        totals = [0.0] * len(units)
        for target in self._targets:
            for side, value in zip(self._sides, (-change, change), strict=True):
                for way, bound in enumerate(side.bounds(target, units)):
                    totals[way] += pinball(bound, value, 1 - target)
        return [total / (2 * len(LEVELS) * unit) for total in totals]


def _units(scale: Scale, bars: int) -> tuple[float, float, float]:
    """What scores are divided by: the expected deviation, that by the time of day, and one that stays."""
    root = math.sqrt(bars)
    return scale.plain * root, scale.by_day * root, root


def _mixed(bounds: Sequence[float], weights: Sequence[float]) -> float:
    return sum(bound * weight for bound, weight in zip(bounds, weights, strict=True))
