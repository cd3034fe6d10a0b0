"""Venn–Abers probabilities, held to their definition: two isotonic fits for each object."""

from __future__ import annotations

import random

import pytest

from market.forecast import isotonic
from market.forecast.venn_abers import VennAbers


def by_definition(scores: list[float], outcomes: list[int], score: float) -> tuple[float, float]:
    """The object joins the calibration set with either label; the fit is read at its score."""
    p0, p1 = (isotonic.fit([*scores, score], [*outcomes, label]).value(score) for label in (0, 1))
    return p0, p1


def cases(seed: int, count: int) -> list[tuple[list[float], list[int]]]:
    """Small calibration sets: from all alike to all distinct, from no event to events alone, noise or signal."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        distinct, rate = chance.randint(1, 30), chance.random()
        scores = [float(chance.randrange(distinct)) for _ in range(chance.randint(1, 25))]
        slope = chance.choice((0, 1, -1))
        found.append((scores, [int(chance.random() < rate + slope * (x / distinct - 0.5)) for x in scores]))
    return found


def test_it_is_exactly_the_two_fits_of_the_definition() -> None:
    for scores, outcomes in cases(1, 1_500):
        predictor = VennAbers(scores, outcomes)
        for score in {*scores, *(each + 0.5 for each in scores), min(scores) - 1, max(scores) + 1}:
            assert predictor.interval(score) == by_definition(scores, outcomes, score)


def test_probabilities_are_ordered_and_rise_with_the_score() -> None:
    for scores, outcomes in cases(2, 500):
        predictor = VennAbers(scores, outcomes)
        pairs = [predictor.interval(step / 4) for step in range(-4, 130)]
        assert all(0 <= p0 <= p1 <= 1 for p0, p1 in pairs)
        assert [p0 for p0, _ in pairs] == sorted(p0 for p0, _ in pairs)
        assert [p1 for _, p1 in pairs] == sorted(p1 for _, p1 in pairs)


def test_few_observations_leave_it_unsure_and_many_do_not() -> None:
    chance = random.Random(3)
    widths = []
    for size in (20, 500, 5_000):
        scores = [chance.random() for _ in range(size)]
        predictor = VennAbers(scores, [int(chance.random() < score**2) for score in scores])
        pairs = [predictor.interval(step / 100) for step in range(5, 96)]
        widths.append(sum(p1 - p0 for p0, p1 in pairs) / len(pairs))
    assert widths[0] > 0.1 > widths[1] > 0.01 > widths[2]


def test_wrong_probabilities_become_right_ones() -> None:
    chance = random.Random(4)
    scores = [chance.random() for _ in range(5_000)]
    predictor = VennAbers(scores, [int(chance.random() < score**2) for score in scores])
    errors = [abs(sum(predictor.interval(step / 100)) / 2 - (step / 100) ** 2) for step in range(5, 96)]
    assert sum(errors) / len(errors) < 0.03


@pytest.mark.parametrize(
    ("scores", "outcomes"), [([], []), ([1], [1, 0]), ([1, 2], [0, 2]), ([float("nan")], [1]), ([1], [0.5])]
)
def test_what_can_t_be_learnt_from_is_refused(scores: list[float], outcomes: list[int]) -> None:
    with pytest.raises(ValueError, match="outcomes"):
        VennAbers(scores, outcomes)
