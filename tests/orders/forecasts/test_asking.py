"""From orders to asks and back: of which price, about which orders, and how an answer becomes rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from market.forecaster import wire
from market.forecaster.asks import Ask
from orders.domain.lifecycle import WORKING, Status
from orders.forecasts import asking
from orders.models import Order
from tests.orders import builders
from tests.orders.builders import fill, order_in, place
from tests.orders.foretold import NOW, NUMBER, WHY, Oracle, answer_of

pytestmark = pytest.mark.django_db(transaction=True)

D = Decimal


@pytest.fixture(autouse=True)
def feed(settings: Any) -> None:
    settings.FEED = "sim"


def loaded(order: Order) -> Order:
    return Order.objects.select_related("symbol").get(pk=order.pk)


def asked(order: Order) -> Ask:
    found = asking.ask_of(loaded(order))
    assert found is not None
    return found


def ask(price: str = "585.33", side: str = "buy", **more: Any) -> Ask:
    return Ask("AAPL", side, D(price), D("0.01"), **more)


def test_a_limit_is_asked_for_its_limit_and_a_stop_for_its_stop(alice: User) -> None:
    assert asked(place(alice)) == ask()
    assert asked(place(alice, side="sell")) == ask(side="sell")
    assert asked(place(alice, order_type="stop", price=None, stop_price="590")) == ask("590", is_stop=True)


def test_a_stop_limit_is_a_stop_until_it_is_filled_in_part_and_then_a_limit(alice: User) -> None:
    order = order_in(Status.NEW, alice, order_type="stop_limit", price="591", stop_price="590")
    assert asked(order) == ask("590", is_stop=True)
    fill(order, "1", "591")
    assert asked(order) == ask("591")


def test_a_stop_that_was_filled_in_part_stays_a_stop(alice: User) -> None:
    order = order_in(Status.NEW, alice, order_type="stop", price=None, stop_price="590")
    fill(order, "1", "590")
    assert asked(order) == ask("590", is_stop=True)


def test_a_market_order_has_no_price_to_ask_for(alice: User) -> None:
    assert asking.ask_of(loaded(place(alice, order_type="market", price=None))) is None


def test_minutes_tick_and_what_is_on_screen_are_part_of_the_ask(alice: User) -> None:
    builders.instrument("XRP", tick_size=D("0.0005"))
    order = loaded(place(alice, symbol="XRP", price="0.5005"))
    assert asking.ask_of(order, [7, 8], "shown") == Ask("XRP", "buy", D("0.5005"), D("0.0005"), (7, 8), False, "shown")


def test_the_newest_working_orders_with_a_price_are_ones_own(alice: User, bob: User) -> None:
    kept = [order_in(status, alice).pk for status in Status if status in WORKING]
    for status in Status:
        if status not in WORKING:
            order_in(status, alice)
    place(alice, order_type="market", price=None)
    place(bob)
    stop = place(alice, order_type="stop", price=None, stop_price="590").pk

    newest_first = [stop, *reversed(kept)]
    assert [order.pk for order in asking.newest(alice, 10)] == newest_first
    assert [order.pk for order in asking.newest(alice, 2)] == newest_first[:2]


def test_those_that_work_are_found_by_id_whosever_they_are(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr("market.support.batches.BATCH", 2)
    working = [place(alice), place(bob), place(alice), order_in(Status.PENDING_CANCEL, bob)]
    ended = order_in(Status.CANCELED, alice)
    with django_assert_num_queries(3):
        found = asking.working([ended.pk, 999_999, *(order.pk for order in working)])
        assert {order.symbol.tick_size for order in found.values()} == {D("0.01")}
    assert found.keys() == {order.pk for order in working}
    assert [found[order.pk].user_id for order in working] == [alice.pk, bob.pk, alice.pk, bob.pk]


def test_an_order_says_why_nothing_is_asked_about_it(alice: User) -> None:
    assert asking.why_not(loaded(place(alice))) is None
    assert asking.why_not(loaded(order_in(Status.FILLED, alice))) == "The order is not working."
    market = place(alice, order_type="market", price=None)
    assert asking.why_not(loaded(market)) == "A market order has no price that could be touched."
    order = place(alice, symbol="GONE")
    order.symbol.active = False
    order.symbol.save(update_fields=["active"])
    assert asking.why_not(loaded(order)) == "The instrument is not traded now."


def test_answers_are_whole_whatever_is_on_screen_and_come_in_order(oracle: Oracle) -> None:
    oracle.says = {"1": 100, "2": None}
    on_screen = answer_of(ask("1"), 100)
    assert on_screen is not None
    found = asking.answers_to([ask("1", shown=on_screen["shown"]), ask("2")], NOW)
    assert found == [answer_of(ask("1"), 100), answer_of(ask("2"), None)]
    assert oracle.requests == [(2, True)]


def test_many_asks_are_several_requests(oracle: Oracle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MOST", 2)
    found = asking.answers_to([ask(str(price)) for price in range(1, 6)], NOW, kept=False)
    assert oracle.requests == [(2, False), (2, False), (1, False)]
    assert [answer["shown"].split()[0] for answer in found] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("feed", "why"), [("off", "No price feed is running."), ("sim", "The forecaster does not run.")]
)
def test_without_a_feed_or_a_forecaster_each_answer_says_so(oracle: Oracle, settings: Any, feed: str, why: str) -> None:
    settings.FEED = feed
    oracle.why_not = "The forecaster does not run."
    found = asking.answers_to([ask("1"), ask("2", minutes=(7,))], NOW)
    assert [[point["minutes"] for point in answer["points"]] for answer in found] == [[5, 15, 60], [7]]
    assert {point["unavailable"] for answer in found for point in answer["points"]} == {why}
    assert bool(oracle.requests) == (feed == "sim")


def test_an_answer_becomes_a_row_for_each_number_of_minutes() -> None:
    answer = answer_of(ask("0.5", minutes=(5, 15)), 334)
    assert answer is not None
    first, second = asking.rows(ask("0.50000000"), answer, 7)
    assert first == {"order": 7, "symbol": "AAPL", "side": "buy", "price": "0.5", "minutes": 5} | NUMBER
    assert second == first | {"minutes": 15}
    assert "order" not in next(asking.rows(ask("0.5"), answer))


def test_a_row_without_a_number_says_why_and_nothing_else() -> None:
    refused = answer_of(ask(minutes=(5,)), None)
    assert refused is not None
    head = {"order": 7, "symbol": "AAPL", "side": "buy", "price": "585.33", "minutes": 5}
    assert list(asking.rows(ask(), refused, 7)) == [head | {"unavailable": WHY, "ready_in_minutes": None}]


def test_an_order_that_is_not_asked_about_has_a_row_for_each_number_of_minutes(alice: User) -> None:
    limit, market = place(alice), place(alice, order_type="market", price=None)
    stop = place(alice, order_type="stop_limit", price="591", stop_price="590")
    for order, price in ((limit, "585.33"), (market, None), (stop, "590")):
        head = {"order": order.pk, "symbol": "AAPL", "side": "buy", "price": price}
        more = {"unavailable": "No.", "ready_in_minutes": None}
        assert list(asking.refused(order, "No.", [5, 15])) == [
            head | {"minutes": minutes} | more for minutes in (5, 15)
        ]
