"""A curve between its points: straight over the square root of time, and rising."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.forecast.curve import CERTAIN, NEVER, Curve, Touch


def made(points: dict[int, float]) -> Curve:
    """A curve with these probabilities, each with an interval from half of it to 0.1 above it."""
    return Curve([(minutes, Touch(each, each / 2, each + 0.1)) for minutes, each in points.items()])


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    minutes = sorted(draw(st.sets(st.integers(1, 240), min_size=1, max_size=7)))
    rising = [sorted(draw(st.lists(st.floats(0, 1), min_size=len(minutes), max_size=len(minutes)))) for _ in range(3)]
    touches = [Touch(each, min(each, low), max(each, high)) for each, low, high in zip(*rising, strict=True)]
    return Curve(list(zip(minutes, touches, strict=True)))


def test_between_points_it_is_straight_over_the_square_root_of_time() -> None:
    curve = made({1: 0.1, 4: 0.2, 9: 0.5})
    assert curve.at(6.25) == pytest.approx((0.35, 0.175, 0.45))
    assert curve.at(2.25) == pytest.approx((0.15, 0.075, 0.25))
    assert curve.at(0.25) == pytest.approx((0.05, 0.025, 0.1))
    assert curve.at(0) == NEVER


@given(curves())
def test_it_goes_through_its_points(curve: Curve) -> None:
    for minutes, touch in curve.points:
        assert curve.at(minutes) == pytest.approx(touch, abs=1e-15)


@given(curves())
def test_it_never_falls_and_its_interval_holds_the_probability(curve: Curve) -> None:
    last = curve.points[-1][0]
    found = [touch for step in range(201) if (touch := curve.at(last * step / 200)) is not None]
    assert len(found) == 201
    for values in zip(*found, strict=True):
        assert all(after >= before - 1e-12 for before, after in pairwise(values))
    assert all(low - 1e-12 <= probability <= high + 1e-12 for probability, low, high in found)


def test_it_says_nothing_beyond_its_last_point() -> None:
    assert made({1: 0.1, 4: 0.2}).at(4.01) is None
    assert Curve([]).at(1) is None


def test_the_median_is_when_a_touch_is_as_likely_as_not() -> None:
    assert made({1: 0.2, 4: 0.8}).median_minutes == pytest.approx(2.25)
    assert made({1: 0.2, 9: 0.5, 16: 0.9}).median_minutes == pytest.approx(9)
    assert made({4: 0.8}).median_minutes == pytest.approx(1.5625)
    assert Curve([(1, CERTAIN)]).median_minutes == pytest.approx(0.25)


@given(curves())
def test_at_the_median_the_curve_is_at_one_half(curve: Curve) -> None:
    median = curve.median_minutes
    if median is None:
        assert curve.points[-1][1].probability < 0.5
    else:
        assert 0 < median <= curve.points[-1][0] * (1 + 1e-12)
        found = curve.at(min(median, curve.points[-1][0]))
        assert found is not None
        assert found.probability == pytest.approx(0.5, abs=1e-6)


def test_there_is_no_median_if_one_half_is_never_reached() -> None:
    assert made({1: 0.2, 240: 0.499}).median_minutes is None
    assert Curve([]).median_minutes is None
