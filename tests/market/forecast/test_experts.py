"""The four experts: what each one says of a distance, held to counts made by hand and to the formula."""

from __future__ import annotations

import math
import random
from statistics import NormalDist

import pytest

from market.forecast.experts import CLIMATOLOGY, HISTORICAL, NAMES, Experts, Scale

BY_DAY = NAMES.index("historical by time of day")
REFLECTION = NAMES.index("reflection")
UNIT = Scale(1.0, 1.0, 1.0)
DOWN, UP = 0, 1


def by_formula(distance: float, sigma: float, bars: float) -> float:
    return 2 * NormalDist().cdf(-distance / (sigma * math.sqrt(bars)))


def trained(bars: int, count: int, seed: int) -> Experts:
    experts, chance = Experts(bars), random.Random(seed)
    for _ in range(count):
        scale = Scale(chance.uniform(0.5, 2), chance.uniform(0.5, 2), 1.0)
        change = chance.gauss(0, scale.plain * math.sqrt(bars))
        excursions = max(0, -change) + chance.expovariate(1), max(0, change) + chance.expovariate(1)
        experts.take(scale, excursions, change)
    return experts


@pytest.mark.parametrize("count", [0, 1, 10, 400])
@pytest.mark.parametrize("way", [DOWN, UP])
def test_a_longer_way_is_never_likelier_to_any_expert(count: int, way: int) -> None:
    experts = trained(5, count, seed=1)
    for scale in (UNIT, Scale(0.3, 4.0, 1.0)):
        said = [experts.probabilities(way, step / 10, scale) for step in range(1, 150)]
        for own in zip(*said, strict=True):
            assert list(own) == sorted(own, reverse=True)
            assert all(0 < probability < 1 for probability in own[:30])


@pytest.mark.parametrize("bars", [1, 15, 240])
@pytest.mark.parametrize("way", [DOWN, UP])
def test_without_data_the_reflection_principle_alone_knows_something(bars: int, way: int) -> None:
    scale = Scale(0.001, 0.003, 0.002)
    for distance in (0.0001, 0.001, 0.01, 0.02):
        said = Experts(bars).probabilities(way, distance, scale)
        assert said[REFLECTION] == pytest.approx(by_formula(distance, 0.001, bars), rel=1e-6)
        assert said[:REFLECTION] == (0.5, 0.5, 0.5)


def test_the_reflection_principle_is_corrected_by_how_far_returns_have_gone() -> None:
    experts = Experts(4)
    for change in (3.0, -3.0, 3.0, -3.0):
        experts.take(Scale(1.5, 1.0, 1.0), (3.0, 3.0), change)
    # Of 4 bars a variance of 4 was expected, in units of 1.5; there was one of (3 / 1.5)²: a ratio of 1.
    assert experts.probabilities(UP, 2.0, UNIT)[REFLECTION] == pytest.approx(by_formula(2, 1, 4), rel=1e-6)
    for change in (0.0, 0.0, 0.0, 0.0):
        experts.take(UNIT, (0.0, 0.0), change)
    assert experts.probabilities(UP, 2.0, UNIT)[REFLECTION] == pytest.approx(by_formula(2, 1, 4 * 0.5), rel=1e-6)


@pytest.mark.parametrize(("change", "ratio"), [(1e6, 4.0), (0.0, 0.2)])
def test_the_correction_has_bounds(change: float, ratio: float) -> None:
    experts = Experts(1)
    experts.take(UNIT, (0.0, 0.0), change)
    assert experts.probabilities(DOWN, 1.0, UNIT)[REFLECTION] == pytest.approx(by_formula(1, 1, ratio), rel=1e-6)


def test_climatology_is_the_count_of_windows_that_went_as_far() -> None:
    experts, chance, gone = Experts(5), random.Random(2), []
    for _ in range(300):
        excursions = chance.expovariate(1), chance.expovariate(0.3)
        experts.take(Scale(chance.uniform(0.1, 9), chance.uniform(0.1, 9), 1.0), excursions, 0.0)
        gone.append(excursions)
    for way in (DOWN, UP):
        for distance in (0.01, 0.5, gone[7][way], 2.0, 50.0):
            count = sum(excursions[way] >= distance for excursions in gone)
            said = experts.probabilities(way, distance, Scale(chance.uniform(0.1, 9), 1.0, 1.0))
            assert said[CLIMATOLOGY] == pytest.approx((count + 0.5) / 301)


def test_history_counts_in_what_was_expected_then_and_is_now() -> None:
    experts, chance, gone = Experts(5), random.Random(3), []
    for _ in range(300):
        scale = Scale(chance.uniform(0.1, 9), chance.uniform(0.1, 9), 1.0)
        excursions = chance.expovariate(1) * scale.plain, chance.expovariate(0.3) * scale.by_day
        experts.take(scale, excursions, 0.0)
        gone.append((excursions, scale))
    now = Scale(0.7, 1.9, 1.0)
    for way in (DOWN, UP):
        for distance in (0.2, 1.0, 3.0):
            said = experts.probabilities(way, distance, now)
            plain = sum(excursions[way] / scale.plain >= distance / now.plain for excursions, scale in gone)
            by_day = sum(excursions[way] / scale.by_day >= distance / now.by_day for excursions, scale in gone)
            assert said[HISTORICAL] == pytest.approx((plain + 0.5) / 301)
            assert said[BY_DAY] == pytest.approx((by_day + 0.5) / 301)


def test_history_forgets_what_climatology_still_knows() -> None:
    experts = Experts(1)
    for excursion, count in ((9.0, 500), (1.0, 1_500)):
        for _ in range(count):
            experts.take(UNIT, (excursion, excursion), 0.0)
    said = experts.probabilities(DOWN, 5.0, UNIT)
    assert said[HISTORICAL] == said[BY_DAY] == pytest.approx(0.5 / 1_501)
    assert said[CLIMATOLOGY] == pytest.approx(500.5 / 2_001)
    assert experts.matured == 2_000
