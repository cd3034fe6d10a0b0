"""Sessions of bars: where a price stood, flat candles; where the market was closed, a new session."""

from __future__ import annotations

from itertools import pairwise

import pytest

from market.forecast.candles import Bar, Candle, fill, missing_bars, most_standing


def candle(time: int, close: float = 2.0) -> Candle:
    return Candle(time, 1.0, 3.0, 0.5, close)


def test_a_price_that_stood_becomes_flat_candles_that_did_not_trade() -> None:
    first, last = candle(0, close=2.5), candle(180)
    flat = [Bar(Candle(time, 2.5, 2.5, 2.5, 2.5), traded=False) for time in (60, 120)]
    assert list(fill([first, last], 60)) == [[Bar(first, traded=True), *flat, Bar(last, traded=True)]]


def test_bars_without_gaps_stay_as_they_are() -> None:
    candles = [candle(60 * number) for number in range(5)]
    assert list(fill(candles, 60)) == [[(each, True) for each in candles]]


@pytest.mark.parametrize(("seconds", "most"), [(60, 20), (300, 4), (900, 3), (3600, 3), (86_400, 3)])
def test_one_bar_more_than_a_price_may_stand_begins_a_session(seconds: int, most: int) -> None:
    assert most_standing(seconds) == most
    standing = list(fill([candle(0), candle((most + 1) * seconds)], seconds))
    assert [len(session) for session in standing] == [most + 2]
    closed = list(fill([candle(0), candle((most + 2) * seconds)], seconds))
    assert closed == [[(candle(0), True)], [(candle((most + 2) * seconds), True)]]


def test_bars_of_a_session_are_exactly_one_bar_length_apart() -> None:
    times = [0, 60, 240, 300, 60_000, 60_060, 60_600]
    for session in fill(map(candle, times), 60):
        steps = {after.candle.time - before.candle.time for before, after in pairwise(session)}
        assert steps == {60}


def test_no_bars_are_no_session() -> None:
    assert list(fill([], 60)) == []


@pytest.mark.parametrize("after", [0, 60, 90, 150])
def test_bars_out_of_order_or_off_the_grid_are_refused(after: int) -> None:
    with pytest.raises(ValueError, match="is not a whole multiple of 60 s"):
        list(fill([candle(60), candle(after)], 60))
    assert missing_bars(60, 120, 60) == 0
