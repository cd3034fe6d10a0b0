"""The isotonic fit, held to SciPy's and to the definition."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import pytest
from scipy.optimize import isotonic_regression

from market.forecast import isotonic

Case = tuple[list[float], list[int], list[float]]


def case(chance: random.Random) -> Case:
    """Few distinct scores, so that many tie, or many."""
    size, distinct = chance.randint(1, 60), chance.choice((3, 20, 10_000))
    scores = [chance.randrange(distinct) / distinct for _ in range(size)]
    return scores, [chance.randint(0, 1) for _ in range(size)], [chance.uniform(0.1, 5) for _ in range(size)]


def pooled(scores: list[float], outcomes: list[int], weights: list[float]) -> tuple[list[float], ...]:
    """The distinct scores, their weighted mean outcomes and weights: SciPy wants them without ties."""
    distinct = sorted(set(scores))
    members = [[i for i, each in enumerate(scores) if each == score] for score in distinct]
    sums = [sum(weights[i] for i in own) for own in members]
    means = [sum(weights[i] * outcomes[i] for i in own) / total for own, total in zip(members, sums, strict=True)]
    return distinct, means, sums


def test_it_fits_what_scipy_fits() -> None:
    chance = random.Random(1)
    for _ in range(300):
        scores, outcomes, weights = case(chance)
        distinct, means, sums = pooled(scores, outcomes, weights)
        fitted = isotonic.fit(scores, outcomes, weights)
        expected = isotonic_regression(means, weights=sums).x
        assert [fitted.value(score) for score in distinct] == pytest.approx(list(expected), abs=1e-12)


def test_counts_are_fitted_exactly() -> None:
    chance = random.Random(2)
    for _ in range(100):
        scores, outcomes, _ = case(chance)
        distinct = sorted(set(scores))
        fitted = isotonic.fit(scores, outcomes)
        for at in distinct:
            # Max over all starts up to here of the min over all ends from here: the min-max formula.
            means = [
                [
                    Fraction(sum(own), len(own))
                    for end in distinct
                    if end >= at
                    for own in [[y for x, y in zip(scores, outcomes, strict=True) if start <= x <= end]]
                ]
                for start in distinct
                if start <= at
            ]
            assert fitted.value(at) == float(max(map(min, means)))


def test_blocks_rise_and_keep_every_observation() -> None:
    chance = random.Random(3)
    for _ in range(200):
        scores, outcomes, weights = case(chance)
        blocks = isotonic.fit(scores, outcomes, weights).blocks
        assert all(one.value < two.value and one.score < two.lowest for one, two in pairwise(blocks))
        assert sum(block.weight for block in blocks) == pytest.approx(sum(weights))
        total = sum(weight * outcome for weight, outcome in zip(weights, outcomes, strict=True))
        assert sum(block.weight * block.value for block in blocks) == pytest.approx(total)


def test_between_scores_the_lower_one_s_value_holds_and_outside_the_nearest() -> None:
    fitted = isotonic.fit([3, 1, 2, 2], [1, 0, 1, 0])
    assert [block.lowest for block in fitted.blocks] == [1, 2, 3]
    assert [fitted.value(each) for each in (-9, 1, 1.9, 2, 2.9, 3, 9)] == [0, 0, 0, 0.5, 0.5, 1, 1]


def test_order_of_observations_does_not_matter() -> None:
    chance = random.Random(4)
    scores, outcomes = [chance.randrange(9) for _ in range(50)], [chance.randint(0, 1) for _ in range(50)]
    again = sorted(zip(scores, outcomes, strict=True), key=lambda _: chance.random())
    assert isotonic.fit(scores, outcomes) == isotonic.fit([x for x, _ in again], [y for _, y in again])


def test_a_weight_counts_as_that_many_observations() -> None:
    once = isotonic.fit([1, 2, 3], [1, 0, 1], [3, 1, 2])
    assert once == isotonic.fit([1, 1, 1, 2, 3, 3], [1, 1, 1, 0, 1, 1])


@pytest.mark.parametrize(
    ("scores", "outcomes", "weights"),
    [
        ([], [], None),
        ([1], [1, 0], None),
        ([1], [1], [1, 1]),
        ([1], [1], [0]),
        ([float("nan")], [1], None),
        ([1], [float("inf")], None),
    ],
)
def test_what_can_t_be_fitted_is_refused(
    scores: list[float], outcomes: list[float], weights: list[float] | None
) -> None:
    with pytest.raises(ValueError, match=r"must be finite|at least one"):
        isotonic.fit(scores, outcomes, weights)
