"""The cone: bounds that hold as often as they say, on each side, and never cross."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.forecast.cone import LEVELS, Band, Cone
from market.forecast.experts import Scale
from market.forecast.samples import Sample
from market.forecast.trackers import ACI, DtACI, Tracker
from market.forecast.weights import Weights

UNIT = Scale(1.0, 1.0, 1.0)
Draw = Callable[[random.Random], float]


class Recorder:
    """A level that stays at the target, and a note of all that is told."""

    def __init__(self, target: float, turns: int) -> None:
        self.target, self.turns = target, turns
        self.told: list[tuple[int, float]] = []

    @property
    def level(self) -> float:
        return self.target

    def update(self, turn: int, beta: float) -> None:
        self.told.append((turn, beta))


class Levels(Recorder):
    """Asks for more than 1 at the outer level and for less than 0 at the inner one, every other time vice versa."""

    @property
    def level(self) -> float:
        return 1.2 if (self.target < 0.05) != bool(len(self.told) % 2) else -0.2


class Made:
    """A cone, and its trackers in the order of the levels, down before up."""

    def __init__(self, bars: int) -> None:
        self.trackers: list[Recorder] = []
        self.cone = Cone(bars, self._tracker)

    def _tracker(self, target: float, turns: int) -> Recorder:
        self.trackers.append(Recorder(target, turns))
        return self.trackers[-1]


def normal(chance: random.Random) -> float:
    return chance.gauss(0, 1)


def skewed(chance: random.Random) -> float:
    return chance.expovariate(1) - 1


def walked(bars: int, steps: int, draw: Draw, seed: int) -> list[tuple[list[Band], float]]:
    """The bands of overlapping windows, one begun after each bar, and the return over each, once it is known."""
    chance, cone, returns, begun, found = random.Random(seed), Cone(bars, DtACI), [], {}, []
    for number in range(steps):
        returns.append(draw(chance))
        before = number - bars
        if before >= 0:
            change = sum(returns[before + 1 :])
            if before in begun:
                found.append((begun.pop(before), change))
            cone.take(before, change, UNIT)
        if before >= 150:
            begun[number] = cone.bands(UNIT)
    return found


def frequencies(found: list[tuple[list[Band], float]], place: int) -> tuple[float, float]:
    """How often returns were below the band, and above it."""
    below = sum(change < bands[place].low for bands, change in found)
    return below / len(found), sum(change > bands[place].high for bands, change in found) / len(found)


@pytest.mark.parametrize("draw", [normal, skewed])
@pytest.mark.parametrize("bars", [1, 5])
def test_each_side_of_each_band_is_missed_as_often_as_it_says_though_windows_overlap(bars: int, draw: Draw) -> None:
    found = walked(bars, 9_000, draw, seed=1)
    assert [band.level for band in found[0][0]] == [0.8, 0.95]
    for place, level in enumerate(LEVELS):
        below, above = frequencies(found, place)
        assert 1 - below - above == pytest.approx(level, abs=0.01)
        assert below == pytest.approx((1 - level) / 2, abs=0.01)
        assert above == pytest.approx((1 - level) / 2, abs=0.01)


def test_a_skew_to_one_side_is_a_skew_of_the_band() -> None:
    bands = [bands[1] for bands, _ in walked(1, 4_000, skewed, seed=2)[-1_000:]]
    low, high = (sum(values) / len(values) for values in zip(*((band.low, band.high) for band in bands), strict=True))
    assert low == pytest.approx(math.log(1 / 0.975) - 1, abs=0.03)
    assert high == pytest.approx(math.log(1 / 0.025) - 1, rel=0.15)


CHANGES = st.lists(
    st.floats(-0.5, 0.5) | st.sampled_from([0.0, 1e-12, -1e-12, 3.0, -3.0]) | st.just(0.0), min_size=1, max_size=150
)


@settings(max_examples=40)
@given(CHANGES, st.sampled_from([1, 3]), st.sampled_from([DtACI, ACI, Levels]))
def test_bands_are_finite_hold_the_narrower_ones_and_never_cross(
    changes: list[float], bars: int, tracker: Callable[[float, int], Tracker]
) -> None:
    cone = Cone(bars, tracker)
    for number, change in enumerate([*changes[:1] * bars, *changes * 2]):
        cone.take(number, change, Scale(1e-3, 2e-3, 1e-3))
        if number < bars:
            continue
        inner, outer = cone.bands(Scale(1e-3, 5e-4, 1e-3))
        assert -math.inf < outer.low <= inner.low <= inner.high <= outer.high < math.inf


@pytest.mark.parametrize("bars", [1, 5])
def test_bounds_don_t_cross_when_the_price_stands_and_moves_by_turns_or_runs_one_way(bars: int) -> None:
    chance, standing, running = random.Random(1), Cone(bars, DtACI), Cone(bars, DtACI)
    for number in range(1_600):
        standing.take(number, chance.gauss(0, 1) if number < 600 or number % 400 < 100 else 0.0, UNIT)
        running.take(number, number % 700 / 100 + chance.gauss(0, 0.1), UNIT)
        for cone in (standing, running) if number >= bars else ():
            inner, outer = cone.bands(UNIT)
            assert outer.low <= inner.low <= inner.high <= outer.high


def test_bounds_are_the_quantiles_of_scaled_returns_times_what_is_expected_now() -> None:
    made, chance, samples = Made(4), random.Random(3), [Sample(1_000) for _ in range(2)]
    for number in range(90):
        plain, change = chance.uniform(0.5, 2), chance.gauss(0.3, 1)
        made.cone.take(number, change, Scale(plain, plain, 1.0))
        # The last four are held back.
        for sample, value in zip(samples, (-change, change), strict=True) if number < 86 else ():
            sample.add(value / (plain * 2))
    # Equally weighted: two thirds by what was expected, here twice the same, and a third by what never changes.
    fixed = Made(4)
    chance = random.Random(3)
    for number in range(90):
        chance.uniform(0.5, 2)
        fixed.cone.take(number, chance.gauss(0.3, 1), UNIT)
    bands = made.cone.bands(Scale(0.7, 0.7, 1.0))
    unscaled = fixed.cone.bands(UNIT)
    for place, level in enumerate(LEVELS):
        down, up = (sample.bound((1 - level) / 2) * 0.7 * 2 for sample in samples)
        assert bands[place].low == pytest.approx(-down * 2 / 3 + unscaled[place].low / 3)
        assert bands[place].high == pytest.approx(up * 2 / 3 + unscaled[place].high / 3)


def test_a_turn_of_the_trackers_is_told_of_every_so_many_th_window_alone() -> None:
    made = Made(3)
    assert [(each.target, each.turns) for each in made.trackers] == [
        (pytest.approx((1 - level) / 2), 3) for level in LEVELS for _ in range(2)
    ]
    for number in range(110):
        made.cone.take(number, math.sin(number), UNIT)
    for tracker in made.trackers:
        assert [turn for turn, _ in tracker.told] == [number % 3 for number in range(103, 110)]


def test_trackers_are_told_the_level_at_which_the_bound_would_have_held() -> None:
    made, chance, before = Made(1), random.Random(4), 0.0
    sides = [Sample(1_000), Sample(1_000)]
    for number in range(400):
        change = 50.0 if number == 350 else chance.expovariate(1) - 1
        if number > 100:
            expected = [side.level_of(value) for side, value in zip(sides, (-change, change), strict=True)]
        for side, value in zip(sides, (-before, before), strict=True) if number else ():
            side.add(value)
        made.cone.take(number, change, UNIT)
        before = change
        if number > 100:
            for place, tracker in enumerate(made.trackers):
                assert tracker.told[-1][1] == pytest.approx(expected[place % 2], abs=0.001)
                assert 0 <= tracker.told[-1][1] <= expected[place % 2]
        if number == 350:
            assert [tracker.told[-1][1] == 0 for tracker in made.trackers] == [False, True] * 2


@pytest.mark.parametrize(
    ("best", "scale"),
    [
        (0, lambda size: Scale(size, 1.0, 2.0)),
        (1, lambda size: Scale(1.0, size, 2.0)),
        (2, lambda size: Scale(1 / size, 1 / size, 2.0)),
    ],
)
def test_the_way_to_scale_that_fits_comes_to_weigh_most(best: int, scale: Callable[[float], Scale]) -> None:
    cone, chance = Cone(1, DtACI), random.Random(5)
    for number in range(2_500):
        size = 4.0 if number // 40 % 2 else 0.5
        cone.take(number, chance.gauss(0, 1 if best == 2 else size), scale(size))
    assert cone.weights.values[best] > 0.6
    assert sum(cone.weights.values) == pytest.approx(1)


def test_ways_are_weighed_by_the_mean_pinball_loss_of_their_own_bounds_in_long_run_deviations() -> None:
    cone, weights, chance = Cone(4, DtACI), Weights(3), random.Random(6)
    samples = [[Sample(1_000) for _ in range(3)] for _ in range(2)]
    held: list[tuple[Sample, float]] = []
    for number in range(200):
        scale, change = Scale(chance.uniform(0.5, 2), chance.uniform(0.5, 2), 1.3), chance.gauss(0.2, 2)
        units, losses = (scale.plain * 2, scale.by_day * 2, 2.0), [0.0] * 3
        for way, unit in enumerate(units):
            for side, value in zip(samples, (-change, change), strict=True):
                for target in (0.1, 0.025) if number >= 104 else ():
                    short = value - side[way].bound(target) * unit
                    losses[way] += max((1 - target) * short, -target * short) / 4 / (1.3 * 2)
                held.append((side[way], value / unit))
        # Of each of the last four windows six scores are held back.
        for sample, score in held[:-24]:
            sample.add(score)
        held = held[-24:]
        weights.take(losses)
        cone.take(number, change, scale)
        assert cone.weights.values == pytest.approx(weights.values)
    assert max(weights.values) > 0.34
