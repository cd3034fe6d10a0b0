"""Bulk writes are in the log like any other: update, bulk_create, bulk_update and queryset deletes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Now
from django.test.utils import CaptureQueriesContext

from market.support import batches
from orders import trading
from orders.domain import rows
from orders.domain.lifecycle import Status
from orders.models import Order
from orders.models.querysets import OrderQuerySet
from tests.orders import builders
from tests.orders.builders import Event, fresh, head_of, log_of, order_in, place, rolled_back, told

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(autouse=True)
def aapl() -> None:
    builders.instrument("AAPL")


def unsaved(user: User, **fields: Any) -> Order:
    return Order(**{"user": user, "symbol": "AAPL", "side": "buy", "quantity": D(10), "price": D(5)} | fields)


def brief(collected: list[Event]) -> list[tuple[str, str, int]]:
    return [(event["user"], event["kind"], event["order"]["version"]) for event in collected]


@pytest.mark.both_databases
def test_an_update_is_one_event_for_every_row_that_changes(alice: User, bob: User) -> None:
    orders = [place(alice), place(alice, text="same"), place(bob)]
    with told(alice, bob) as collected:
        assert Order.objects.filter(pk__in=[order.pk for order in orders]).update(text="same") == 3
    assert brief(collected) == [("alice", "corrected", 2), ("bob", "corrected", 2)]


def test_an_update_that_changes_nothing_is_no_event(alice: User) -> None:
    place(alice, text="same")
    with told(alice) as collected:
        assert Order.objects.update(text="same") == 1
        assert Order.objects.none().update(text="other") == 0
        assert Order.objects.update() == 1
    assert collected == []


@pytest.mark.both_databases
def test_an_update_takes_expressions(alice: User) -> None:
    place(alice, quantity="10")
    place(alice, quantity="20")
    with told(alice) as collected:
        Order.objects.update(quantity=F("quantity") * 3, text=Concat(Value("now "), F("side")))
    assert sorted(event["order"]["quantity"] for event in collected) == ["30", "60"]
    assert {event["order"]["text"] for event in collected} == {"now buy"}


def test_an_update_cannot_touch_the_bookkeeping(alice: User) -> None:
    order = place(alice)
    before = rows.order_row(order)
    with told(alice) as collected:
        Order.objects.update(version=7, updated_at=Now())
        Order.objects.update(updated_at=order.created_at.replace(year=2001))
    assert collected == []
    assert rows.order_row(fresh(order)) == before
    with told(alice) as collected:
        Order.objects.update(version=F("version") + 7, text="x")
    assert brief(collected) == [("alice", "corrected", 2)]


@pytest.mark.both_databases
def test_an_update_through_a_join_tells_each_order_once(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH", 2)
    for _ in range(3):
        order = order_in(Status.NEW, alice)
        for _ in range(3):
            builders.fill(order, "1")
    with told(alice) as collected:
        Order.objects.filter(executions__kind="fill").update(text="has fills")
    assert [event["kind"] for event in collected] == ["corrected"] * 3


@pytest.mark.both_databases
def test_an_update_of_the_very_field_it_filters_by_tells_what_it_did(alice: User) -> None:
    for _ in range(3):
        place(alice)
    with told(alice) as collected:
        assert Order.objects.filter(text="").update(text="no more") == 3
        assert Order.objects.filter(text="").update(text="none left") == 0
    assert len(collected) == 3


@pytest.mark.both_databases
def test_an_update_of_more_rows_than_a_batch_tells_of_all(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH", 3)
    Order.objects.bulk_create([unsaved(alice, text=str(number)) for number in range(10)])
    with told(alice) as collected:
        assert Order.objects.update(quantity=F("quantity") + 1) == 10
    assert len(collected) == 10


def test_a_sliced_queryset_cannot_be_updated_as_in_django(alice: User) -> None:
    place(alice)
    with pytest.raises(TypeError, match="slice"):
        Order.objects.all()[:1].update(text="x")


@pytest.mark.both_databases
def test_an_ordered_or_distinct_queryset_can_be_updated(alice: User) -> None:
    place(alice)
    with told(alice) as collected:
        Order.objects.order_by("text").distinct().update(text="x")
        Order.objects.values("text").update(text="y")
    assert len(collected) == 2


@pytest.mark.both_databases
def test_an_update_can_give_orders_away(alice: User, bob: User) -> None:
    place(alice)
    place(bob)
    with told(alice, bob) as collected:
        Order.objects.update(user=bob)
    assert brief(collected) == [("alice", "deleted", 2), ("bob", "created", 3)]
    with told(alice, bob) as collected:
        Order.objects.filter(user=bob).update(user_id=alice.pk, text="back")
    assert brief(collected) == [
        ("alice", "created", 5),
        ("alice", "created", 3),
        ("bob", "deleted", 4),
        ("bob", "deleted", 2),
    ]


@pytest.mark.both_databases
def test_an_update_that_the_database_refuses_leaves_nothing(alice: User) -> None:
    place(alice)
    with told(alice) as collected, pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.update(quantity=D(-1))
    assert collected == []


@pytest.mark.both_databases
def test_bulk_create_tells_of_every_order(alice: User, bob: User) -> None:
    orders = [unsaved(alice, quantity="1.50"), unsaved(bob), unsaved(alice, version=9)]
    with told(alice, bob) as collected:
        created = Order.objects.bulk_create(orders)
    assert brief(collected) == [("alice", "created", 1), ("alice", "created", 1), ("bob", "created", 1)]
    assert [order.version for order in created] == [1, 1, 1]


def test_bulk_create_of_nothing_is_nothing(alice: User) -> None:
    with told(alice) as collected:
        assert Order.objects.bulk_create([]) == []
    assert collected == []


@pytest.mark.parametrize("option", ["ignore_conflicts", "update_conflicts"])
def test_bulk_create_refuses_to_hide_conflicts(alice: User, option: str) -> None:
    with pytest.raises(ValueError, match="conflicts"):
        Order.objects.bulk_create([unsaved(alice)], **{option: True})


@pytest.mark.both_databases
def test_bulk_create_with_a_conflict_leaves_nothing(alice: User) -> None:
    with told(alice) as collected, pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.bulk_create([unsaved(alice, client_order_id="x"), unsaved(alice, client_order_id="x")])
    assert collected == []


@pytest.mark.both_databases
def test_bulk_update_tells_of_what_really_changed(alice: User, bob: User) -> None:
    orders = [place(alice), place(alice), place(bob)]
    orders[0].text, orders[2].text, orders[1].price = "a", "b", D(1)
    with told(alice, bob) as collected:
        assert Order.objects.bulk_update(orders, ["text"]) == 3
    assert brief(collected) == [("alice", "corrected", 2), ("bob", "corrected", 2)]


@pytest.mark.both_databases
def test_bulk_update_in_batches_tells_of_all(alice: User) -> None:
    orders = [place(alice) for _ in range(5)]
    for number, order in enumerate(orders):
        order.quantity, order.price = D(number + 1), F("price") + 1
    with told(alice) as collected:
        Order.objects.bulk_update(orders, ["quantity", "price"], batch_size=2)
    assert [event["changes"]["quantity"][1] for event in collected] == ["1", "2", "3", "4", "5"]
    assert {event["changes"]["price"][1] for event in collected} == {"586.33"}


@pytest.mark.both_databases
def test_a_queryset_delete_tells_of_every_order_with_its_last_state(alice: User, bob: User) -> None:
    orders = [order_in(Status.FILLED, alice), place(bob), place(alice)]
    last = [rows.order_row(fresh(order)) for order in orders]
    with told(alice, bob) as collected:
        total, counted = Order.objects.all().delete()
    assert (counted["orders.Order"], total) == (3, 3 + counted["orders.Execution"])
    by_id = {event["order"]["id"]: event["order"] for event in collected}
    assert by_id == {row["id"]: row | {"version": row["version"] + 1} for row in last}
    assert not Order.objects.exists()


def test_a_delete_tells_of_what_was_stored_whatever_the_instance_says(alice: User) -> None:
    order = place(alice, text="stored")
    held = fresh(order)
    trading.amend(alice, order.pk, 1, {"text": "amended"})
    held.text = "never saved"
    assert held.delete()[1]["orders.Order"] == 1
    assert held.pk is None
    last = log_of(alice)[-1]
    assert (last["kind"], last["order"]["text"], last["order"]["version"]) == ("deleted", "amended", 3)
    order.delete()  # it is gone, which is no event
    assert head_of(alice) == 3
    with pytest.raises(ValueError, match="never saved"):
        Order(user=alice).delete()


def test_a_queryset_delete_takes_only_what_it_has_locked(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    first = place(alice)
    by_id = OrderQuerySet.by_id

    def joined_by_another(orders: Any, *arguments: Any, **options: Any) -> list[Any]:
        patch.undo()
        found = by_id(orders, *arguments, **options)
        place(alice)  # it matches by now, and is nobody's to delete
        return found

    with monkeypatch.context() as patch:
        patch.setattr(OrderQuerySet, "by_id", joined_by_another)
        Order.objects.filter(user=alice).delete()
    assert [order.pk for order in Order.objects.all()] == [first.pk + 1]
    assert [event["kind"] for event in log_of(alice)] == ["created", "created", "deleted"]


def test_deletes_ask_for_no_owner_one_by_one(alice: User, bob: User) -> None:
    for user in (alice, bob):
        place(user)
    with CaptureQueriesContext(connection) as two:
        Order.objects.all().delete()
    for user in (alice, bob, alice, bob, alice):
        place(user)
    with CaptureQueriesContext(connection) as five:
        Order.objects.all().delete()
    assert len(two) == len(five)


def test_a_delete_of_nothing_is_nothing(alice: User) -> None:
    with told(alice) as collected:
        assert Order.objects.filter(text="nobody's").delete() == (0, {})
    assert collected == []


def test_a_sliced_queryset_cannot_be_deleted_as_in_django(alice: User) -> None:
    place(alice)
    with pytest.raises(TypeError, match="limit"):
        Order.objects.all()[:1].delete()


@pytest.mark.both_databases
def test_a_bulk_write_that_is_rolled_back_leaves_nothing(alice: User) -> None:
    place(alice)
    for write in (
        lambda: Order.objects.update(text="x"),
        lambda: Order.objects.bulk_create([unsaved(alice)]),
        lambda: Order.objects.all().delete(),
    ):
        with told(alice) as collected, rolled_back():
            write()
        assert collected == []


def test_reads_for_a_trader_find_his_own_orders_alone(alice: User, bob: User) -> None:
    mine = place(alice)
    place(bob)
    done = order_in(Status.FILLED, alice)
    assert set(Order.objects.for_trader(alice)) == {mine, done}
    assert list(Order.objects.for_trader(alice).working()) == [mine]
