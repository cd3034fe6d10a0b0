"""Windows: each horizon ends after exactly its bars, and what a window has seen is all that it says."""

from __future__ import annotations

import math
import random

import pytest

from market.forecast.candles import Candle
from market.forecast.experts import Scale
from market.forecast.touch import Direction, touches
from market.forecast.windows import Window, Windows

SCALES = [Scale(1.0, 1.0, 1.0)]


def candle(number: int, low: float = 99.0, high: float = 101.0, close: float = 100.0) -> Candle:
    return Candle(60 * number, close, high, low, close)


def walk(count: int, seed: int) -> list[Candle]:
    chance, price, found = random.Random(seed), 100.0, []
    for number in range(count):
        prices = [price, *(price := price * math.exp(chance.gauss(0, 0.01)) for _ in range(4))]
        found.append(Candle(60 * number, prices[0], max(prices), min(prices), price))
    return found


def begun(windows: Windows, close: float = 100.0) -> Window:
    return windows.begin(0, close, 1e-6, SCALES)


def test_each_horizon_ends_after_exactly_its_bars() -> None:
    windows, ends = Windows([1, 3, 5]), []
    for number in range(20):
        for index, window in windows.take(candle(number)):
            ends.append((number, index, window.number))
        if number < 12:
            assert begun(windows).number == number + 1
    # The window begun after bar n has the number n + 1, and its first bar is n + 1.
    expected = [(n + bars, index, n + 1) for n in range(12) for index, bars in enumerate((1, 3, 5))]
    assert sorted(ends) == sorted(expected)


def test_a_window_knows_the_lowest_the_highest_and_the_last_price_since_it_began() -> None:
    windows, bars = Windows([1, 4, 9]), walk(60, seed=1)
    for number, each in enumerate(bars):
        for index, window in windows.take(each):
            seen = bars[window.number : number + 1]
            assert len(seen) == (1, 4, 9)[index]
            assert window.low == min(window.close, *(bar.low for bar in seen))
            assert window.high == max(window.close, *(bar.high for bar in seen))
            assert (window.last, window.close) == (each.close, bars[window.number - 1].close)
        windows.begin(each.time + 60, each.close, 1e-6, SCALES)


def test_excursions_and_the_change_are_differences_of_log_prices_from_the_close() -> None:
    windows = Windows([2])
    window = begun(windows)
    assert (window.excursions, window.change) == ((0, 0), 0)
    list(windows.take(candle(0, low=98, high=100.5, close=99)))
    list(windows.take(candle(1, low=98.5, high=104, close=103)))
    assert window.excursions == pytest.approx((math.log(100 / 98), math.log(104 / 100)))
    assert window.change == pytest.approx(math.log(103 / 100))


def test_a_price_that_only_rises_has_no_way_down() -> None:
    windows = Windows([1])
    window = begun(windows)
    list(windows.take(candle(0, low=101, high=103, close=102)))
    assert window.excursions == pytest.approx((0, math.log(1.03)))


def test_nothing_comes_of_windows_that_a_session_s_end_cut_short() -> None:
    windows = Windows([1, 3])
    begun(windows)
    assert len(list(windows.take(candle(0)))) == 1
    windows.clear()
    assert [pair for number in range(1, 5) for pair in windows.take(candle(number))] == []
    after = begun(windows)
    assert after.number == 5
    assert list(windows.take(candle(5))) == [(0, after)]


def test_a_window_that_has_passed_its_longest_horizon_is_let_go() -> None:
    windows = Windows([1, 2])
    window = begun(windows)
    list(windows.take(candle(0)))
    list(windows.take(candle(1)))
    list(windows.take(candle(2, low=1, high=1_000, close=500)))
    assert (window.low, window.high, window.last) == (99, 101, 100)


@pytest.mark.parametrize(
    ("direction", "level", "expected"),
    [
        (Direction.DOWN, 99.0, True),
        (Direction.DOWN, 98.99, False),
        (Direction.UP, 101.0, True),
        (Direction.UP, 101.01, False),
    ],
)
def test_a_price_at_the_level_touches_it(direction: Direction, level: float, expected: bool) -> None:
    windows = Windows([1])
    window = begun(windows)
    list(windows.take(candle(0)))
    assert window.has_touched(direction, level) is expected


def test_a_window_has_touched_a_level_if_one_of_its_prices_touches_it() -> None:
    windows, bars = Windows([1, 5]), walk(100, seed=2)
    for number, each in enumerate(bars):
        for _, window in windows.take(each):
            prices = [window.close, *(price for bar in bars[window.number : number + 1] for price in bar[1:])]
            for level in (*prices, *(window.close * (1 + step / 200) for step in range(-10, 11))):
                for way in Direction:
                    assert window.has_touched(way, level) is any(touches(way, level, price) for price in prices)
        windows.begin(each.time + 60, each.close, 1e-6, SCALES)


def test_what_is_a_touch_is_decided_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Direction, float, float]] = []
    monkeypatch.setattr("market.forecast.windows.touches", lambda *each: asked.append(each) or len(asked) == 1)
    window = begun(Windows([1]))
    assert [window.has_touched(Direction.DOWN, 90.0), window.has_touched(Direction.UP, 110.0)] == [True, False]
    assert asked == [(Direction.DOWN, 90.0, 100.0), (Direction.UP, 110.0, 100.0)]
