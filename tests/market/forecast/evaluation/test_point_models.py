"""The models' forecasts of the next close, against the same figures worked out at once from all closes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from market.forecast.evaluation.point_models import AutoRegressive, Drift, Holt, LastPrice, Model
from tests.market.forecast.evaluation.walks import closes, normal


def after(model: Model, *sessions: list[float]) -> float:
    for first, *others in sessions:
        model.begin(first)
        for close in others:
            model.learn(close)
    return model.forecast()


def log_returns(session: list[float]) -> list[float]:
    return np.diff(np.log(session)).tolist()


ONE, TWO = closes(0.02 + normal(40)), closes(0.02 + normal(20, seed=2), start=5.0)


@pytest.mark.parametrize("model", [LastPrice(), Drift(), AutoRegressive(), Holt(0.5, 0.5)])
def test_a_first_close_is_forecast_to_stay(model: Model) -> None:
    assert after(model, [7.5]) == pytest.approx(7.5)


def test_drift_adds_the_mean_return_of_all_sessions() -> None:
    mean = np.mean([*log_returns(ONE), *log_returns(TWO)])
    assert after(Drift(), ONE, TWO) == pytest.approx(TWO[-1] * np.exp(mean))


def test_the_autoregression_is_the_line_through_all_pairs_of_neighbours() -> None:
    pairs = [pair for each in map(log_returns, (ONE, TWO)) for pair in pairwise(each)]
    slope, constant = np.polyfit(*zip(*pairs, strict=True), 1)
    expected = TWO[-1] * np.exp(constant + slope * log_returns(TWO)[-1])
    assert after(AutoRegressive(), ONE, TWO) == pytest.approx(expected)


def test_the_autoregression_has_no_return_before_a_session() -> None:
    mean = np.mean(log_returns(ONE)[1:])
    assert after(AutoRegressive(), ONE, TWO[:1]) == pytest.approx(TWO[0] * np.exp(mean))


def test_holt_smooths_level_and_trend_and_begins_anew_with_a_session() -> None:
    # in logarithms 0, 1, 3: level .5, trend .25·.5; then level .5·3 + .5·.625, trend .25·(level − .5) + .75·.125
    level = 0.5 * 3 + 0.5 * (0.5 + 0.125)
    trend = 0.25 * (level - 0.5) + 0.75 * 0.125
    session = np.exp([0.0, 1.0, 3.0]).tolist()
    assert after(Holt(0.5, 0.25), session) == pytest.approx(np.exp(level + trend))
    assert after(Holt(0.5, 0.25), ONE, session) == pytest.approx(np.exp(level + trend))
