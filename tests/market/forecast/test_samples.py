"""A sample's ranks: the bound at a level, the level of a value, the share from a value on."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.forecast.samples import Sample

VALUES = st.lists(st.floats(-1e6, 1e6) | st.integers(-2, 2).map(float), min_size=1, max_size=40)


def filled(values: list[float], most: int = 500) -> Sample:
    sample = Sample(most)
    for value in values:
        sample.add(value)
    return sample


def shuffled() -> list[float]:
    values = [float(value) for value in range(1, 100)]
    random.Random(4).shuffle(values)
    return values


def test_the_bound_is_the_quantile_at_the_level() -> None:
    sample = filled(shuffled())
    levels = {0.5: 51, 0.255: 75, 0.025: 98, 0.015: 99, 0.999: 1, 1: 1, 1.2: 1}
    assert {level: sample.bound(level) for level in levels} == levels


def test_a_level_below_every_value_s_own_goes_a_quarter_beyond_the_largest() -> None:
    sample = filled(shuffled())
    assert {sample.bound(level) for level in (-5, 0, 0.001, 0.01)} == {50 + 1.25 * 49}
    assert filled([-3.0]).bound(0) == -3
    assert filled([-3.0, -2.0, -1.0]).bound(0) == -0.75


@pytest.mark.parametrize("level", [0.05, 0.19, 0.5])
def test_the_next_of_values_that_are_alike_exceeds_the_bound_nearly_as_often_as_the_level_says(level: float) -> None:
    chance = random.Random(1)
    exceeded = sum(chance.random() > filled([chance.random() for _ in range(19)]).bound(level) for _ in range(4_000))
    assert level - 1 / 20 - 0.015 < exceeded / 4_000 < level + 0.015


def test_the_level_of_a_value_is_the_largest_whose_bound_holds_it() -> None:
    chance = random.Random(5)
    levels = (-0.05, *(step / 200 + 0.0001 for step in range(200)))
    for _ in range(300):
        values = [chance.gauss(0, 1) if chance.random() < 0.5 else chance.randint(-2, 2) for _ in range(40)]
        value = chance.choice((chance.gauss(0, 1.5), chance.choice(values), 9))
        sample = filled(values)
        bounds = {level: sample.bound(level) for level in levels}
        found = sample.level_of(value)
        assert 0 <= found <= 1
        if found > 0:
            assert {level for level, bound in bounds.items() if value <= bound} == {x for x in levels if x <= found}
        else:
            assert value > max(bounds.values())


@given(VALUES, st.floats(-2e6, 2e6))
def test_a_value_is_held_just_below_its_level_and_no_longer_just_above(values: list[float], value: float) -> None:
    sample = filled(values)
    level = sample.level_of(value)
    if level:
        assert value <= sample.bound(level - 1e-9)
    if level < 1:
        assert value > sample.bound(level + 1e-9)


@given(VALUES)
def test_bounds_are_lower_at_higher_levels(values: list[float]) -> None:
    sample = filled(values)
    bounds = [sample.bound(step / 50) for step in range(-5, 60)]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[0] >= max(values)
    assert bounds[-1] == min(values)


def test_the_share_counts_the_value_itself_and_half_a_value_on_either_side() -> None:
    sample = filled([1.0, 2.0, 2.0, 3.0])
    shares = {0.0: 4.5, 1.0: 4.5, 1.5: 3.5, 2.0: 3.5, 2.5: 1.5, 3.0: 1.5, 3.5: 0.5}
    assert {value: 5 * sample.share_from(value) for value in shares} == pytest.approx(shares)


@given(VALUES | st.just([]), st.lists(st.floats(-2e6, 2e6), min_size=2))
def test_the_share_is_never_0_or_1_and_never_larger_further_out(values: list[float], asked: list[float]) -> None:
    sample = filled(values)
    shares = [sample.share_from(value) for value in sorted(asked)]
    assert all(0 < share < 1 for share in shares)
    assert shares == sorted(shares, reverse=True)


def test_old_values_leave() -> None:
    chance = random.Random(6)
    values = [float(chance.randint(0, 9)) for _ in range(1_000)]
    sample = Sample(50)
    for taken, value in enumerate(values, 1):
        sample.add(value)
        newest = filled(values[max(0, taken - 50) : taken])
        assert len(sample) == len(newest) == min(taken, 50)
        assert [sample.share_from(each) for each in range(11)] == [newest.share_from(each) for each in range(11)]
        assert sample.bound(0.3) == newest.bound(0.3)
        assert sample.level_of(value) == newest.level_of(value)
