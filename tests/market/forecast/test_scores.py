"""Scores of forecasts, held to scoringrules and SciPy."""

from __future__ import annotations

import random

import numpy as np
import pytest
import scoringrules
from scipy.optimize import isotonic_regression

from market.forecast import scores
from market.forecast.scores import Point


def forecasts(seed: int, size: int, bend: float = 1.0) -> tuple[list[float], list[int]]:
    """Probabilities in hundredths, so that many tie; the event comes at their power `bend`."""
    chance = random.Random(seed)
    probabilities = [chance.randint(0, 100) / 100 for _ in range(size)]
    return probabilities, [int(chance.random() < each**bend) for each in probabilities]


def recalibrated(probabilities: list[float], outcomes: list[int]) -> list[float]:
    """By SciPy, on the distinct probabilities."""
    told = np.array(outcomes)
    distinct, where, counts = np.unique(probabilities, return_inverse=True, return_counts=True)
    means = np.bincount(where, weights=told) / counts
    assert len(distinct) == len(means)
    return list(isotonic_regression(means, weights=counts).x[where])


@pytest.mark.parametrize("seed", range(20))
def test_the_brier_score_is_that_of_scoringrules(seed: int) -> None:
    probabilities, outcomes = forecasts(seed, 200)
    expected = scoringrules.brier_score(np.array(outcomes), np.array(probabilities)).mean()
    assert scores.brier(probabilities, outcomes) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_the_decomposition_is_that_of_scipy_s_recalibration_and_adds_up(seed: int) -> None:
    probabilities, outcomes = forecasts(seed, 300, bend=2)
    found = scores.decompose(probabilities, outcomes)
    score = scores.brier(probabilities, outcomes)
    best = scores.brier(recalibrated(probabilities, outcomes), outcomes)
    constant = scores.brier([sum(outcomes) / 300] * 300, outcomes)
    assert found.miscalibration == pytest.approx(score - best, abs=1e-12)
    assert found.discrimination == pytest.approx(constant - best, abs=1e-12)
    assert found.uncertainty == pytest.approx(constant, abs=1e-12)
    assert found.miscalibration - found.discrimination + found.uncertainty == pytest.approx(score, abs=1e-12)
    assert min(found.miscalibration, found.discrimination) >= -1e-15


def test_bent_probabilities_are_miscalibrated_and_keep_their_discrimination() -> None:
    probabilities, outcomes = forecasts(1, 20_000)
    straight = scores.decompose(probabilities, outcomes)
    bent = scores.decompose([each**3 for each in probabilities], outcomes)
    assert straight.miscalibration < 0.002 < 0.02 < bent.miscalibration
    assert bent.discrimination == pytest.approx(straight.discrimination, abs=1e-12)


def test_the_constant_mean_has_neither_miscalibration_nor_discrimination() -> None:
    found = scores.decompose([0.25] * 4, [0, 1, 0, 0])
    assert (found.miscalibration, found.discrimination, found.uncertainty) == (0, 0, 0.1875)


def test_skill_is_the_part_of_the_reference_s_score_that_was_saved() -> None:
    assert scores.skill(0.1, 0.2) == 0.5
    assert scores.skill(0.2, 0.2) == 0
    assert scores.skill(0.3, 0.2) == pytest.approx(-0.5)
    assert scores.skill(0.1, 0) is None


def test_the_reliability_curve_pools_what_does_not_rise() -> None:
    assert scores.reliability([0.1, 0.2, 0.4, 0.9, 0.9], [0, 1, 0, 1, 1]) == [
        Point(0.1, 0, 1),
        Point(pytest.approx(0.3), 0.5, 2),
        Point(0.9, 1, 2),
    ]


def test_the_reliability_curve_of_calibrated_forecasts_is_near_the_diagonal() -> None:
    curve = scores.reliability(*forecasts(2, 50_000))
    assert sum(point.count for point in curve) == 50_000
    assert sum(point.count * abs(point.forecast - point.calibrated) for point in curve) / 50_000 < 0.02


def test_the_calibration_error_is_the_mean_gap_of_the_bins() -> None:
    # Bins [0, 0.5) and [0.5, 1]: gaps of |0.2 − 0.5| and |0.8 − 1|, with two and three forecasts.
    told = [0.1, 0.3, 0.5, 0.9, 1.0], [0, 1, 1, 1, 1]
    assert scores.calibration_error(*told, bins=2) == pytest.approx((2 * 0.3 + 3 * 0.2) / 5)
    assert scores.calibration_error([0, 1], [0, 1]) == 0
    assert scores.calibration_error([0, 1], [1, 0]) == 1


@pytest.mark.parametrize("alpha", [0.05, 0.2, 0.5])
def test_interval_scores_are_those_of_scoringrules(alpha: float) -> None:
    chance = random.Random(3)
    for _ in range(200):
        low, high = sorted((chance.gauss(0, 1), chance.gauss(0, 1)))
        observed = chance.choice((chance.gauss(0, 2), low, high))
        expected = scoringrules.interval_score(observed, low, high, alpha)
        assert scores.interval_score(low, high, observed, alpha) == pytest.approx(float(expected))


@pytest.mark.parametrize("tau", [0.025, 0.5, 0.9])
def test_pinball_losses_are_those_of_scoringrules(tau: float) -> None:
    chance = random.Random(4)
    for _ in range(200):
        quantile, observed = chance.gauss(0, 1), chance.gauss(0, 1)
        expected = scoringrules.quantile_score(observed, quantile, tau)
        assert scores.pinball(quantile, observed, tau) == pytest.approx(float(expected))


@pytest.mark.parametrize(
    ("probabilities", "outcomes"),
    [([], []), ([0.5], [1, 0]), ([1.1], [1]), ([-0.1], [1]), ([float("nan")], [1]), ([0.5], [2])],
)
def test_what_is_no_forecast_is_refused(probabilities: list[float], outcomes: list[int]) -> None:
    for function in (scores.brier, scores.decompose, scores.reliability, scores.calibration_error):
        with pytest.raises(ValueError, match="outcomes"):
            function(probabilities, outcomes)


def test_levels_and_intervals_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one bin"):
        scores.calibration_error([0.5], [1], bins=0)
    for low, high, alpha in ((1, 0, 0.05), (0, 1, 0), (0, 1, 1), (float("nan"), 1, 0.05)):
        with pytest.raises(ValueError, match="interval"):
            scores.interval_score(low, high, 0, alpha)
    for tau in (0, 1, -1):
        with pytest.raises(ValueError, match="level"):
            scores.pinball(0, 0, tau)
