"""A site that was begun with the first version keeps its data and its numbers when it is brought up to the newest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from market.models import Instrument
from orders.listing import paging
from orders.log import events
from orders.models import Execution, Order, OrderEvent
from tests.orders.builders import execute, log_of, place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

D = Decimal
BEGUN = datetime(2026, 1, 5, 9, 30, 0, 123456, tzinfo=UTC)
FIRST = [("market", "0001_initial"), ("orders", "0001_initial")]
# Derived or new since then; everything else was there and is compared.
LATER = {"searched", "arrival_price", "feed_symbol"}

Model = Callable[[str], Any]


@pytest.fixture
def first_version(transactional_db: None) -> Iterator[Model]:
    """The models of the first version, by their label, over its schema; the newest schema stands again at the end."""
    try:
        call_command("migrate", "orders", "0001_initial", verbosity=0)
        call_command("migrate", "market", "0001_initial", verbosity=0)
        yield MigrationExecutor(connection).loader.project_state(FIRST).apps.get_model
    finally:
        call_command("migrate", verbosity=0)


def upgrade() -> None:
    call_command("migrate", verbosity=0)


class Then:
    """What a site of the first version has written."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._version = 0
        for symbol, lot in (("AAPL", D(1)), ("BTCUSD", D("0.0001"))):
            model("market.Instrument").objects.create(symbol=symbol, name=symbol, currency="USD", lot_size=lot)

    def order(self, user: User, status: str, **fields: Any) -> Any:
        self._version += 1
        moment = BEGUN + timedelta(seconds=self._version)
        values = {
            "user_id": user.pk,
            "symbol_id": "AAPL",
            "client_order_id": f"order-{self._version}",
            "side": "buy",
            "quantity": D(100),
            "price": D("585.33"),
            "status": status,
            "created_at": moment,
            "updated_at": moment,
            "version": 1,
        } | fields
        return self._model("orders.Order")._base_manager.create(**values)

    def execution(self, order: Any, exec_id: str, quantity: str, price: str) -> None:
        self._model("orders.Execution").objects.create(
            order_id=order.pk, exec_id=exec_id, kind="fill", last_qty=D(quantity), last_price=D(price), at=BEGUN
        )

    def log(self, user: User, orders: list[Any]) -> None:
        """The owner's log: so many events as there are orders, each the creation of one."""
        for seq, order in enumerate(orders, start=1):
            body = json.dumps({"seq": seq, "kind": "created", "order": {"id": order.pk, "text": order.text}})
            self._model("orders.OrderEvent").objects.create(
                user_id=user.pk,
                seq=seq,
                order_id=order.pk,
                version=order.version,
                kind="created",
                source="rest",
                actor=user.username,
                at=order.created_at,
                body=body,
            )
        self._model("orders.EventCounter").objects.create(user_id=user.pk, head=len(orders))

    def rows(self, label: str) -> list[dict[str, Any]]:
        return list(self._model(label)._base_manager.order_by("pk").values())


def rows_now(model: Any) -> list[dict[str, Any]]:
    """Every row as it is now, without what later versions have added."""
    return [
        {name: value for name, value in row.items() if name not in LATER}
        for row in model._base_manager.order_by("pk").values()
    ]


@pytest.fixture
def upgraded(
    first_version: Model, alice: User, bob: User, desk: User, monkeypatch: pytest.MonkeyPatch
) -> dict[str, list[dict[str, Any]]]:
    """A site of the first version that was brought up to the newest; what its tables held before, by label."""
    monkeypatch.setattr(paging, "SMALL", 0)  # no book is so small that it is searched without the index
    then = Then(first_version)
    filled = {"cum_qty": D(100), "gross_trade_amount": D("58512.5"), "avg_price": D("585.125")}
    hers = [
        then.order(alice, "pending_new", text="lunch money"),
        then.order(alice, "filled", **filled),
        then.order(alice, "canceled", symbol_id="BTCUSD", quantity=D("0.00030000"), price=D("91000.12345678")),
        then.order(alice, "new", order_type="stop", price=None, stop_price=D(500), text="Straße 7"),
    ]
    his = [then.order(bob, "new", client_order_id="hers-not")]
    then.order(desk, "new", text="without a log")
    then.execution(hers[1], "e-1", "40", "585.2")
    then.execution(hers[1], "e-2", "60", "585.075")
    then.log(alice, hers)
    then.log(bob, his)
    labels = ("market.Instrument", "orders.Order", "orders.Execution", "orders.OrderEvent")
    before = {label: then.rows(label) for label in labels}

    upgrade()
    return before


