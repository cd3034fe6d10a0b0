"""What the paper broker answers: only legal steps, never too much, never worse than the limit, the same twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo import paper_rules
from demo.paper_rules import Held, Market, answer, triggers
from market.money import Quote
from orders.domain import lifecycle
from orders.domain.lifecycle import ExecutionKind, OrderType, Side, Status, Step, TimeInForce
from orders.trading import Report

D = Decimal
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
BOOK = Quote(D("99.9"), D("100.1"), D("100"))


def held(**fields: Any) -> Held:
    """Buy 100 KO at 100.50, day, just placed, unless told otherwise; numbers may be text."""
    order = Held(
        1, 1, 1, "KO", Side.BUY, OrderType.LIMIT, TimeInForce.DAY, Status.NEW, D(100), D(0), D("100.5"), None, NOW
    )
    amounts = ("quantity", "cum_qty", "price", "stop_price")
    return replace(order, **{k: D(v) if k in amounts and v is not None else v for k, v in fields.items()})


def say(order: Held, quote: Quote | None = BOOK, **given: Any) -> Report | None:
    facts = {"now": NOW, "seed": 1, "waited": 3.0, "triggered": False} | given
    return answer(order, Market(quote, facts.pop("lot_size", D(1))), **facts)


def kind_of(report: Report | None) -> ExecutionKind | None:
    return None if report is None else report.kind


prices = st.decimals("0.01", "1000", places=2)
quotes = st.none() | st.builds(Quote, st.none() | prices, st.none() | prices, st.none() | prices)


@st.composite
def orders(draw: st.DrawFn) -> Held:
    """Any working order that the services let in."""
    order_type = draw(st.sampled_from(OrderType))
    forces = [TimeInForce.DAY, TimeInForce.GTC] if order_type in paper_rules.STOPS else list(TimeInForce)
    lots = draw(st.integers(1, 500))
    status = draw(st.sampled_from(sorted(lifecycle.WORKING)))
    filled = draw(st.integers(1, lots - 1)) if status is Status.PARTIALLY_FILLED and lots > 1 else 0
    return held(
        id=draw(st.integers(1, 50)),
        version=draw(st.integers(1, 9)),
        side=draw(st.sampled_from(Side)),
        order_type=order_type,
        time_in_force=draw(st.sampled_from(forces)),
        status=Status.NEW if status is Status.PARTIALLY_FILLED and not filled else status,
        quantity=lots * D("0.5"),
        cum_qty=filled * D("0.5"),
        price=draw(prices) if order_type in (OrderType.LIMIT, OrderType.STOP_LIMIT) else None,
        stop_price=draw(prices) if order_type in paper_rules.STOPS else None,
        created_at=NOW - timedelta(hours=draw(st.integers(0, 30))),
    )


@given(orders(), quotes, st.sampled_from([None, D("0.5")]), st.floats(3, 30), st.integers(0, 5), st.booleans())
def test_every_answer_is_a_legal_step_never_too_much_and_never_worse_than_the_limit(
    order: Held, quote: Quote | None, lot_size: Decimal | None, waited: float, seed: int, triggered: bool
) -> None:
    report = say(order, quote, lot_size=lot_size, waited=waited, seed=seed, triggered=triggered)

    assert report == say(order, quote, lot_size=lot_size, waited=waited, seed=seed, triggered=triggered)
    if report is None:
        return
    assert lifecycle.is_legal(order.status, Step(report.kind))
    assert report.exec_id == f"paper-{order.id}-{order.version}"
    if report.kind in (ExecutionKind.REJECT, ExecutionKind.EXPIRE):
        assert report.text.startswith("Paper broker: ")
    if report.kind is not ExecutionKind.FILL:
        assert report.last_qty is report.last_price is None
        return
    assert report.last_qty is not None
    assert report.last_price is not None
    assert quote is not None
    assert 0 < report.last_qty <= order.leaves_qty
    assert report.last_qty % D("0.5") == 0
    assert report.last_price in (quote.bid, quote.ask, quote.last)
    assert order.status is not Status.PENDING_NEW
    if order.price is not None:
        sign = 1 if order.side is Side.BUY else -1
        assert sign * report.last_price <= sign * order.price
    if order.time_in_force is TimeInForce.FOK:
        assert report.last_qty == order.leaves_qty
    if order.order_type in paper_rules.STOPS:
        assert triggered


@given(orders(), st.integers(0, 5))
def test_a_market_that_stays_fills_a_market_order_in_three_fills_at_most(order: Held, seed: int) -> None:
    order = replace(
        order,
        order_type=OrderType.MARKET,
        price=None,
        stop_price=None,
        time_in_force=TimeInForce.GTC,
        status=Status.NEW,
        cum_qty=D(0),
    )
    for _ in range(3):
        report = say(order, lot_size=D("0.5"), seed=seed)
        assert report is not None
        assert report.last_qty is not None
        order = replace(
            order,
            cum_qty=order.cum_qty + report.last_qty,
            version=order.version + 1,
            status=Status.PARTIALLY_FILLED,
        )
        if order.leaves_qty == 0:
            break

    assert order.leaves_qty == 0


@pytest.mark.parametrize(
    ("order", "price"),
    [
        (held(), "100.1"),
        (held(price="100.1"), "100.1"),
        (held(price="100.09"), None),
        (held(side=Side.SELL, price="99.9"), "99.9"),
        (held(side=Side.SELL, price="99.91"), None),
        (held(order_type=OrderType.MARKET, price=None), "100.1"),
        (held(order_type=OrderType.MARKET, price=None, side=Side.SELL), "99.9"),
    ],
)
def test_an_order_is_filled_at_the_other_side_of_the_book_where_its_limit_allows(order: Held, price: str) -> None:
    report = say(order)

    assert kind_of(report) is (ExecutionKind.FILL if price else None)
    assert report is None or report.last_price == D(price)


def test_without_a_book_the_last_price_is_the_market_and_a_crossed_book_is_none() -> None:
    recorded = say(held(), Quote(last=D("99.5")))

    assert recorded is not None
    assert recorded.last_price == D("99.5")
    assert say(held(), Quote(D(101), D(100), D(100))) is None
    assert say(held(), Quote(bid=D(100), last=D(100))) is None, "nobody sells"
    emptied = Quote(None, D(90), D(100))
    assert say(held(side=Side.SELL, price="80"), emptied) is None, "nobody buys any more"
    assert not triggers(held(order_type=OrderType.STOP, side=Side.SELL, price=None, stop_price="95"), emptied)


@pytest.mark.parametrize(
    ("side", "stop_price", "reached"),
    [(Side.BUY, "100", True), (Side.BUY, "100.01", False), (Side.SELL, "100", True), (Side.SELL, "99.99", False)],
)
def test_a_stop_waits_until_the_market_has_traded_there(side: Side, stop_price: str, reached: bool) -> None:
    order = held(order_type=OrderType.STOP, side=side, price=None, stop_price=stop_price)

    assert triggers(order, BOOK) is reached
    assert say(order) is None
    assert kind_of(say(order, triggered=True)) is ExecutionKind.FILL


def test_a_stop_limit_that_was_reached_waits_for_its_limit() -> None:
    order = held(order_type=OrderType.STOP_LIMIT, price="100", stop_price="99")

    assert say(order, triggered=True) is None
    assert kind_of(say(order, Quote(D("99.8"), D(100)), triggered=True)) is ExecutionKind.FILL


def test_a_new_order_is_accepted_before_anything_else() -> None:
    assert kind_of(say(held(status=Status.PENDING_NEW))) is ExecutionKind.ACCEPT


def test_an_asked_for_cancel_is_confirmed_though_it_could_be_filled() -> None:
    assert kind_of(say(held(status=Status.PENDING_CANCEL))) is ExecutionKind.CANCEL


@pytest.mark.parametrize("force", [TimeInForce.IOC, TimeInForce.FOK])
def test_what_is_not_there_at_once_expires(force: TimeInForce) -> None:
    assert kind_of(say(held(time_in_force=force, price="90"))) is ExecutionKind.EXPIRE
    assert kind_of(say(held(time_in_force=force))) is ExecutionKind.FILL
    rest = held(time_in_force=force, cum_qty="40", status=Status.PARTIALLY_FILLED)
    assert kind_of(say(rest)) is ExecutionKind.EXPIRE


def test_a_day_order_ends_with_its_day_and_a_good_till_cancelled_one_does_not() -> None:
    tomorrow = NOW + timedelta(days=1)

    assert kind_of(say(held(), now=tomorrow)) is ExecutionKind.EXPIRE
    assert kind_of(say(held(status=Status.PENDING_NEW), now=tomorrow)) is ExecutionKind.EXPIRE
    assert kind_of(say(held(time_in_force=TimeInForce.GTC), now=tomorrow)) is ExecutionKind.FILL


def test_what_cannot_be_done_is_rejected_with_a_reason() -> None:
    new = held(status=Status.PENDING_NEW)
    at_market = replace(new, order_type=OrderType.MARKET, price=None)

    assert kind_of(say(new, lot_size=None)) is ExecutionKind.REJECT
    assert kind_of(say(replace(new, price=D(1002)))) is ExecutionKind.REJECT
    assert kind_of(say(replace(new, side=Side.SELL, price=D("9.9")))) is ExecutionKind.REJECT
    assert kind_of(say(replace(new, price=D("0.01")))) is ExecutionKind.ACCEPT, "it may wait for ever"
    assert say(at_market, None) is None, "a price may be on its way"
    assert kind_of(say(at_market, None, waited=paper_rules.PRICE_SECONDS)) is ExecutionKind.REJECT
    assert kind_of(say(new, None)) is ExecutionKind.ACCEPT


def test_an_instrument_that_is_not_traded_any_more_keeps_its_orders_as_they_are() -> None:
    assert say(held(), lot_size=None) is None
