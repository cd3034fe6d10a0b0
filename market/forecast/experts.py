"""Four ways to tell how likely a price moves a distance within a horizon, each learned from matured windows alone.

A window begins at a bar's close and is matured when its horizon has passed. Distances and excursions are differences
of log prices. For each window the excursion is divided by what was expected when it began:

- filtered historical simulation (Barone-Adesi, Giannopoulos and Vosper 1999): by the volatility of one bar; the
  probability is the share of past windows whose scaled excursion reaches the scaled distance;
- the same with the volatility's usual course over the day;
- climatology: unscaled, so only how far prices have gone before counts;
- reflection principle: 2·Φ(−d / (σ·√h)) of a driftless diffusion, σ corrected by the variance ratio of h bars.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from market.forecast.samples import SEPARATE, Sample

NAMES = ("historical", "historical by time of day", "climatology", "reflection")
HISTORICAL, CLIMATOLOGY = NAMES.index("historical"), NAMES.index("climatology")
# Windows that the scaled samples hold at least; climatology needs more, of quiet times and lively ones.
NEWEST = 1_500
CLIMATE = 20_000
# Bounds of the variance ratio, which is noisy while few windows have matured.
LEAST_RATIO, MOST_RATIO = 0.2, 4.0
ROOT_2 = math.sqrt(2)


@dataclass(frozen=True, slots=True)
class Scale:
    """What is expected of a window of one horizon: the volatility of a bar, plain, by the time of day and of old."""

    plain: float
    by_day: float
    long_run: float


class Experts:
    """The four for one horizon of `bars` bars; index 0 of each pair is down, 1 is up."""

    def __init__(self, bars: int) -> None:
        self.bars = bars
        self.matured = 0
        most = max(NEWEST, SEPARATE * bars)
        self._plain = (Sample(most), Sample(most))
        self._by_day = (Sample(most), Sample(most))
        self._climate = (Sample(CLIMATE), Sample(CLIMATE))
        self._squares = 0.0
        # √h, corrected by the variance ratio.
        self._root = math.sqrt(bars)

    def take(self, scale: Scale, excursions: tuple[float, float], change: float) -> None:
        """Add a matured window: how far the price went down and up, and where it ended."""
        for way, excursion in enumerate(excursions):
            self._plain[way].add(excursion / scale.plain)
            self._by_day[way].add(excursion / scale.by_day)
            self._climate[way].add(excursion)
        self._squares += (change / scale.plain) ** 2
        self.matured += 1
        ratio = self._squares / (self.matured * self.bars)
        self._root = math.sqrt(self.bars * min(MOST_RATIO, max(LEAST_RATIO, ratio)))

    def climate(self, way: int, distance: float) -> float:
        """Climatology's alone."""
        return self._climate[way].share_from(distance)

    def probabilities(self, way: int, distance: float, scale: Scale) -> tuple[float, float, float, float]:
        """Each one's, in the order of NAMES, for a distance above 0."""
        return (
            self._plain[way].share_from(distance / scale.plain),
            self._by_day[way].share_from(distance / scale.by_day),
            self.climate(way, distance),
            math.erfc(distance / (scale.plain * self._root * ROOT_2)),
        )
