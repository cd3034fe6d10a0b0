"""Volatility: the size of a bar's move, found again in bars made with it, and its course over the day."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from market.forecast.candles import Candle
from market.forecast.volatility import DayProfile, Ewma, Volatility

Array = npt.NDArray[np.float64]
STEPS = 30
MIDNIGHT = 1_700_006_400
QUARTER = 900


def bars(count: int, sigma: float, seed: int) -> list[Candle]:
    """Bars of a geometric Brownian motion whose highs and lows are those of the whole path between their closes.

    The extremes within each of a bar's 30 steps have the distribution of a Brownian bridge's.
    """
    made = np.random.default_rng(seed)
    deviation = sigma / math.sqrt(STEPS)
    moves = made.normal(0, deviation, (count, STEPS))
    path = np.concatenate([np.zeros((count, 1)), np.cumsum(moves, axis=1)], axis=1)

    def reach(signed: Array) -> Array:
        ends = signed[:, :-1] + signed[:, 1:]
        spread = np.sqrt((signed[:, 1:] - signed[:, :-1]) ** 2 - 2 * deviation**2 * np.log(made.random((count, STEPS))))
        return ((ends + spread) / 2).max(axis=1)

    opens = 4.6 + np.concatenate([[0], np.cumsum(path[:-1, -1])])
    highs, lows, closes = opens + reach(path), opens - reach(-path), opens + path[:, -1]
    rows = np.exp(np.stack([opens, highs, lows, closes], axis=1))
    return [Candle(60 * number, *row) for number, row in enumerate(rows.tolist())]


def taken(volatility: Volatility, candles: list[Candle]) -> list[float]:
    """The estimated variance after each bar."""
    found = []
    for candle in candles:
        volatility.take(candle, candle.open)
        found.append(volatility.variance)
    return found


@pytest.mark.parametrize("sigma", [1e-4, 1e-3, 0.02])
def test_the_deviation_that_bars_were_made_with_is_found_within_2_percent(sigma: float) -> None:
    volatility = Volatility()
    variances = taken(volatility, bars(10_000, sigma, seed=1))[100:]
    assert volatility.long_run == pytest.approx(sigma, rel=0.02)
    assert math.sqrt(sum(variances) / len(variances)) == pytest.approx(sigma, rel=0.02)


def test_a_single_estimate_is_within_15_percent_in_two_thirds_of_times() -> None:
    variances = taken(Volatility(), bars(10_000, 1e-3, seed=2))[100:]
    near = [abs(math.sqrt(variance) / 1e-3 - 1) < 0.15 for variance in variances]
    assert sum(near) / len(near) > 0.66


def test_range_and_return_count_half_each() -> None:
    found = Volatility().take(Candle(0, 100, 110, 95, 104), 100)
    expected = 0.5 * math.log(1.04) ** 2 + 0.5 * math.log(110 / 95) ** 2 / (4 * math.log(2))
    assert found == pytest.approx(expected)


def test_it_follows_a_change_within_some_bars_and_remembers_the_long_run() -> None:
    volatility = Volatility()
    taken(volatility, bars(2_000, 1e-3, seed=3))
    variances = taken(volatility, bars(200, 3e-3, seed=4))
    after = sum(variances[30:60]) / 30
    assert (2.2e-3) ** 2 < after < (3e-3) ** 2
    assert 1e-3 < volatility.long_run < 1.6e-3


def test_the_estimate_is_six_tenths_the_last_bars_three_tenths_the_last_hours_and_one_tenth_all() -> None:
    volatility, fast, slow, every = Volatility(), Ewma(10), Ewma(120), []
    for candle in bars(300, 1e-3, seed=5):
        own = volatility.take(candle, candle.open)
        fast.add(own)
        slow.add(own)
        every.append(own)
    assert volatility.variance == pytest.approx(0.6 * fast.mean + 0.3 * slow.mean + 0.1 * sum(every) / 300)
    assert volatility.long_run == pytest.approx(math.sqrt(sum(every) / 300))


def test_there_is_no_estimate_before_30_bars_or_of_a_price_that_never_moved() -> None:
    variances = taken(Volatility(), bars(30, 1e-3, seed=6))
    assert [bool(variance) for variance in variances] == [False] * 29 + [True]
    assert taken(Volatility(), [Candle(0, 5, 5, 5, 5)] * 50)[-1] == 0
    assert Volatility().long_run == 0


def test_an_exponential_mean_is_unbiased_from_its_first_value_on() -> None:
    mean = Ewma(10)
    assert mean.mean == 0
    for _ in range(50):
        mean.add(7.0)
        assert mean.mean == pytest.approx(7)


def test_a_value_counts_half_as_much_after_the_half_life() -> None:
    mean = Ewma(3)
    for value in (8.0, 0.0, 0.0, 8.0):
        mean.add(value)
    weights = [0.5 ** (age / 3) for age in (3, 2, 1, 0)]
    assert weights[0] == 0.5
    assert mean.mean == pytest.approx((8 * weights[0] + 8 * weights[3]) / sum(weights))


def test_without_data_every_time_of_day_is_as_expected() -> None:
    profile = DayProfile(60)
    assert [profile.ahead(MIDNIGHT + 137 * step, 60) for step in range(700)] == [1] * 700


def test_a_livelier_quarter_of_an_hour_has_a_factor_above_1_that_few_bars_draw_to_1() -> None:
    profile = DayProfile(60)
    for number in range(200):
        profile.take(MIDNIGHT + 4 * QUARTER, 3.0)
        count = number + 1
        assert profile.ahead(MIDNIGHT + 4 * QUARTER, QUARTER) == pytest.approx(1 + 2 * count / (count + 50))
    assert profile.ahead(MIDNIGHT + 3 * QUARTER, QUARTER) == profile.ahead(MIDNIGHT + 5 * QUARTER, QUARTER) == 1


def test_a_quieter_one_has_a_factor_below_1() -> None:
    profile = DayProfile(60)
    for ratio in [0.25, 0.75] * 25:
        profile.take(MIDNIGHT, ratio)
    assert profile.ahead(MIDNIGHT, QUARTER) == pytest.approx(1 - 0.5 * 50 / 100)


def test_one_wild_bar_counts_as_20_expected_ones_at_most() -> None:
    wild, limit = DayProfile(60), DayProfile(60)
    wild.take(MIDNIGHT, 1e9)
    limit.take(MIDNIGHT, 20)
    assert wild.ahead(MIDNIGHT, QUARTER) == limit.ahead(MIDNIGHT, QUARTER) == pytest.approx(1 + 19 / 51)


def test_what_was_seen_on_one_day_holds_at_the_same_time_of_all() -> None:
    profile = DayProfile(60)
    profile.take(MIDNIGHT + QUARTER - 1, 3.0)
    factor = profile.ahead(MIDNIGHT + 3 * 86_400, QUARTER)
    assert factor == pytest.approx(1 + 2 / 51)


@pytest.mark.parametrize(
    ("start", "seconds", "last", "first", "second"),
    [
        (-QUARTER, QUARTER, QUARTER, 0, 0),
        (-600, 1_200, 600, 600, 0),
        (-60, 120, 60, 60, 0),
        (-300, 1_500, 300, 900, 300),
        (0, 1_200, 0, 900, 300),
        (-QUARTER, 86_400, 900, 900, 900),
    ],
)
def test_quarters_count_by_their_overlap_also_across_midnight(
    start: int, seconds: int, last: int, first: int, second: int
) -> None:
    profile, factors = DayProfile(60), []
    for place, ratio in ((-1, 4.0), (0, 0.5), (1, 10.0)):
        profile.take(MIDNIGHT + place * QUARTER, ratio)
        factors.append(profile.ahead(MIDNIGHT + place * QUARTER, QUARTER))
    seen = last * factors[0] + first * factors[1] + second * factors[2]
    rest = seconds - last - first - second
    assert profile.ahead(MIDNIGHT + start, seconds) == pytest.approx((seen + rest) / seconds)


def test_bars_longer_than_a_quarter_of_an_hour_have_a_factor_each() -> None:
    profile = DayProfile(3_600)
    for day in range(300):
        for hour in range(24):
            profile.take(day * 86_400 + hour * 3_600, 3.0 if hour == 14 else 1.0)
    assert profile.ahead(14 * 3_600, 3_600) == pytest.approx(1 + 2 * 300 / 350)
    assert profile.ahead(13 * 3_600, 7_200) == pytest.approx(1 + 300 / 350)
