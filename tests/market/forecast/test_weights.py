"""Weights: little is lost to the best of several forecasters, also to one that was poor for long."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.forecast.weights import Weights

LOSSES = st.lists(st.tuples(*[st.floats(0, 1)] * 4), max_size=60)


def weighted(weights: Weights, values: list[float]) -> float:
    return sum(weight * value for weight, value in zip(weights.values, values, strict=True))


def test_all_weigh_the_same_at_first_and_as_long_as_they_are_equally_good() -> None:
    weights = Weights(4)
    assert weights.values == [0.25] * 4
    for _ in range(1_000):
        weights.take([0.3] * 4)
    assert weights.values == pytest.approx([0.25] * 4)


@pytest.mark.parametrize("losses", [[0.0, 1.0, 1.0], [0.2, 0.25, 0.3], [0.5, 0.01, 0.02], [0.3, 0.3, 0.2]])
def test_against_losses_that_stay_no_more_is_lost_to_the_best_than_learning_it_and_its_shares_cost(
    losses: list[float],
) -> None:
    weights, regret, late = Weights(3), 0.0, 0.0
    gaps = [loss - min(losses) for loss in losses if loss > min(losses)]
    # To learn a gap costs at most 1 / rate + gap; later a third of the share of 0.001 comes again in every step.
    share = 0.001 / 3 * sum(gap / (1 - math.exp(-2 * gap)) for gap in gaps)
    for step in range(2_000):
        lost = weighted(weights, losses) - min(losses)
        regret += lost
        late += lost * (step >= 1_000)
        weights.take(losses)
    assert regret < sum(1 / 2 + gap for gap in gaps) + 2_000 * share
    assert 0 < late < 1_000 * share * 1.01
    assert weights.values[losses.index(min(losses))] > 0.97


@given(LOSSES)
def test_whatever_the_losses_the_mixed_one_is_near_the_best_forecaster_s(steps: list[tuple[float, ...]]) -> None:
    weights, mixed = Weights(4), 0.0
    for losses in steps:
        mixed -= math.log(weighted(weights, [math.exp(-2 * loss) for loss in losses])) / 2
        weights.take(losses)
    best = min((sum(own) for own in zip(*steps, strict=True)), default=0)
    assert mixed <= best + math.log(4) / 2 - len(steps) * math.log(1 - 0.001 * 3 / 4) / 2 + 1e-9


def test_mixed_probabilities_lose_little_to_the_best_in_brier_score() -> None:
    chance, weights, mixed, own = random.Random(1), Weights(3), 0.0, [0.0] * 3
    for _ in range(3_000):
        rate = chance.uniform(0.1, 0.9)
        event = chance.random() < rate
        said = [rate, 1 - rate, 0.5]
        mixed += (weighted(weights, said) - event) ** 2
        losses = [(probability - event) ** 2 for probability in said]
        weights.take(losses)
        own = [total + loss for total, loss in zip(own, losses, strict=True)]
    assert mixed - min(own) < 3
    assert min(own) == own[0] < own[2] - 100


def test_a_forecaster_that_becomes_good_after_5_000_poor_steps_leads_in_16() -> None:
    weights, steps = Weights(2), 0
    for _ in range(5_000):
        weights.take([0.0, 0.25])
    assert weights.values[1] < 0.002
    while weights.values[1] < 0.5:
        weights.take([0.25, 0.0])
        steps += 1
    # From an even share of 0.0005 or somewhat more, by e to the rate times the gap in each step.
    assert 10 < steps <= 16


@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), max_size=60))
def test_they_always_add_up_to_1_and_none_is_ever_lost(steps: list[list[float]]) -> None:
    weights = Weights(3)
    for losses in steps:
        weights.take(losses)
        assert sum(weights.values) == pytest.approx(1, abs=1e-12)
        assert min(weights.values) >= 0.001 / 3


def test_only_the_gaps_between_losses_count() -> None:
    low, high = Weights(2), Weights(2)
    for _ in range(10):
        low.take([0.0, 0.1])
        high.take([5_000.0, 5_000.1])
    assert low.values == pytest.approx(high.values)
