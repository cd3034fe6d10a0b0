"""The interval of a probability: nothing is known at first, and then what came is what counts."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.forecast import calibration
from market.forecast.calibration import LEAST, Calibration
from market.forecast.venn_abers import VennAbers


def learnt(count: int, seed: int, power: float = 1.0) -> Calibration:
    """What is said to be p comes with a probability of p to the `power`."""
    found, chance = Calibration(), random.Random(seed)
    for _ in range(count):
        said = chance.random()
        found.take(said, chance.random() < said**power)
    return found


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of forecasts of each fit that is made."""
    found: list[int] = []

    def fit(scores: list[float], outcomes: list[int]) -> VennAbers:
        found.append(len(scores))
        return VennAbers(scores, outcomes)

    monkeypatch.setattr(calibration, "VennAbers", fit)
    return found


def test_all_of_0_to_1_is_possible_before_40_forecasts_have_matured() -> None:
    found = Calibration()
    for number in range(40):
        assert [found.interval(step / 10) for step in range(11)] == [(0, 1)] * 11, number
        found.take(0.3, number % 3 == 0)
    low, high = found.interval(0.3)
    assert 0 < low <= 0.3 <= high < 1


@given(st.integers(0, 10_000), st.integers(0, 200), st.sampled_from([0.2, 1.0, 4.0]), st.floats(0, 1))
def test_the_interval_holds_the_probability_and_the_calibrated_bounds(
    seed: int, count: int, power: float, probability: float
) -> None:
    found, chance, matured = Calibration(), random.Random(seed), []
    for _ in range(count):
        said = chance.random()
        matured.append((said, chance.random() < said**power))
        found.take(*matured[-1])
    low, high = found.interval(probability)
    assert 0 <= low <= probability <= high <= 1
    if count == LEAST:
        p0, p1 = VennAbers(*zip(*matured, strict=True)).interval(probability)
        assert low <= p0 <= p1 <= high


@pytest.mark.parametrize("power", [0.3, 1.0, 3.0])
def test_a_larger_probability_never_has_a_lower_interval(power: float) -> None:
    found = learnt(600, seed=1, power=power)
    intervals = [found.interval(step / 200) for step in range(201)]
    for bounds in zip(*intervals, strict=True):
        assert list(bounds) == sorted(bounds)


def test_probabilities_that_were_wrong_have_an_interval_that_reaches_to_what_came() -> None:
    low, high = learnt(3_000, seed=2, power=3.0).interval(0.7)
    assert low < 0.7**3 + 0.06
    assert high == 0.7
    low, high = learnt(3_000, seed=3, power=1 / 3).interval(0.3)
    assert low == 0.3
    assert high > 0.3 ** (1 / 3) - 0.06


def test_it_is_fitted_anew_whenever_a_tenth_more_has_matured(fits: list[int]) -> None:
    learnt(200, seed=4)
    assert fits[0] == 40
    for before, after in pairwise(fits):
        assert after - before == -(-before // 9), "the first whole number that is a tenth of all"


def test_it_is_fitted_anew_after_500_at_the_latest_also_when_old_forecasts_leave(fits: list[int]) -> None:
    found = Calibration()
    for number in range(9_000):
        found.take(0.5, number % 2 == 0)
    assert fits[-3:] == [5_000] * 3
    assert 15 <= sum(size > 2_500 for size in fits) <= 13 + 3
    assert max(fits) == 5_000


def test_what_came_lately_replaces_what_came_long_ago() -> None:
    found = Calibration()
    for outcome in (True, False):
        for number in range(5_500):
            found.take(0.4 + 0.2 * (number % 2), outcome)
    low, high = found.interval(0.6)
    assert low == 0
    assert high == 0.6
