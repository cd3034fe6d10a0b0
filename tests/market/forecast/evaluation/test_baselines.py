"""Baseline intervals: what they are made of, that they know the past alone, and that they cover what they promise."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from market.forecast.evaluation.baselines import (
    DECAY,
    FIRST_RETURNS,
    Forecasts,
    Sessions,
    ewma_normal,
    past_quantiles,
    quantile,
)
from market.forecast.evaluation.garch import garch_t
from tests.market.forecast.evaluation.walks import closes, normal

ALL = [past_quantiles, ewma_normal, garch_t]
each_baseline = pytest.mark.parametrize("baseline", ALL)
Baseline = Callable[[Sessions, list[int], float], Forecasts]


def outcomes(sessions: Sessions, horizons: Sequence[int]) -> dict[int, list[float | None]]:
    """The log return over the next bars of each bar, None where its session ends before."""
    return {
        horizon: [
            math.log(closes[place + horizon] / close) if place + horizon < len(closes) else None
            for closes in sessions
            for place, close in enumerate(closes)
        ]
        for horizon in horizons
    }


def coverage(sessions: Sessions, forecasts: Forecasts, horizon: int) -> float:
    pairs = zip(outcomes(sessions, [horizon])[horizon], forecasts[horizon], strict=True)
    known = [(outcome, *bounds) for outcome, bounds in pairs if outcome is not None and bounds is not None]
    return float(np.mean([low <= outcome <= high for outcome, low, high in known]))


@each_baseline
def test_every_bar_has_an_entry_for_each_horizon_and_the_first_bars_none(baseline: Baseline) -> None:
    sessions = [closes(normal(300)), closes(normal(99, seed=2))]
    found = baseline(sessions, [5, 1], 0.05)
    assert sorted(found) == [1, 5]
    for bounds in found.values():
        assert len(bounds) == 401
        assert bounds[0] is None
        began = next(place for place, each in enumerate(bounds) if each is not None)
        assert all(each is not None and each[0] < each[1] for each in bounds[began:])


@each_baseline
def test_a_forecast_knows_the_past_alone(baseline: Baseline) -> None:
    one, two = closes(normal(280)), closes(normal(200, seed=2))
    shorter = baseline([one, two[:100]], [1, 5], 0.1)
    longer = baseline([one, [*two[:100], *(close * 3 for close in two[100:])]], [1, 5], 0.1)
    for horizon in (1, 5):
        assert longer[horizon][: len(shorter[horizon])] == shorter[horizon]


@each_baseline
def test_the_jump_to_a_new_session_is_no_return(baseline: Baseline) -> None:
    one, two = closes(normal(280)), closes(normal(100, seed=2))
    near, far = (baseline([one, [close * factor for close in two]], [1, 5], 0.1) for factor in (1, 1_024))
    assert near[1][-1] == pytest.approx(far[1][-1])
    assert near[5][-1] == pytest.approx(far[5][-1])


@each_baseline
@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_returns_without_surprises_are_covered_as_promised(baseline: Baseline, alpha: float) -> None:
    sessions = [closes(normal(4_000))]
    forecasts = baseline(sessions, [1, 5], alpha)
    for horizon in (1, 5):
        assert coverage(sessions, forecasts, horizon) == pytest.approx(1 - alpha, abs=0.03)


@each_baseline
def test_a_price_that_never_moves_breaks_no_baseline(baseline: Baseline) -> None:
    for bounds in baseline([[1.5] * 600], [1, 5], 0.05).values():
        assert set(bounds) <= {None, (0.0, 0.0)}


def test_quantiles_are_those_of_another_implementation() -> None:
    ordered = sorted(normal(57).tolist())
    for share in (0.0, 0.025, 0.3, 0.5, 0.975, 1.0):
        assert quantile(ordered, share) == pytest.approx(np.quantile(ordered, share))


def test_past_quantiles_are_of_the_windows_that_have_ended() -> None:
    one, two = closes(normal(60)), closes(normal(20, seed=2))
    windows = [math.log(each[place + 3] / each[place]) for each in (one, two[:11]) for place in range(len(each) - 3)]
    found = past_quantiles([one, two], [3], 0.1)[3]
    assert found[len(one) + 10] == pytest.approx(tuple(np.quantile(windows, [0.05, 0.95])))
    assert [place for place, bounds in enumerate(found) if bounds is None] == list(range(3 + 19))


def test_ewma_follows_its_recursion_and_grows_with_the_root_of_the_horizon() -> None:
    returns = normal(30)
    found = ewma_normal([closes(returns)], [1, 9], 0.05)
    variance = np.mean(returns[:FIRST_RETURNS] ** 2)
    assert found[1][FIRST_RETURNS - 1] is None
    assert found[1][FIRST_RETURNS] == pytest.approx((-1.959964 * variance**0.5, 1.959964 * variance**0.5))
    for each in returns[FIRST_RETURNS:]:
        variance = DECAY * variance + (1 - DECAY) * each**2
    assert found[1][-1] == pytest.approx((-1.959964 * variance**0.5, 1.959964 * variance**0.5))
    assert found[9][-1] == pytest.approx((-3 * 1.959964 * variance**0.5, 3 * 1.959964 * variance**0.5))
