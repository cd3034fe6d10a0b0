"""What becomes of ticks: quotes, bars, and who gets one of the few places in a feed."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from market import money
from market.feeds.guard import LARGEST, SMALLEST
from market.live import arrival
from market.live.bars import Bars
from market.live.leases import union
from market.live.quotes import Quote
from market.live.slot_allocation import Slots
from market.live.ticks import EMPTY, Tick

D = Decimal


def trade(last: str, at: float = 1000.0, **more: Decimal) -> Tick:
    return Tick("BTCUSD", at, D(last), D(1), is_trade=True, **more)


def test_a_quote_is_written_as_its_readers_are_promised() -> None:
    quote = Quote("BTCUSD", 1.0).after(
        Tick("BTCUSD", 1500.5, D("101.50"), bid=D("101.4"), ask=D("1E+2"), day_open=D(100))
    )

    assert json.loads(quote.text()) == {
        "symbol": "BTCUSD",
        "bid": "101.4",
        "ask": "100",
        "last": "101.5",
        "change": "1.5",
        "at": 1500.5,
    }


def test_a_tick_that_tells_no_other_price_leaves_the_very_quote() -> None:
    quote = Quote("BTCUSD", 0.0).after(trade("100"))

    assert quote.after(trade("100", at=2000)) is quote
    assert quote.after(Tick("BTCUSD", 3000)) is quote
    assert quote.after(trade("100.1", at=4000)).at == 4000


def test_the_change_counts_from_the_day_s_open_and_from_the_first_price_where_none_is_told() -> None:
    told = Quote("BTCUSD", 0.0).after(trade("102", day_open=D(100)))
    first = Quote("BTCUSD", 0.0).after(trade("200"))

    assert told.change == D("2.00")
    assert first.change == 0
    assert first.after(trade("199")).change == D("-0.50")
    assert Quote("BTCUSD", 0.0).change is None


def test_the_change_is_told_between_the_farthest_prices_that_are_believed() -> None:
    quote = Quote("BTCUSD", 0.0, last=LARGEST, day_open=SMALLEST)

    assert json.loads(quote.text())["change"] == "99999999999999999999999999900"


def test_a_book_without_a_trade_has_a_price_in_its_middle() -> None:
    quote = Quote("BTCUSD", 0.0).after(Tick("BTCUSD", 1.0, bid=D(99), ask=D(100)))

    assert (quote.last, quote.price) == (None, D("99.5"))


def test_a_side_that_has_become_empty_is_gone_and_one_that_is_not_told_stays() -> None:
    full = Quote("BTCUSD", 0.0).after(Tick("BTCUSD", 1.0, D(100), bid=D(100), ask=D(101)))

    def book(*ticks: Tick) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        quote = full
        for tick in ticks:
            quote = quote.after(tick)
        return quote.bid, quote.ask, quote.last

    assert book(Tick("BTCUSD", 2.0, bid=EMPTY, ask=D(90))) == (None, D(90), D(100))
    assert book(Tick("BTCUSD", 2.0, ask=EMPTY)) == (D(100), None, D(100))
    assert book(Tick("BTCUSD", 2.0, bid=EMPTY, ask=EMPTY)) == (None, None, D(100))
    assert book(trade("99", at=2.0)) == (D(100), D(101), D(99))
    assert book(Tick("BTCUSD", 2.0, bid=EMPTY), trade("99", at=3.0)) == (None, D(101), D(99))
    assert book(Tick("BTCUSD", 2.0, bid=EMPTY), Tick("BTCUSD", 3.0, bid=D(89))) == (D(89), D(101), D(100))


def test_a_book_that_emptied_is_told_as_it_is_and_has_the_last_price_for_its_mark() -> None:
    quote = Quote("BTCUSD", 0.0).after(Tick("BTCUSD", 1.0, D(100), bid=D(100), ask=D(101)))
    quote = quote.after(Tick("BTCUSD", 2.0, bid=EMPTY, ask=D(90)))

    told = json.loads(quote.text())

    assert (told["bid"], told["ask"], told["last"], told["at"]) == (None, "90", "100", 2.0)
    known = arrival.quote_in(quote.text(), 3.0)
    assert known == money.Quote(None, D(90), D(100))
    assert money.mark("buy", known) == money.mark(None, known) == money.Mark(D(100), money.Source.LAST)
    assert money.distance("sell", D(95), known) is None
    assert money.distance("buy", D(89), known) == 1
    assert arrival.price_in(quote.text(), 3.0) == 100


def test_a_bar_holds_its_minute_and_the_next_begins_with_the_first_price_after_it() -> None:
    bars = Bars()
    for at, price in ((60_000, "10"), (61_000, "12"), (90_000, "9"), (119_999, "11"), (120_000, "11.5")):
        bars.take("X", at, D(price), D(2))

    [(first, one), (second, two)] = bars.changed()["X"]

    assert (first, second) == (60, 120)
    assert json.loads(one) == {"time": 60, "open": "10", "high": "12", "low": "9", "close": "11", "volume": "8"}
    assert json.loads(two)["open"] == "11.5"
    assert bars.changed() == {}


def test_a_price_of_a_minute_that_is_over_changes_no_bar() -> None:
    bars = Bars()
    bars.take("X", 120_000, D(10), D(1))
    bars.changed()

    bars.take("X", 119_000, D(99), D(1))

    assert bars.changed() == {}


def test_what_several_want_is_carried_once_and_counts_as_worked_where_one_works_it() -> None:
    assert union([{"A": False, "B": True}, {"B": False, "C": False}]) == {"A": False, "B": True, "C": False}


@pytest.fixture
def slots() -> Slots:
    return Slots()


def test_whoever_came_first_keeps_the_place_and_the_queue_moves_up(slots: Slots) -> None:
    slots.allot({"A": False, "B": False}, 2)
    slots.allot({"C": False, "A": False, "B": False, "D": False}, 2)
    assert (slots.carried, slots.queued) == (["A", "B"], ["C", "D"])

    slots.allot({"C": False, "B": False, "D": False}, 2)
    assert (slots.carried, slots.queued) == (["B", "C"], ["D"])


def test_a_symbol_with_working_orders_takes_the_place_of_the_one_that_came_last(slots: Slots) -> None:
    slots.allot({"A": False, "B": False, "C": False}, 3)

    slots.allot({"A": False, "B": False, "C": False, "D": True}, 3)

    assert (slots.carried, slots.queued) == (["D", "A", "B"], ["C"])


def test_without_a_limit_nobody_waits(slots: Slots) -> None:
    slots.allot(dict.fromkeys(map(str, range(200)), False), None)

    assert (len(slots.carried), slots.queued) == (200, [])


def test_a_limit_that_falls_sends_the_last_ones_to_the_queue(slots: Slots) -> None:
    wanted = {"A": False, "B": True, "C": False}
    slots.allot(wanted, 3)
    slots.allot(wanted, 2)

    assert (slots.carried, slots.queued) == (["B", "A"], ["C"])