def test_what_a_site_of_the_first_version_has_is_all_there_counted_found_and_sorted(
    upgraded: dict[str, list[dict[str, Any]]], as_user: Any, alice: User, bob: User, desk: User
) -> None:
    now = {model._meta.label: rows_now(model) for model in (Instrument, Order, Execution, OrderEvent)}
    assert now == upgraded
    assert set(Order.objects.values_list("arrival_price", flat=True)) == {None}
    assert set(Instrument.objects.values_list("feed_symbol", flat=True)) == {""}

    told = {user.username: events.owner_totals(user.pk) for user in (alice, bob, desk)}
    assert {name: standing.head for name, standing in told.items()} == {"alice": 4, "bob": 1, "desk": 0}
    assert told["alice"].counts == {"working": 2, "filled": 1, "closed": 1, "all": 4}
    assert told["bob"].counts == told["desk"].counts == {"working": 1, "filled": 0, "closed": 0, "all": 1}

    def listed(**query: str) -> list[str]:
        answer = as_user(alice).get("/api/orders/", query).json()
        return [row["client_order_id"] for row in answer["results"]]

    found = {term: listed(search=term) for term in ("LUNCH", "btc", "straße", "without")}
    assert found == {"LUNCH": ["order-1"], "btc": ["order-3"], "straße": ["order-4"], "without": []}
    assert listed(ordering="-price,-id") == ["order-3", "order-2", "order-1", "order-4"]
    assert listed(ordering="price,id") == ["order-1", "order-2", "order-3", "order-4"]
    assert {"order_sorted_price", "order_sorted_text"} <= indexes()
    if connection.vendor == "postgresql":
        assert {"order_down_price", "order_search"} <= indexes()


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, "orders_order"))


def test_what_comes_after_an_upgrade_goes_on_with_the_numbers_and_the_fills_of_before(
    upgraded: object, alice: User, bob: User, desk: User
) -> None:
    order = Order.objects.get(client_order_id="order-1")
    order.text = "dinner money"
    order.save(update_fields=["text"])
    execute(order, "accept")
    place(bob)
    Order.objects.filter(user=desk).update(text="with a log")
    repeated = execute(Order.objects.get(client_order_id="order-2"), "fill", "40", "585.2", exec_id="e-1")

    assert [event["seq"] for event in log_of(alice)] == [1, 2, 3, 4, 5, 6]
    assert [event["kind"] for event in log_of(alice, after=4)] == ["corrected", "accepted"]
    assert [event["order"]["version"] for event in log_of(alice, after=4)] == [2, 3]
    assert [event["seq"] for event in log_of(bob)] == [1, 2]
    assert [event["seq"] for event in log_of(desk)] == [1]
    assert events.owner_totals(bob.pk).counts["working"] == 2
    assert (repeated.cum_qty, repeated.avg_price, repeated.version) == (D(100), D("585.125"), 1)


def test_the_demo_s_ether_gets_the_name_that_a_search_finds_unless_somebody_has_named_it(first_version: Model) -> None:
    names = {"ETHUSD": "Ether / US dollar", "ETHEUR": "Our Ether", "ETHX": "Ether / Euro"}
    for symbol, name in names.items():
        first_version("market.Instrument").objects.create(symbol=symbol, name=name, currency="USD")

    upgrade()

    assert dict(Instrument.objects.values_list("symbol", "name")) == names | {"ETHUSD": "Ethereum / US dollar"}
