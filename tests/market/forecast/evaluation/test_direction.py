"""The table of forecasts of the next close: who beats the last price where it can be beaten, and nobody elsewhere."""

from __future__ import annotations

import math
import random
from itertools import accumulate, pairwise

import pytest

from market.forecast.evaluation.direction import FEWEST, Row, table


def walk(returns: list[float], start: float = 100.0) -> list[float]:
    return [start * math.exp(sum_of) for sum_of in accumulate(returns, initial=0.0)]


def noise(count: int, seed: int = 1, sigma: float = 0.01) -> list[float]:
    made = random.Random(seed)
    return [made.gauss(0, sigma) for _ in range(count)]


def changes(closes: list[float]) -> list[float]:
    return [after - before for before, after in pairwise(closes)]


def rows(*sessions: list[float]) -> dict[str, Row]:
    return {row.name: row for row in table(sessions)}


def test_the_last_price_is_the_first_row_and_what_the_others_are_measured_by() -> None:
    closes = walk(noise(400))
    first, *others = table([closes])
    scored = [abs(change) for change in changes(closes[99:])]
    assert (first.name, first.relative_mae, first.dm, first.p_value) == ("last price", 1.0, None, None)
    assert first.mae == pytest.approx(sum(scored) / 301)
    assert [row.name for row in others] == ["drift", "AR(1)", "Holt", "random"]
    for row in others:
        assert row.mae == pytest.approx(row.relative_mae * first.mae)
        assert row.dm is not None
        assert (row.dm > 0) == (row.mae > first.mae)


def test_a_random_walk_is_not_forecast_better_than_by_its_last_price() -> None:
    found = rows(walk(noise(3_000)))
    for name in ("drift", "AR(1)", "Holt"):
        assert 0.999 < found[name].relative_mae < 1.1, name


def test_a_random_number_is_no_forecast() -> None:
    found = rows(walk(noise(1_000)))["random"]
    assert found.relative_mae > 1_000
    assert found.p_value is not None
    assert found.p_value < 1e-100


def test_a_steady_trend_is_found_by_drift_and_holt() -> None:
    found = rows(walk([0.02 + each for each in noise(800)]))
    for name in ("drift", "Holt"):
        dm, p_value = found[name][3:]
        assert found[name].relative_mae < 0.8, name
        assert dm is not None
        assert p_value is not None
        assert dm < 0, name
        assert p_value < 0.001, name


def test_returns_that_turn_back_are_found_by_the_autoregression_alone() -> None:
    returns = [0.0]
    for each in noise(1_500):
        returns.append(-0.5 * returns[-1] + each)
    found = rows(walk(returns))
    assert 0.8 < found["AR(1)"].relative_mae < 0.92
    assert found["drift"].relative_mae > 0.999


def test_the_jump_to_a_new_session_is_neither_forecast_nor_learnt() -> None:
    one, two = walk(noise(99, seed=1)), walk(noise(299, seed=2))  # the first is the quarter that is not scored
    together, far = rows(one, two), rows(one, [close * 1_000 for close in two])
    assert together["last price"].mae == pytest.approx(sum(map(abs, changes(two))) / 299)
    for name in ("last price", "drift", "AR(1)", "Holt"):
        assert far[name].mae == pytest.approx(together[name].mae * 1_000), name
        assert far[name].dm == pytest.approx(together[name].dm), name


def test_no_forecast_knows_what_it_forecasts() -> None:
    # A last close ten times as high changes its own error, and no other.
    closes = walk(noise(399))
    for before, after in zip(table([closes]), table([[*closes[:-1], closes[-1] * 10]]), strict=True):
        changed = abs(after.mae - before.mae) * 300
        assert changed == pytest.approx(9 * closes[-1], rel=0.02), before.name


def test_the_table_is_the_same_each_time_and_its_random_row_follows_the_seed() -> None:
    closes = walk(noise(300))
    assert table([closes], seed=1) == table([closes], seed=1)
    one, two = table([closes], seed=1), table([closes], seed=2)
    assert one[:-1] == two[:-1]
    assert one[-1] != two[-1]


@pytest.mark.parametrize("closes", [[], [1.0], [1.0, 2.0] * (FEWEST // 2), [1.5] * 500])
def test_too_few_closes_or_a_price_that_never_changes_have_no_table(closes: list[float]) -> None:
    with pytest.raises(ValueError, match="too few closes, or they never change"):
        table([closes])
