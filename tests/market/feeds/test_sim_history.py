"""The pretended market's past: as if it had been watched, in minutes and in numbers."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from itertools import pairwise
from statistics import fmean, pstdev

import pytest

from market.feeds.clock import Clock
from market.feeds.sim import HISTORY_MINUTES, VOLATILITY, Line, SimFeed
from market.forecast.candles import Candle
from market.forecast.model import Model
from market.live.bars import MILLISECONDS, Bar, Bars
from market.live.listing import Terms
from market.live.quotes import Quote

D = Decimal
MINUTES = 4_000


def line(tick: str, value: float = 230.0, seed: int = 1) -> Line:
    return Line("X", Terms("X", D(tick), D("0.1"), None), random.Random(seed), value)


def watched(own: Line, minutes: int) -> list[Bar]:
    """The bars that a leader makes of the line's ticks."""
    bars, quote, at, found = Bars(), Quote("X", 0.0), 0.0, list[Bar]()
    while at < minutes * MILLISECONDS:
        pause = own.pause()
        at += pause * 1000
        tick = own.step(pause, at)
        quote = quote.after(tick)
        price = tick.last or quote.price
        assert price is not None
        bars.take("X", at, price, tick.size or D(0))
        present = bars._present["X"]
        if not found or found[-1] is not present:
            found.append(present)
    return found[:-1]


def figures(bars: list[Bar]) -> dict[str, float]:
    """What a forecast, and a trader's eye, take from bars: how wide, how far, how lively, how they join."""
    wide = [math.log(bar.high / bar.low) for bar in bars]
    far = [math.log(bar.close / bar.open) for bar in bars]
    moved = [math.log(later.close / bar.close) for bar, later in pairwise(bars)]
    joint = [math.log(later.open / bar.close) for bar, later in pairwise(bars)]
    volumes = [float(bar.volume) for bar in bars]
    return {
        "range": fmean(wide),
        "range squared": fmean(each**2 for each in wide),
        "return": fmean(map(abs, far)),
        "range to return": fmean(wide) / fmean(map(abs, far)),
        "variance of returns": fmean(each**2 for each in moved),
        "variance between bars": fmean(each**2 for each in joint),
        "bars that open at the last close": fmean(each == 0 for each in joint),
        "volume": fmean(volumes),
        "spread of volumes": pstdev(volumes),
    }


def mean_figures(tick: str) -> dict[str, float]:
    """Of the pasts of many seeds, so that chance is on the side of the live bars alone."""
    found = [figures(line(tick, seed=seed).history(0, HISTORY_MINUTES)) for seed in range(20)]
    return {name: fmean(each[name] for each in found) for name in found[0]}


@pytest.mark.parametrize("tick", ["0.0001", "0.01", "0.5"])
def test_bars_of_the_past_are_distributed_as_those_of_live_ticks_are(tick: str) -> None:
    """A tick far below, about and far above what the price moves between trades.

    The standard errors of the live bars alone are 1.2 % of the mean return and 2.2 % of the variance.
    """
    live, past = figures(watched(line(tick), MINUTES)), mean_figures(tick)

    ratios = {name: past[name] / value for name, value in live.items()}
    means = {"range", "return", "range to return", "volume"}
    assert {name: ratios[name] for name in means} == {name: pytest.approx(1, abs=0.05) for name in means}
    rest = ratios.keys() - means
    assert {name: ratios[name] for name in rest} == {name: pytest.approx(1, abs=0.1) for name in rest}


@pytest.mark.parametrize("tick", ["0.0001", "0.01", "0.05", "0.5"])
def test_the_variance_of_the_past_is_that_of_the_path_and_of_two_bounces(tick: str) -> None:
    """A bounce is ±1, ±1, ±1, ±2 or ±3 ticks, of a book whose middle is rounded to the tick."""
    size = float(tick) / 230
    exact = 60 * VOLATILITY**2 + 2 * (3.2 + 1 / 12) * size**2

    assert mean_figures(tick)["variance of returns"] == pytest.approx(exact, rel=0.03)


def test_there_are_whole_minutes_before_the_beginning_that_lead_to_it() -> None:
    feed = SimFeed(lambda symbol: Terms(symbol, D("0.05"), D("0.1"), None), 1, Clock(wall=lambda: 100_000.0))
    bars = feed.history("AAPL")

    assert len(bars) == HISTORY_MINUTES
    assert [later.time - bar.time for bar, later in pairwise(bars)] == [60] * (len(bars) - 1)
    assert bars[-1].time == 99_900
    assert float(bars[-1].close) == pytest.approx(feed._line("AAPL").value, abs=0.2)


def test_a_forecast_of_the_next_hour_has_numbers_from_the_past_alone() -> None:
    model = Model(60, [60])

    for bar in line("0.01").history(100_000, HISTORY_MINUTES):
        model.take(Candle(bar.time, float(bar.open), float(bar.high), float(bar.low), float(bar.close)))

    assert model.missing(60) == 0
    assert model.cone()


@pytest.mark.parametrize(
    ("tick", "value"), [("0.05", 230.0), ("0.00001", 1.1), ("0.01", 91_000.0), ("1", 3.0), ("5", 0.2), ("1E-8", 1e7)]
)
def test_high_and_low_of_the_past_hold_open_and_close_and_all_are_prices(tick: str, value: float) -> None:
    for bar in line(tick, value).history(100_000, HISTORY_MINUTES):
        assert 0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        assert all(price % D(tick) == 0 for price in (bar.open, bar.high, bar.low, bar.close))
        assert bar.volume > 0
        assert bar.volume % D("0.1") == 0


def test_the_same_seed_has_the_same_past_and_another_one_another() -> None:
    assert line("0.05").history(0, 50) == line("0.05").history(0, 50) != line("0.05", seed=2).history(0, 50)
