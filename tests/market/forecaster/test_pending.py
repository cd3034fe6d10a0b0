"""Forecasts that wait: from which quote until when prices count for them, and that each is reported once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.forecast.touch import Direction
from market.forecaster import pending as module
from market.forecaster.pending import Pending, Waiting
from market.models.forecast_record import Outcome, Unscored
from market.money import Quote

D = Decimal
DOWN, UP = Direction.DOWN, Direction.UP


def waiting(number: int | None = 1, ends_at: float = 60, since: int = 1, **more: Any) -> Waiting:
    """A buy limit at 100, traded through at 99, unless told otherwise."""
    usual: dict[str, Any] = {"direction": DOWN, "is_stop": False, "price": D(100), "through": D(99)}
    return Waiting(ends_at, since, number=number, **usual | more)


def settled(pending: Pending, now: float) -> dict[int, Any]:
    """Settle with a price that has come just now."""
    return pending.settle(now, now)


def trade(price: float) -> Quote:
    return Quote(last=D(price))


@pytest.fixture
def pending() -> Pending:
    """One quote has come, above every level."""
    found = Pending()
    found.take(trade(105))
    return found


@pytest.mark.parametrize(
    ("price", "outcome"),
    [
        ("100.01", Outcome.MISSED),
        ("100", Outcome.TOUCHED),
        ("99.01", Outcome.TOUCHED),
        ("99", Outcome.TRADED_THROUGH),
        ("98", Outcome.TRADED_THROUGH),
    ],
)
def test_at_its_price_it_is_touched_and_a_tick_beyond_traded_through(
    pending: Pending, price: str, outcome: Outcome
) -> None:
    pending.add([waiting()])
    pending.take(Quote(last=D(price)))
    pending.take(trade(105))
    assert settled(pending, 60) == {1: outcome}


def test_upwards_it_is_the_other_way_round(pending: Pending) -> None:
    up: dict[str, Any] = {"direction": UP, "through": D(107)}
    pending.add([waiting(1, price=D(106), **up), waiting(2, price=D(106.5), **up), waiting(3, price=D(107), **up)])
    pending.take(trade(106.5))
    assert settled(pending, 60) == {1: Outcome.TOUCHED, 2: Outcome.TOUCHED, 3: Outcome.MISSED}


def test_the_book_touches_a_limit_and_a_trade_alone_a_stop(pending: Pending) -> None:
    pending.add([waiting(1), waiting(2, is_stop=True)])
    pending.take(Quote(bid=D(98), ask=D(99), last=D(105)))
    assert settled(pending, 60) == {1: Outcome.TRADED_THROUGH, 2: Outcome.MISSED}


def test_it_counts_the_quote_that_it_was_made_at_and_none_before() -> None:
    pending = Pending()
    for price in (98, 100, 105):
        pending.take(trade(price))
    pending.add([waiting(1, since=1), waiting(2, since=2), waiting(3, since=3)])
    assert settled(pending, 60) == {1: Outcome.TRADED_THROUGH, 2: Outcome.TOUCHED, 3: Outcome.MISSED}


def test_it_is_settled_at_its_end_and_not_before_and_only_once(pending: Pending) -> None:
    pending.add([waiting(2, ends_at=120), waiting(1, ends_at=60)])
    assert settled(pending, 59.999) == {}
    assert settled(pending, 60) == {1: Outcome.MISSED}
    pending.take(trade(100))
    assert len(pending) == 1
    assert settled(pending, 500) == {2: Outcome.TOUCHED}
    assert (settled(pending, 500), len(pending)) == ({}, 0)


def test_without_any_price_since_it_was_made_nothing_was_touched() -> None:
    pending = Pending()
    pending.add([waiting()])
    assert settled(pending, 60) == {1: Outcome.MISSED}


def test_what_is_being_recorded_at_its_end_is_reported_afterwards_with_what_came_until_its_end(
    pending: Pending,
) -> None:
    in_flight = waiting(None)
    pending.add([in_flight])
    assert settled(pending, 60) == {}
    pending.take(trade(98))
    assert settled(pending, 61) == {}
    assert len(pending) == 1

    in_flight.number = 7
    assert settled(pending, 61) == {7: Outcome.MISSED}
    assert len(pending) == 0


def test_an_outcome_counts_once_a_price_has_come_at_its_end_or_later(pending: Pending) -> None:
    pending.add([waiting(1), waiting(2, ends_at=61), waiting(3, ends_at=62)])
    pending.take(trade(100))
    assert pending.settle(61, moved_at=59.9) == {}
    # It came after the end of the first two.
    pending.take(trade(98))
    assert pending.settle(61, moved_at=60) == {1: Outcome.TOUCHED}
    assert len(pending) == 2
    assert pending.settle(62, moved_at=62) == {2: Outcome.TOUCHED, 3: Outcome.TRADED_THROUGH}


def test_if_none_comes_any_more_it_is_given_up_whatever_the_outcome(pending: Pending) -> None:
    pending.add([waiting(1), waiting(2, price=D(90))])
    pending.take(trade(100))
    assert pending.settle(60, moved_at=59) == {}
    assert pending.give_up(Unscored.CLOSED) == {1: Unscored.CLOSED, 2: Unscored.CLOSED}
    assert (pending.settle(61, moved_at=61), len(pending)) == ({}, 0)


def test_giving_up_is_for_all_and_says_why(pending: Pending) -> None:
    in_flight = waiting(None)
    pending.add([waiting(1), waiting(2, ends_at=120), in_flight])
    assert pending.give_up(Unscored.FEED) == {1: Unscored.FEED, 2: Unscored.FEED}

    pending.take(trade(98))
    assert settled(pending, 58) == {}
    in_flight.number = 3
    assert settled(pending, 59) == {3: Unscored.FEED}


def test_what_is_known_already_stays_known_when_the_others_are_given_up(pending: Pending) -> None:
    in_flight = waiting(None)
    pending.add([in_flight])
    settled(pending, 60)
    assert pending.give_up(Unscored.CLOSED) == {}
    in_flight.number = 1
    assert pending.give_up(Unscored.FEED) == {1: Outcome.MISSED}


def test_what_could_not_be_recorded_is_dropped_and_nothing_else(pending: Pending) -> None:
    lost, kept = [waiting(None, ends_at=1)], [waiting(end, ends_at=end) for end in (100, 2, 101, 3)]
    pending.add([*lost, *kept])
    pending.drop(lost)
    assert [list(settled(pending, now)) for now in (1, 2, 3, 100, 101)] == [[], [2], [3], [100], [101]]


def test_only_what_a_pending_forecast_needs_is_kept_of_the_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIDY_EVERY", 10)
    pending = Pending()

    def kept() -> int:
        return len(pending.extremes._trades[DOWN])

    # Each is higher than the one before, so that all are needed.
    for price in range(101, 110):
        pending.take(trade(price))
    assert kept() == 9
    pending.take(trade(110))
    assert kept() == 1
    pending.add([waiting(1, since=10, price=D(110)), waiting(2, since=15)])
    for price in range(111, 131):
        pending.take(trade(price))
    assert kept() == 21
    assert settled(pending, 60) == {1: Outcome.TOUCHED, 2: Outcome.MISSED}


# A quote's price; a forecast's level and how many steps it lasts; or the recording of all that were made.
steps = st.one_of(st.integers(95, 105), st.tuples(st.integers(95, 105), st.integers(1, 8)), st.just("record"))


@given(st.lists(steps, max_size=60))
def test_each_is_reported_once_with_what_the_prices_of_its_time_say(done: list[Any]) -> None:
    pending, made, reported = Pending(), list[Waiting](), dict[int, Any]()
    # The step at which each price came.
    prices = [(-1, 105)]
    pending.take(trade(105))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "TIDY_EVERY", 3)
        for now, step in enumerate([*done, "record", *[105] * 9]):
            found = settled(pending, now)
            assert not found.keys() & reported.keys()
            assert all(made[number].ends_at <= now for number in found)
            reported |= found
            match step:
                case int(price):
                    pending.take(trade(price))
                    prices.append((now, price))
                case (level, lasting):
                    made.append(waiting(None, now + lasting, len(prices), price=D(level), through=D(level) - 1))
                    pending.add(made[-1:])
                case "record":
                    for number, each in enumerate(made):
                        each.number = number
    for number, each in enumerate(made):
        lowest = min(price for at, price in prices[each.since - 1 :] if at < each.ends_at)
        beyond = Outcome.TRADED_THROUGH if lowest < each.price else Outcome.TOUCHED
        assert reported[number] == (Outcome.MISSED if lowest > each.price else beyond)
    assert (len(reported), len(pending)) == (len(made), 0)
