"""The Diebold–Mariano test against figures worked out by hand and another implementation; Holm's correction."""

from __future__ import annotations

import math
import random

import pytest
from scipy import special, stats

from market.forecast.evaluation.diebold_mariano import compare, holm, incomplete_beta, student_p_value


@pytest.mark.parametrize("freedom", [1, 2, 3, 10, 99, 1_500, 30_000])
def test_p_values_are_those_of_another_implementation(freedom: int) -> None:
    for statistic in (0.0, 1e-3, 0.1, 0.5, 1.0, 1.96, 2.5, 4.0, 10.0, 30.0):
        expected = 2 * stats.t.sf(statistic, freedom)
        assert student_p_value(statistic, freedom) == pytest.approx(expected, rel=1e-8, abs=1e-300)
        assert student_p_value(-statistic, freedom) == student_p_value(statistic, freedom)


def test_the_incomplete_beta_function_is_that_of_another_implementation() -> None:
    for a in (0.5, 1.0, 3.5, 50.0):
        for b in (0.5, 2.0, 20.0):
            for x in (0.0, 0.01, 0.3, 0.5, 0.9, 0.999, 1.0):
                assert incomplete_beta(x, 1 - x, a, b) == pytest.approx(special.betainc(a, b, x), rel=1e-9)


def test_one_step_ahead_the_statistic_is_the_t_of_the_mean_difference() -> None:
    made = random.Random(1)
    losses = [made.expovariate(1.0) for _ in range(200)]
    reference = [made.expovariate(1.2) for _ in range(200)]
    expected = stats.ttest_rel(losses, reference)
    found = compare(losses, reference)
    assert found is not None
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.p_value == pytest.approx(expected.pvalue)


def test_the_statistic_of_several_steps_counts_the_autocovariances() -> None:
    # d = 1, 2, 4, 3: mean 2.5, autocovariances 5/4 and 0.75/4, so a variance of 1.625
    found = compare([1.0, 2.0, 4.0, 3.0], [0.0] * 4, horizon=2)
    assert found is not None
    assert found.statistic == pytest.approx(2.5 / math.sqrt(1.625 / 4) * math.sqrt(1.5 / 4))


def test_weights_that_fall_with_the_lag_replace_equal_ones_whose_variance_would_be_negative() -> None:
    # d = 1, −1, 1, −1, 1: mean 1/5, autocovariances 4.8/5 and −3.84/5, of which half is taken
    found = compare([1.0, 0.0, 1.0, 0.0, 1.0], [0.0, 1.0, 0.0, 1.0, 0.0], horizon=2)
    assert found is not None
    variance = 4.8 / 5 - 3.84 / 5
    assert found.statistic == pytest.approx(0.2 / math.sqrt(variance / 5) * math.sqrt((5 + 1 - 4 + 2 / 5) / 5))


def test_a_worse_forecast_has_a_statistic_above_0_and_a_better_one_the_same_below() -> None:
    made = random.Random(2)
    good = [made.random() for _ in range(300)]
    bad = [loss + 0.2 * made.random() for loss in good]
    worse, better = compare(bad, good, horizon=3), compare(good, bad, horizon=3)
    assert worse is not None
    assert better is not None
    assert worse.statistic == pytest.approx(-better.statistic)
    assert worse.statistic > 10
    assert worse.p_value == pytest.approx(better.p_value)


def test_equally_good_forecasts_are_told_apart_as_rarely_as_promised() -> None:
    made = random.Random(3)
    rejected = 0
    for _ in range(1_000):
        noise = [made.gauss(0, 1) for _ in range(102)]
        differences = [sum(noise[place : place + 3]) for place in range(100)]  # as of errors three steps ahead
        found = compare(differences, [0.0] * 100, horizon=3)
        rejected += found is not None and found.p_value < 0.05
    assert 30 <= rejected <= 80


def test_the_test_is_not_defined_where_the_difference_never_varies() -> None:
    assert compare([0.3] * 9, [0.1] * 9) is None
    assert compare([0.1, 0.2], [0.1, 0.2]) is None


@pytest.mark.parametrize(("count", "horizon"), [(0, 1), (1, 1), (4, 4), (9, 0)])
def test_too_few_losses_for_the_horizon_are_refused(count: int, horizon: int) -> None:
    with pytest.raises(ValueError, match="are too few for a horizon of"):
        compare([1.0] * count, [2.0] * count, horizon)


def test_losses_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        compare([1.0, 2.0], [1.0, 2.0, 3.0])


def test_adjusted_p_values_grow_with_the_number_of_tests_and_keep_their_order() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.005, 0.6, 0.7, 0.01]) == pytest.approx([0.02, 1.0, 1.0, 0.03])
    assert holm([0.2]) == [0.2]
    assert holm([]) == []
