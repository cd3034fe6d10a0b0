"""The lowest and highest prices since a moment: exactly those of all later quotes, however few are kept."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.forecast.touch import Direction
from market.forecaster.extremes import Extremes, Minima
from market.money import Quote

D = Decimal

# Few different ones, so that equal prices meet.
prices = st.integers(1, 6).map(Decimal)
quotes = st.builds(Quote, *([st.none() | prices] * 3))
# After each quote all that came before a moment may be forgotten; the share of what has come so far.
steps = st.lists(st.tuples(quotes, st.none() | st.floats(0, 1)), max_size=40)


def furthest(told: list[Quote], direction: Direction, *, is_stop: bool) -> Decimal | None:
    """What `Extremes` promises, by reading all quotes."""
    found = [each.last for each in told]
    if not is_stop:
        found += [each.ask if direction is Direction.DOWN else each.bid for each in told]
    known = [price for price in found if price is not None]
    if not known:
        return None
    return min(known) if direction is Direction.DOWN else max(known)


@given(st.lists(st.tuples(prices, st.integers(1, 3), st.none() | st.floats(0, 1)), max_size=40))
def test_the_smallest_value_from_any_number_on_is_that_of_all_later_ones(
    values: list[tuple[Decimal, int, float | None]],
) -> None:
    minima, told, number, forgotten = Minima(), list[tuple[int, Decimal]](), 0, 0
    for value, gap, share in values:
        number += gap
        minima.add(number, value)
        told.append((number, value))
        if share is not None:
            forgotten = max(forgotten, round(share * number))
            minima.forget(forgotten)
        for since in range(forgotten, number + 2):
            assert minima.since(since) == min((each for at, each in told if at >= since), default=None)
        assert len(minima) <= len([at for at, _ in told if at >= forgotten])


def test_what_a_later_value_undercuts_or_equals_is_not_kept() -> None:
    minima = Minima()
    for number, value in enumerate((3, 5, 5, 4, 4, 6), 1):
        minima.add(number, D(value))
    assert len(minima) == 3
    minima.add(7, D(3))
    assert len(minima) == 1


def test_what_is_before_a_forgotten_number_is_gone_and_the_number_itself_is_not() -> None:
    minima = Minima()
    for number in range(1, 101):
        minima.add(number, D(number))
    minima.forget(60)
    assert (len(minima), minima.since(60), minima.since(0)) == (41, 60, 60)


@given(steps)
def test_how_far_the_market_came_since_any_quote_is_what_all_later_quotes_say(
    told: list[tuple[Quote, float | None]],
) -> None:
    extremes, so_far, forgotten = Extremes(), list[Quote](), 1
    for each, share in told:
        extremes.take(each)
        so_far.append(each)
        assert extremes.number == len(so_far)
        if share is not None:
            forgotten = max(forgotten, round(share * extremes.number))
            extremes.forget(forgotten)
        for since in range(forgotten, extremes.number + 1):
            for direction in Direction:
                for is_stop in (False, True):
                    expected = furthest(so_far[since - 1 :], direction, is_stop=is_stop)
                    assert extremes.since(since, direction, is_stop=is_stop) == expected


@pytest.mark.parametrize(
    ("direction", "of_limit", "of_stop"), [(Direction.DOWN, "101", "102"), (Direction.UP, "103", "102")]
)
def test_for_a_limit_the_book_counts_and_for_a_stop_trades_alone(
    direction: Direction, of_limit: str, of_stop: str
) -> None:
    extremes = Extremes()
    # A book can be crossed for a moment.
    extremes.take(Quote(bid=D(103), ask=D(101), last=D(102)))
    assert extremes.since(1, direction, is_stop=False) == D(of_limit)
    assert extremes.since(1, direction, is_stop=True) == D(of_stop)


def test_without_a_trade_no_stop_is_reached_and_without_a_book_a_limit_is_by_a_trade() -> None:
    extremes = Extremes()
    extremes.take(Quote(bid=D(9), ask=D(11)))
    assert extremes.since(1, Direction.DOWN, is_stop=True) is None
    extremes.take(Quote(last=D(10)))
    assert extremes.since(2, Direction.UP, is_stop=False) == 10
    assert extremes.since(3, Direction.UP, is_stop=False) is None


def test_what_is_forgotten_is_not_kept_in_either_direction_of_trades_and_book() -> None:
    extremes = Extremes()
    rising = [Quote(bid=D(number), ask=D(number), last=D(number)) for number in range(1, 50)]
    for each in rising + rising[::-1]:
        extremes.take(each)
    extremes.forget(98)
    assert [len(each) for each in (*extremes._trades, *extremes._book)] == [1, 1, 1, 1]
