"""An order's arrival price: the market's when the broker took it, stored once; no save waits for or fails with it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from redis import Redis

from market.live import arrival, redis_board
from market.live.arrival import LatestQuotes
from orders import trading
from orders.domain import rows
from orders.domain.lifecycle import Status
from orders.log import provenance
from tests.orders.brokers import Broker
from tests.orders.builders import execute, fill, fresh, head_of, log_of, order_in, place, told

pytestmark = pytest.mark.django_db

D = Decimal


class Market:
    """What the market would say, and what it was asked."""

    def __init__(self) -> None:
        self.price: Decimal | None = D("585.12")
        self.asked: list[str] = []

    def __call__(self, symbol: str) -> Decimal | None:
        self.asked.append(symbol)
        return self.price


@pytest.fixture
def market(monkeypatch: pytest.MonkeyPatch) -> Market:
    own = Market()
    monkeypatch.setattr(arrival, "provider", own)
    return own


def test_an_order_that_is_accepted_keeps_the_markets_price_of_that_moment(alice: User, market: Market) -> None:
    order = place(alice)
    assert rows.order_row(order)["arrival_price"] is None
    with told(alice) as events:
        accepted = execute(order, "accept")
    assert accepted.arrival_price == D("585.12")
    assert rows.order_row(fresh(order))["arrival_price"] == "585.12"
    [event] = events
    assert event["kind"] == "accepted"
    assert event["changes"] == {"status": ["pending_new", "new"], "arrival_price": [None, "585.12"]}


@pytest.mark.parametrize(("quantity", "status"), [("40", "partially_filled"), ("100", "filled")])
def test_an_order_that_is_filled_without_having_been_accepted_has_one_too(
    alice: User, market: Market, quantity: str, status: str
) -> None:
    order = fill(place(alice), quantity)
    assert (order.status, fresh(order).arrival_price) == (status, D("585.12"))


def test_it_is_asked_for_once_and_stays(alice: User, market: Market) -> None:
    order = execute(place(alice), "accept")
    market.price = D(600)
    fill(order, "40")
    trading.amend(alice, order.pk, 3, {"price": D(590)})
    trading.cancel(alice, order.pk)
    execute(order, "cancel_refused")
    fill(order, "60")
    assert fresh(order).arrival_price == D("585.12")
    assert market.asked == ["AAPL"]


@pytest.mark.parametrize("kind", ["reject", "cancel", "expire"])
def test_an_order_that_never_came_to_the_market_has_none(alice: User, market: Market, kind: str) -> None:
    order = execute(place(alice), kind)
    assert (fresh(order).arrival_price, market.asked) == (None, [])


def test_placing_amending_and_cancelling_ask_for_nothing(alice: User, market: Market) -> None:
    order = place(alice)
    trading.amend(alice, order.pk, 1, {"price": D(590)})
    trading.cancel(alice, order.pk)
    assert market.asked == []


def test_recorded_flow_has_met_another_days_market(alice: User, market: Market) -> None:
    with provenance.acting(provenance.Source.IMPORT):
        order = execute(place(alice), "accept")
    assert (fresh(order).arrival_price, market.asked) == (None, [])


def test_where_nobody_knows_the_market_there_is_none(alice: User, market: Market) -> None:
    market.price = None
    order = execute(place(alice), "accept")
    assert log_of(alice)[-1]["changes"] == {"status": ["pending_new", "new"]}
    market.price = D(1)
    fill(order, "40")
    assert fresh(order).arrival_price is None


@pytest.mark.parametrize("status", Status)
def test_it_reads_the_same_fresh_told_and_reloaded(alice: User, market: Market, status: Status) -> None:
    market.price = D("1234567890.12345678")
    order = order_in(status, alice)
    assert rows.order_row(order) == log_of(alice)[-1]["order"] == rows.order_row(fresh(order))


def test_nobody_types_it_in(as_user: Any, alice: User, market: Market) -> None:
    order = execute(place(alice), "accept")
    body = {"expected_version": 2, "arrival_price": "1"}
    answer = as_user(alice).patch(f"/api/orders/{order.pk}/", body, format="json")
    assert answer.status_code == 400
    assert answer.json()["fields"] == {"arrival_price": ["This field can't be amended."]}
    answer = as_user(alice).get("/api/orders/?ordering=arrival_price")
    assert answer.status_code == 400


class TestWithABroker:
    @pytest.fixture
    def broker(self, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
        with Broker(tmp_path) as running:
            settings.CHANNEL_LAYERS, settings.FEED = running.layers, "sim"
            monkeypatch.setattr(arrival, "provider", LatestQuotes())
            yield running

    def test_the_price_is_the_one_that_the_feed_left_there(
        self, broker: Broker, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(arrival, "ASK_SECONDS", 60.0)
        quote = {"bid": "585.10", "ask": "585.15", "last": "585", "at": time.time() * 1000}
        with Redis.from_url(broker.url) as client:
            client.hset(redis_board.QUOTES, "AAPL", json.dumps(quote))
        assert fresh(execute(place(alice), "accept")).arrival_price == D("585.125")

    @pytest.mark.parametrize("fault", ["pause", "stop"])
    def test_accepting_does_not_fail_and_one_order_alone_waits_while_the_broker_hangs_or_is_gone(
        self, broker: Broker, alice: User, fault: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(arrival, "FIRST_BREAK_SECONDS", 3600)
        asked: list[str] = []
        hget = Redis.hget
        monkeypatch.setattr(Redis, "hget", lambda own, name, key: asked.append(key) or hget(own, name, key))
        orders = [place(alice) for _ in range(20)]
        getattr(broker, fault)()
        accepted = [execute(order, "accept") for order in orders]
        assert {(order.status, order.arrival_price) for order in accepted} == {("new", None)}
        assert head_of(alice) == 40
        assert asked == ["AAPL"]
