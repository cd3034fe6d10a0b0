"""One horizon of a symbol's forecast: its experts, how much each counts, the interval and the cone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from random import Random

from market.forecast.calibration import Calibration
from market.forecast.cone import Cone
from market.forecast.curve import Touch
from market.forecast.experts import NAMES, Experts, Scale
from market.forecast.touch import Direction
from market.forecast.weights import Weights

# The least matured windows of a horizon, and the least of them that share no bar.
MATURED = 150
INDEPENDENT = 20
# Distances on which the model learns, in long-run deviations over the horizon.
DISTANCES = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0)
WAYS = (Direction.DOWN, Direction.UP)


@dataclass(frozen=True, slots=True)
class Trial:
    """A forecast that the model made for itself to learn from."""

    way: Direction
    distance: float
    experts: tuple[float, ...]
    touch: Touch


@dataclass(slots=True)
class Horizon:
    """What is learned for one number of minutes, `bars` bars."""

    minutes: int
    bars: int
    experts: Experts
    weights: Weights
    calibration: Calibration
    cone: Cone

    @property
    def missing(self) -> int:
        """How many windows have to mature before there is a number."""
        return max(0, max(MATURED, INDEPENDENT * self.bars) - self.experts.matured)

    def tell(self, way: int, distance: float, scale: Scale) -> tuple[tuple[float, ...], Touch]:
        """What each expert says, and all together."""
        found = self.experts.probabilities(way, distance, scale)
        mixed = sum(map(mul, self.weights.values, found))
        return found, Touch(mixed, *self.calibration.interval(mixed))

    def touch(self, way: int, distance: float, scale: Scale) -> Touch:
        return self.tell(way, distance, scale)[1]

    def learn(self, number: int, trials: Sequence[Trial], touched: Sequence[bool]) -> None:
        """Weigh the experts by what came, and calibrate with windows that share no bar."""
        losses = [0.0] * len(NAMES)
        for trial, outcome in zip(trials, touched, strict=True):
            for place, probability in enumerate(trial.experts):
                losses[place] += (probability - outcome) ** 2 / len(trials)
        self.weights.take(losses)
        turn, rest = divmod(number, self.bars)
        if not rest:
            # One distance, since those of one window are nearly one outcome; which one is not to depend on the hour.
            first = Random(turn).randrange(len(DISTANCES)) * len(WAYS)  # noqa: S311 not secret
            for trial, outcome in zip(
                trials[first : first + len(WAYS)], touched[first : first + len(WAYS)], strict=True
            ):
                self.calibration.take(trial.touch.probability, outcome)

    def climate(self, way: int, distance: float) -> Touch:
        """What climatology alone says."""
        share = self.experts.climate(way, distance)
        return Touch(share, share, share)
