"""Levels that adapt: how much may be missed at the next step so that in the long run a target is what is missed.

Forecasts over several bars overlap, so a tracker has turns: forecast after forecast takes the next, and one turn's
forecasts share no bar. Each turn learns for itself, and their mean is asked for: it is steadier than any of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

# Without the paper's largest, 0.128: five times what a side of the 95 % cone may miss, its level swings at every miss.
GAMMAS = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064)
# Steps within which a change is to be found. A smaller number makes bounds unsteady, which costs sharpness.
INTERVAL = 200


class Tracker(Protocol):
    """A level that follows what happened."""

    @property
    def level(self) -> float:
        """The miscoverage to ask for at the next step. It may be a little below 0 or above 1."""

    def update(self, turn: int, beta: float) -> None:
        """Learn `beta`, the largest level at which this turn's last observation would have been within the bound."""


class ACI:
    """Adaptive conformal inference with one step size. Gibbs, Candès, NeurIPS (2021)."""

    __slots__ = ("_levels", "gamma", "target")

    def __init__(self, target: float, turns: int = 1, gamma: float = 0.005) -> None:
        """Start at the `target` level; ValueError if it is not between 0 and 1, or `gamma` is not above 0."""
        self.target = _checked_target(target)
        if not gamma > 0:
            raise ValueError("A step size must be above 0.")
        self.gamma = gamma
        self._levels = [target] * turns

    @property
    def level(self) -> float:
        return sum(self._levels) / len(self._levels)

    def update(self, turn: int, beta: float) -> None:
        """Lower the level after a miss, raise it otherwise; `beta` in [0, 1], else ValueError."""
        missed = self._levels[turn] > _checked_beta(beta)
        self._levels[turn] += self.gamma * (self.target - missed)


class DtACI:
    """Dynamically tuned adaptive conformal inference: experts with different step sizes, weighted by pinball loss.

    Gibbs, Candès, "Conformal inference for online prediction with arbitrary distribution shifts", JMLR 25(162) (2024).
    Each turn has levels of its own; which step sizes are good is learned from all turns together. Time per step:
    O(number of experts).
    """

    __slots__ = ("_eta", "_gammas", "_levels", "_medians", "_share", "_sum", "_weights", "target")

    def __init__(
        self, target: float, turns: int = 1, gammas: Sequence[float] = GAMMAS, interval: int = INTERVAL
    ) -> None:
        """Start all experts at the `target` level with equal weights; `interval` is in steps.

        Raises:
            ValueError: `target` is not between 0 and 1, there is no step size or one not above 0, or `interval` < 1.
        """
        alpha = self.target = _checked_target(target)
        if not gammas or not min(gammas) > 0 or interval < 1:
            raise ValueError("Step sizes must be above 0, the interval at least 1.")
        count = len(gammas)
        # The paper's choice: an estimate of the mean squared loss at the best level is in the denominator.
        squared_loss = ((1 - alpha) ** 2 * alpha**3 + alpha**2 * (1 - alpha) ** 3) / 3
        self._eta = math.sqrt((math.log(count * interval) + 2) / (interval * squared_loss))
        # The part of the weights that is shared out evenly at each step, so that a bad expert can come back.
        self._share = 1 / (2 * interval)
        self._gammas = gammas
        self._levels = [[target] * count for _ in range(turns)]
        self._weights = [1 / count] * count
        self._medians, self._sum = [target] * turns, target * turns

    @property
    def weights(self) -> tuple[float, ...]:
        """The experts' weights, in the order of their step sizes; they add up to 1."""
        return tuple(self._weights)

    @property
    def level(self) -> float:
        return self._sum / len(self._medians)

    def update(self, turn: int, beta: float) -> None:
        """Weigh the experts by how near they were to `beta` (in [0, 1], else ValueError), then let each one move."""
        _checked_beta(beta)
        alpha, levels = self.target, self._levels[turn]
        grown = [
            weight * math.exp(-self._eta * max(alpha * (beta - own), (1 - alpha) * (own - beta)))
            for weight, own in zip(self._weights, levels, strict=True)
        ]
        total, even = sum(grown), self._share / len(grown)
        self._weights = [(1 - self._share) * weight / total + even for weight in grown]
        self._levels[turn] = [
            own + gamma * (alpha - (own > beta)) for gamma, own in zip(self._gammas, levels, strict=True)
        ]
        self._sum -= self._medians[turn]
        self._medians[turn] = self._median(turn)
        self._sum += self._medians[turn]

    def _median(self, turn: int) -> float:
        """The experts' weighted median; their mean, as in the paper, swings with the fastest, which costs sharpness."""
        below = 0.0
        for own, weight in sorted(zip(self._levels[turn], self._weights, strict=True)):
            below += weight
            if below >= 0.5:
                return own
        return own


def _checked_target(target: float) -> float:
    if not 0 < target < 1:
        raise ValueError("A target level must be between 0 and 1.")
    return target


def _checked_beta(beta: float) -> float:
    if not 0 <= beta <= 1:
        raise ValueError("beta must be in [0, 1].")
    return beta
