"""Trackers: honest in the long run, and soon again after the scale of scores has jumped."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from market.forecast.samples import Sample
from market.forecast.trackers import ACI, GAMMAS, DtACI, Tracker

RUNS = 80
BEFORE = 600
AFTER = 200
JUMP = 3.5
STORM, CALM = JUMP, 1 / JUMP
Make = Callable[[float], Tracker]


class Side:
    """The newest 1,000 scores and the tracker of the level at which their bound is asked for."""

    def __init__(self, tracker: Tracker) -> None:
        self.scores, self.tracker = Sample(1_000), tracker

    def held(self, score: float) -> bool:
        """Whether the bound held the score, which is then learnt from."""
        held = True
        if len(self.scores):
            held = score <= self.scores.bound(self.tracker.level)
            self.tracker.update(0, self.scores.level_of(score))
        self.scores.add(score)
        return held


def covered(make: Make, errors: list[float]) -> list[bool]:
    """Whether each error was in the interval of two sides at 2.5 % each."""
    above, below = Side(make(0.025)), Side(make(0.025))
    return [above.held(error) & below.held(-error) for error in errors]


@cache
def after_jump(make: Make, jump: float) -> list[float]:
    """The coverage at each step after the scale has jumped, over all runs; nothing but window and tracker adapt."""
    totals = [0] * AFTER
    for seed in range(RUNS):
        chance = random.Random(seed)
        errors = [chance.gauss(0, 1) for _ in range(BEFORE)] + [chance.gauss(0, jump) for _ in range(AFTER)]
        totals = [total + now for total, now in zip(totals, covered(make, errors)[-AFTER:], strict=True)]
    return [total / RUNS for total in totals]


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


@pytest.mark.parametrize("jump", [STORM, CALM])
def test_dtaci_is_back_within_two_points_in_200_steps_whichever_way_the_scale_jumps(jump: float) -> None:
    coverage = after_jump(DtACI, jump)
    assert abs(mean(coverage[:10]) - 0.95) > 0.04, "the jump is felt"
    assert abs(mean(coverage[100:200]) - 0.95) <= 0.02


def test_in_a_storm_dtaci_is_back_sooner_than_plain_aci() -> None:
    # Not by much: bounds beyond all scores and the storm's own scores in the window bring both back.
    assert mean(after_jump(DtACI, STORM)[10:60]) > mean(after_jump(ACI, STORM)[10:60]) + 0.01
    assert abs(mean(after_jump(ACI, STORM)[100:200]) - 0.95) <= 0.02


def test_in_a_calm_dtaci_is_back_while_plain_aci_still_covers_too_much() -> None:
    assert abs(mean(after_jump(DtACI, CALM)[100:200]) - 0.95) <= 0.02
    assert mean(after_jump(ACI, CALM)[100:200]) > 0.97


@pytest.mark.parametrize("make", [DtACI, ACI])
def test_coverage_is_honest_in_the_long_run(make: Make) -> None:
    chance = random.Random(1)
    assert 0.94 <= mean(list(map(float, covered(make, [chance.gauss(0, 1) for _ in range(15_000)])))) <= 0.96


@pytest.mark.parametrize("make", [DtACI, ACI])
def test_each_side_misses_its_share_within_a_point_though_scores_are_skewed_and_their_scale_wanders(make: Make) -> None:
    chance = random.Random(2)
    above, below, missed_above, missed_below = Side(make(0.025)), Side(make(0.025)), 0, 0
    for step in range(15_000):
        error = (chance.expovariate(1) - 1) * math.exp(math.sin(step / 500))
        held_above, held_below = above.held(error), below.held(-error)
        if step >= 500:
            missed_above += not held_above
            missed_below += not held_below
    assert 0.015 <= missed_above / 14_500 <= 0.035
    assert 0.015 <= missed_below / 14_500 <= 0.035


def test_dtaci_follows_the_paper_s_recursion_with_the_median_and_weights_that_all_turns_share() -> None:
    alpha, interval, turns = 0.1, 200, 3
    gammas, count = np.array(GAMMAS), len(GAMMAS)
    eta = np.sqrt(3 / interval) * np.sqrt(
        (np.log(count * interval) + 2) / ((1 - alpha) ** 2 * alpha**3 + alpha**2 * (1 - alpha) ** 3)
    )
    sigma, levels, weights = 1 / (2 * interval), np.full((turns, count), alpha), np.full(count, 1 / count)
    tracker, chance, medians = DtACI(alpha, turns), random.Random(3), np.full(turns, alpha)
    for step in range(600):
        turn = step % turns
        own = levels[turn]
        assert tracker.level == pytest.approx(float(medians.mean()), abs=1e-10)
        beta = chance.random() ** 3
        tracker.update(turn, beta)
        losses = alpha * (beta - own) - np.minimum(0, beta - own)
        grown = weights * np.exp(-eta * losses)
        weights = (1 - sigma) * grown + grown.sum() * sigma / count
        weights /= weights.sum()
        levels[turn] = own + gammas * (alpha - (own > beta))
        order = np.argsort(levels[turn])
        medians[turn] = levels[turn][order][np.searchsorted(np.cumsum(weights[order]), 0.5)]
        assert tracker.weights == pytest.approx(tuple(weights), abs=1e-10)
    assert max(tracker.weights) > 2 / count, "some step sizes have been better than others"


def test_a_turn_s_level_moves_by_its_own_outcomes_alone_while_step_sizes_are_weighed_by_all() -> None:
    tracker = DtACI(0.1, turns=2)
    for _ in range(60):
        tracker.update(0, 0.9)
    before = tracker.level
    assert before > 0.1
    tracker.update(1, 0.9)
    # What lies far above is reached soonest by the largest step, as the other turn has shown; half the mean is its own.
    assert tracker.weights[-1] > 0.5
    assert tracker.level - before == pytest.approx(GAMMAS[-1] * 0.1 / 2)


def test_most_experts_that_stay_outvote_one_that_runs_off() -> None:
    tracker = DtACI(0.1, gammas=(0.001, 0.001, 0.5))
    tracker.update(0, 0.09)
    assert tracker.level == pytest.approx(0.1 - 0.001 * 0.9)


def test_aci_steps_down_after_a_miss_and_up_after_a_hit() -> None:
    tracker = ACI(0.1, gamma=0.01)
    tracker.update(0, 0.05)
    assert tracker.level == pytest.approx(0.091)
    tracker.update(0, 0.5)
    assert tracker.level == pytest.approx(0.092)


@pytest.mark.parametrize("make", [DtACI, ACI])
def test_a_score_just_at_its_bound_is_a_hit(make: Make) -> None:
    tracker = make(0.1)
    tracker.update(0, 0.1)
    assert tracker.level > 0.1


def test_aci_s_turns_know_nothing_of_each_other() -> None:
    tracker = ACI(0.1, turns=2, gamma=0.01)
    tracker.update(1, 0.05)
    assert tracker.level == pytest.approx((0.1 + 0.091) / 2)
    tracker.update(0, 0.05)
    assert tracker.level == pytest.approx(0.091)


@pytest.mark.parametrize("make", [DtACI, ACI])
@pytest.mark.parametrize("beta", [0.0, 1.0])
def test_levels_stay_near_0_and_1_whatever_happens(make: Make, beta: float) -> None:
    tracker = make(0.025)
    for _ in range(20_000):
        tracker.update(0, beta)
        assert -0.13 <= tracker.level <= 1.13


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: DtACI(0), "target"),
        (lambda: DtACI(1), "target"),
        (lambda: DtACI(0.1, gammas=()), "Step sizes"),
        (lambda: DtACI(0.1, gammas=(0.1, 0)), "Step sizes"),
        (lambda: DtACI(0.1, interval=0), "interval"),
        (lambda: DtACI(0.1).update(0, 1.1), "beta"),
        (lambda: DtACI(0.1).update(0, math.nan), "beta"),
        (lambda: ACI(math.nan), "target"),
        (lambda: ACI(0.1, gamma=0), "step size"),
        (lambda: ACI(0.1).update(0, -0.1), "beta"),
    ],
)
def test_what_means_nothing_is_refused(make: Callable[[], object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()
