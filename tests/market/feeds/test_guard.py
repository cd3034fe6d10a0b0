"""The guard: what no sink gets to see, and what is believed after a while."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.feeds import counts
from market.feeds.guard import TICKS_OF_A_MOMENT, Guard
from market.live.ticks import EMPTY, Status, Tick
from tests.market.hands import Hands
from tests.tables import failing

D = Decimal


class Guarded:
    """A guard whose clock stands still; unless told otherwise, a tick is of AAPL and 1 ms younger than the last."""

    def __init__(self) -> None:
        self.hands, self.status = Hands(), Status()
        self.passed: list[Tick] = []
        self.guard = Guard(self.passed.append, self.status, clock=self.hands.clock)
        self._at = self.hands.clock.wall() * 1000

    def tell(self, last: str | None = None, **told: Any) -> Tick:
        self._at += 1
        fields = {"symbol": "AAPL", "at": self._at, "last": None if last is None else D(last), "is_trade": True} | told
        tick = Tick(**fields)
        self.guard(tick)
        return tick

    @property
    def prices(self) -> list[str]:
        return [str(tick.last) for tick in self.passed]


@pytest.fixture
def guarded() -> Guarded:
    return Guarded()


def test_good_ticks_pass_unchanged_and_nothing_is_counted(guarded: Guarded) -> None:
    told = [
        guarded.tell("100", size=D(5), bid=D("99.9"), ask=D("100.1"), day_open=D(98)),
        guarded.tell("130"),
        guarded.tell("100.00"),
        guarded.tell(bid=D(100), ask=D(100)),
        guarded.tell(size=D(0), last="91"),
    ]

    assert guarded.passed == told
    assert guarded.status.counts == {}


def test_what_is_no_price_stops_the_tick_wherever_it_stands() -> None:
    def check(field: str, price: str) -> None:
        guarded = Guarded()
        guarded.tell(**({"last": "100"} | {field: D(price)}))
        assert guarded.passed == []
        assert guarded.status.counts == {counts.NOT_A_PRICE: 1}

    prices = ["NaN", "sNaN", "Infinity", "-Infinity", "0", "-1", "1E+999999", "1E-20"]
    fields = ["last", "bid", "ask", "day_open"]
    assert failing([(field, price) for price in prices for field in fields], check) == []


@pytest.mark.parametrize("size", ["NaN", "Infinity", "-1"])
def test_what_is_no_size_stops_the_tick(guarded: Guarded, size: str) -> None:
    guarded.tell("100", size=D(size))

    assert guarded.passed == []
    assert guarded.status.counts == {counts.NOT_A_SIZE: 1}


@pytest.mark.parametrize("at", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_time_stops_the_tick(guarded: Guarded, at: float) -> None:
    guarded.tell("100", at=at)

    assert guarded.passed == []
    assert guarded.status.counts == {counts.NOT_A_TIME: 1}


def test_a_time_may_be_a_minute_ahead_of_our_clock_and_no_more(guarded: Guarded) -> None:
    now = guarded.hands.clock.wall() * 1000
    guarded.tell("100", at=now + 60_001)
    guarded.tell("101", at=now + 60_000)

    assert guarded.prices == ["101"]
    assert guarded.status.counts == {counts.AHEAD: 1}


def test_what_is_older_than_the_last_accepted_of_its_symbol_is_stopped(guarded: Guarded) -> None:
    now = guarded.hands.clock.wall() * 1000
    guarded.tell("100", at=now)
    guarded.tell("101", at=now - 1)
    guarded.tell("50", at=now - 1, symbol="MSFT")
    guarded.tell("102", at=now)

    assert guarded.prices == ["100", "50", "102"]
    assert guarded.status.counts == {counts.OLD: 1}


def test_a_stopped_tick_makes_none_after_it_old(guarded: Guarded) -> None:
    now = guarded.hands.clock.wall() * 1000
    guarded.tell("100", at=now)
    guarded.tell("1000", at=now + 500)
    guarded.tell("101", at=now + 1)

    assert guarded.prices == ["100", "101"]
    assert guarded.status.counts == {counts.FAR: 1}


def test_prices_go_on_after_our_own_clock_was_put_back_an_hour(guarded: Guarded) -> None:
    guarded.tell("100", at=guarded.hands.clock.wall() * 1000)
    guarded.hands.wall_offset -= 3600
    guarded.tell("101", at=guarded.hands.clock.wall() * 1000)
    guarded.tell("102", at=guarded.hands.clock.wall() * 1000 - 1)

    assert guarded.prices == ["100", "101"]
    assert guarded.status.counts == {counts.OLD: 1}


def test_an_exact_duplicate_is_stopped_also_when_others_of_the_same_moment_came_between(guarded: Guarded) -> None:
    now = guarded.hands.clock.wall() * 1000
    for last, size in (("100", 1), ("100", 2), ("100", 1), ("100.0", 2), ("100", 3)):
        guarded.tell(last, size=D(size), at=now)

    assert [tick.size for tick in guarded.passed] == [1, 2, 3]
    assert guarded.status.counts == {counts.DUPLICATE: 2}


def test_a_moment_that_never_ends_is_not_remembered_without_end(guarded: Guarded) -> None:
    for number in range(3 * TICKS_OF_A_MOMENT):
        guarded.tell("100", size=D(number), at=1.0)

    assert len(guarded.passed) == 3 * TICKS_OF_A_MOMENT
    assert len(guarded.guard._known["AAPL"].moment) <= TICKS_OF_A_MOMENT
    for _ in range(2):
        guarded.tell("100")
        assert not guarded.guard._known["AAPL"].moment


@pytest.mark.parametrize(("edge", "beyond"), [("130", "130.01"), ("70", "69.99")])
def test_thirty_percent_is_the_edge_of_what_is_believed_at_once(guarded: Guarded, edge: str, beyond: str) -> None:
    guarded.tell("100")
    guarded.tell(beyond)
    guarded.tell(edge)

    assert guarded.prices == ["100", edge]
    assert guarded.status.counts == {counts.FAR: 1}


def test_a_bad_print_between_good_ones_leaves_no_trace(guarded: Guarded) -> None:
    for last in ("100", "1", "101", "1", "102", "1", "1", "1", "103"):
        guarded.tell(last)

    assert guarded.prices == ["100", "101", "102", "103"]
    assert guarded.status.counts == {counts.FAR: 5}


def test_a_gap_is_believed_once_three_more_prints_near_it_have_come(guarded: Guarded) -> None:
    for last in ("100", "50", "51", "50", "49", "48", "100"):
        guarded.tell(last)

    assert guarded.prices == ["100", "49", "48"]
    assert guarded.status.counts == {counts.FAR: 4}


def test_far_prints_that_disagree_confirm_each_other_not(guarded: Guarded) -> None:
    for last in ("100", "50", "200", "50", "200", "50", "200", "50", "200"):
        guarded.tell(last)

    assert guarded.prices == ["100"]


def test_the_prints_of_one_level_say_nothing_for_another(guarded: Guarded) -> None:
    for last in ("100", "50", "51", "52", "200", "201", "202", "203"):
        guarded.tell(last)

    assert guarded.prices == ["100", "203"]


def test_a_far_price_that_is_repeated_without_a_trade_confirms_nothing(guarded: Guarded) -> None:
    guarded.tell("100")
    guarded.tell("200")
    for bid in range(150, 160):
        guarded.tell("200", bid=D(bid), is_trade=False)

    assert guarded.prices == ["100"]


def test_the_same_far_print_again_and_again_is_a_duplicate_and_confirms_nothing(guarded: Guarded) -> None:
    now = guarded.hands.clock.wall() * 1000
    guarded.tell("100", at=now)
    for _ in range(5):
        guarded.tell("200", at=now)

    assert guarded.prices == ["100"]
    assert guarded.status.counts == {counts.FAR: 1, counts.DUPLICATE: 4}


def test_after_a_minute_without_a_price_any_price_is_believed(guarded: Guarded) -> None:
    guarded.tell("100")
    guarded.hands.turn(59.9)
    guarded.tell("200")
    guarded.hands.turn(0.2)
    guarded.tell("210")

    assert guarded.prices == ["100", "210"]


def test_each_symbol_is_judged_by_its_own_prices(guarded: Guarded) -> None:
    guarded.tell("100")
    guarded.tell("3", symbol="MSFT")
    guarded.tell("3.1", symbol="MSFT")

    assert guarded.prices == ["100", "3", "3.1"]


def test_where_there_is_no_last_price_the_middle_of_the_book_is_judged(guarded: Guarded) -> None:
    guarded.tell(bid=D(99), ask=D(101))
    guarded.tell(bid=D(199), ask=D(201))
    guarded.tell(bid=D(100))
    guarded.tell(ask=D(101))
    guarded.tell(ask=D(300))

    assert [(tick.bid, tick.ask) for tick in guarded.passed] == [(99, 101), (100, None), (None, 101)]
    assert guarded.status.counts == {counts.FAR: 2}


def test_a_crossed_book_passes_and_is_counted(guarded: Guarded) -> None:
    guarded.tell("100", bid=D(101), ask=D(100))

    assert len(guarded.passed) == 1
    assert guarded.status.counts == {counts.CROSSED: 1}


def test_a_side_that_crosses_what_the_other_one_was_is_counted_and_one_that_left_is_not(guarded: Guarded) -> None:
    guarded.tell("100", bid=D(100), ask=D(101))
    guarded.tell(ask=D(99))
    assert guarded.status.counts == {counts.CROSSED: 1}

    guarded.tell("100")
    guarded.tell(bid=EMPTY)
    guarded.tell(ask=D(98))
    guarded.tell(bid=EMPTY, ask=EMPTY)
    guarded.tell(bid=D(99))

    assert len(guarded.passed) == 7
    assert guarded.status.counts == {counts.CROSSED: 1}


numbers = st.decimals(allow_nan=True, allow_infinity=True) | st.decimals(1, 1000, places=2) | st.none()
ticks = st.builds(
    Tick,
    symbol=st.sampled_from(["A", "B"]),
    at=st.floats() | st.integers(1_789_999_900_000, 1_790_000_100_000).map(float),
    last=numbers,
    size=numbers,
    bid=numbers | st.just(EMPTY),
    ask=numbers | st.just(EMPTY),
    day_open=numbers,
    is_trade=st.booleans(),
)


@given(st.lists(ticks, max_size=30))
def test_whatever_comes_what_passes_can_be_reckoned_with_and_all_else_is_counted(told: list[Tick]) -> None:
    guarded = Guarded()
    for tick in told:
        guarded.guard(tick)

    for tick in guarded.passed:
        prices = [price for price in (tick.last, tick.bid, tick.ask, tick.day_open) if isinstance(price, Decimal)]
        assert all(price.is_finite() and price > 0 and (price * price).is_finite() for price in prices)
    for symbol in ("A", "B"):
        times = [tick.at for tick in guarded.passed if tick.symbol == symbol]
        assert times == sorted(times)
    stopped = sum(count for reason, count in guarded.status.counts.items() if reason != counts.CROSSED)
    assert stopped == len(told) - len(guarded.passed)
