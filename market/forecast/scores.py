"""How good forecasts were: Brier score, skill, calibration, interval score and pinball loss. Lower scores are better.

`probabilities` are in [0, 1], `outcomes` 0 or 1, both with one element per forecast. Functions that take them raise
ValueError for no forecast, different lengths, a probability outside of [0, 1] or another outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from market.forecast import isotonic


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A Brier score in parts: miscalibration − discrimination + uncertainty.

    Miscalibration (≥ 0) is what recalibration would gain, discrimination (≥ 0) what recalibrated forecasts gain over
    the constant mean outcome, uncertainty that constant's score.
    """

    miscalibration: float
    discrimination: float
    uncertainty: float


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the reliability curve: mean forecast and frequency of the event in `count` neighbouring forecasts."""

    forecast: float
    calibrated: float
    count: int


def brier(probabilities: Sequence[float], outcomes: Sequence[int]) -> float:
    """The mean squared error of probabilities, in [0, 1]. Brier, Monthly Weather Review 78 (1950)."""
    _check(probabilities, outcomes)
    return _squared_error(probabilities, outcomes)


def skill(score: float, reference: float) -> float | None:
    """1 − score / reference: 1 is perfect, 0 as good as the reference, below 0 worse; None if the reference is 0."""
    return 1 - score / reference if reference else None


def decompose(probabilities: Sequence[float], outcomes: Sequence[int]) -> Decomposition:
    """The CORP decomposition of the Brier score: recalibrated by isotonic regression, without bins to choose.

    Dimitriadis, Gneiting, Jordan, "Stable reliability diagrams for probabilistic classifiers", PNAS 118 (2021).
    """
    _check(probabilities, outcomes)
    curve = isotonic.fit(probabilities, outcomes)
    recalibrated = _squared_error([curve.value(each) for each in probabilities], outcomes)
    frequency = sum(outcomes) / len(outcomes)
    uncertainty = _squared_error([frequency] * len(outcomes), outcomes)
    score = _squared_error(probabilities, outcomes)
    return Decomposition(score - recalibrated, uncertainty - recalibrated, uncertainty)


def reliability(probabilities: Sequence[float], outcomes: Sequence[int]) -> list[Point]:
    """The points of the CORP reliability curve (source: `decompose`), rising; on the diagonal if well calibrated."""
    _check(probabilities, outcomes)
    blocks = isotonic.fit(probabilities, outcomes).blocks
    return [Point(block.score, block.value, int(block.weight)) for block in blocks]


def calibration_error(probabilities: Sequence[float], outcomes: Sequence[int], bins: int = 10) -> float:
    """The expected calibration error, in [0, 1]: mean |forecast − frequency| over bins of equal width.

    A bin counts as often as it has forecasts; 1 is in the last bin. Naeini, Cooper, Hauskrecht, AAAI (2015).

    Raises:
        ValueError: also for fewer than one bin.
    """
    _check(probabilities, outcomes)
    if bins < 1:
        raise ValueError("There must be at least one bin.")
    excess = [0.0] * bins
    for probability, outcome in zip(probabilities, outcomes, strict=True):
        excess[min(int(probability * bins), bins - 1)] += probability - outcome
    return sum(map(abs, excess)) / len(outcomes)


def interval_score(low: float, high: float, observed: float, alpha: float) -> float:
    """The width of a central 1 − `alpha` interval, plus 2 / alpha times how far the observation is outside of it.

    In the unit of the observation. Winkler, JASA 67 (1972); Gneiting, Raftery, JASA 102 (2007), section 6.2.

    Raises:
        ValueError: `alpha` is not between 0 and 1, or `low` is above `high`.
    """
    if not 0 < alpha < 1 or not low <= high:
        raise ValueError("An interval needs low <= high and an alpha between 0 and 1.")
    return high - low + 2 / alpha * max(low - observed, observed - high, 0)


def pinball(quantile: float, observed: float, tau: float) -> float:
    """The loss of a forecast of the `tau`-quantile, in the unit of the observation.

    Koenker, Bassett, Econometrica 46 (1978).

    Raises:
        ValueError: `tau` is not between 0 and 1.
    """
    if not 0 < tau < 1:
        raise ValueError("A quantile's level is between 0 and 1.")
    return max(tau * (observed - quantile), (1 - tau) * (quantile - observed))


def _squared_error(probabilities: Sequence[float], outcomes: Sequence[int]) -> float:
    pairs = zip(probabilities, outcomes, strict=True)
    return sum((probability - outcome) ** 2 for probability, outcome in pairs) / len(outcomes)


def _check(probabilities: Sequence[float], outcomes: Sequence[int]) -> None:
    if not probabilities or len(probabilities) != len(outcomes):
        raise ValueError("A score needs as many outcomes as probabilities, and at least one.")
    if not all(0 <= each <= 1 for each in probabilities) or not set(outcomes) <= {0, 1}:
        raise ValueError("Probabilities must be in [0, 1], outcomes 0 or 1.")
