"""The log of single saves: every committed change is one numbered event of its owner, whatever made it."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import serializers
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import IntegrityError, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.db.models.signals import post_save

from orders import trading
from orders.domain import rows
from orders.domain.lifecycle import Kind, Status
from orders.log import events, recording, upkeep
from orders.log.provenance import Source, acting
from orders.models import Change, Order, OrderEvent
from orders.models.changes import bulk_written
from tests.orders import builders
from tests.orders.builders import fresh, head_of, log_of, order_in, place, rolled_back, told
from webapp.db.committing import CommittingMixin

pytestmark = pytest.mark.django_db
D = Decimal


def kinds(collected: list[dict[str, Any]]) -> list[str]:
    return [event["kind"] for event in collected]


def test_an_event_says_what_happened_to_which_order_by_whom_and_when(alice: User) -> None:
    order = place(alice)
    with told(alice) as collected, acting(Source.REST, "alice"):
        trading.amend(alice, order.pk, 1, {"text": "hello"})
    [event] = collected
    at = event.pop("at")
    assert at >= event["order"]["updated_at"]
    assert event == {
        "seq": 2,
        "user": "alice",
        "kind": "amended",
        "order": rows.order_row(fresh(order)),
        "changes": {"text": ["", "hello"]},
        "source": "rest",
        "actor": "alice",
    }


def test_a_save_inside_another_s_signal_tells_of_each_what_it_was(alice: User) -> None:
    outer, inner = place(alice), place(alice)
    inner.text = "saved on the way"

    def save_another(instance: Order, **_: Any) -> None:
        if instance.pk == outer.pk:
            inner.save()

    connected = post_save.receivers
    post_save.receivers = []  # so that this one hears of it before the log does
    try:
        post_save.connect(save_another, sender=Order)
        post_save.receivers += connected
        outer.text = "saved first"
        with told(alice) as collected:
            outer.save()
    finally:
        post_save.receivers = connected
        post_save.sender_receivers_cache.clear()
    assert [event["changes"] for event in collected] == [
        {"text": ["", "saved on the way"]},
        {"text": ["", "saved first"]},
    ]


def test_a_save_that_fails_leaves_nothing_for_the_next(alice: User) -> None:
    order = place(alice)
    order.side = "neither"
    with pytest.raises(IntegrityError), transaction.atomic():
        order.save()
    order.side = "sell"
    with told(alice) as collected:
        order.save()
    assert [event["changes"] for event in collected] == [{"side": ["buy", "sell"]}]


def test_lists_are_told_of_by_the_signal_of_every_bulk_write(alice: User) -> None:
    builders.instrument()
    heard: list[Change[Order]] = []

    def hear(changes: list[Change[Order]], **_: Any) -> None:
        heard.extend(changes)

    bulk_written.connect(hear, sender=Order)
    try:
        placed = trading.place_many(alice, [builders.new_order(), builders.new_order()])
        orders = [each.order for each in placed]
        trading.amend_many(alice, [trading.Amend(order.pk, 1, {"text": "a"}) for order in orders])
        Order.objects.filter(user=alice).update(text="b")
    finally:
        bulk_written.disconnect(hear, sender=Order)
    said = [(each.before and each.before.text, each.after and each.after.text, each.kind) for each in heard]
    assert said == [(None, "", None)] * 2 + [("", "a", Kind.AMENDED)] * 2 + [("a", "b", None)] * 2


def test_a_change_that_nobody_claims_is_the_systems(alice: User) -> None:
    with acting(Source.ADMIN, "admin"):
        place(alice)
    place(alice)
    assert [(event["source"], event["actor"]) for event in log_of(alice)] == [("admin", "admin"), ("system", None)]


@pytest.mark.both_databases
def test_the_columns_of_an_event_say_what_its_text_says(alice: User) -> None:
    order_in(Status.FILLED, alice)
    for event, body in zip(OrderEvent.objects.order_by("seq"), log_of(alice), strict=True):
        columns = (event.seq, event.order_id, event.version, event.kind, event.source, event.actor)
        told_of = (
            body["seq"],
            body["order"]["id"],
            body["order"]["version"],
            body["kind"],
            body["source"],
            body["actor"],
        )
        assert columns == told_of
        assert rows.timestamp(event.at) == body["at"]


def test_a_life_of_an_order_is_told_step_by_step(alice: User) -> None:
    with told(alice) as collected:
        order = place(alice)
        builders.execute(order, "accept")
        builders.fill(order, "40")
        trading.cancel(alice, order.pk)
        builders.execute(order, "cancel_refused")
        trading.cancel(alice, order.pk)
        builders.execute(order, "cancel")
        builders.fill(order, "60")
    assert kinds(collected) == [
        "created",
        "accepted",
        "partially_filled",
        "cancel_requested",
        "cancel_refused",
        "cancel_requested",
        "canceled",
        "filled",
    ]


def test_a_plain_save_is_a_correction(alice: User) -> None:
    order = place(alice)
    with told(alice) as collected:
        order.text = "from the shell"
        order.save()
    assert kinds(collected) == ["corrected"]
    assert collected[0]["changes"] == {"text": ["", "from the shell"]}
    assert order.version == 2


def test_a_save_that_names_its_fields_tells_of_those_alone(alice: User) -> None:
    order = place(alice)
    with told(alice) as collected:
        order.text, order.price = "saved", D(1)
        order.save(update_fields=["text"])
    assert collected[0]["changes"] == {"text": ["", "saved"]}
    assert fresh(order).price == D("585.33")


@pytest.mark.parametrize("names", [None, ["text"], ["text", "version", "updated_at"], [], ["gross_trade_amount"]])
def test_a_save_that_changes_nothing_is_no_event(alice: User, names: list[str] | None) -> None:
    order = fresh(order_in(Status.PARTIALLY_FILLED, alice))
    before = rows.order_row(order)
    with told(alice) as collected:
        order.save(update_fields=names)
    assert collected == []
    assert rows.order_row(fresh(order)) == before


def test_bookkeeping_cannot_be_changed_by_hand(alice: User) -> None:
    order = place(alice)
    before = rows.order_row(order)
    with told(alice) as collected:
        order.version, order.updated_at = 99, order.created_at.replace(year=2001)
        order.save()
        order.version = 99
        order.save(update_fields=["version"])
    assert collected == []
    assert rows.order_row(fresh(order)) == before


@pytest.mark.both_databases
def test_a_stale_instance_overwrites_and_the_event_says_so(alice: User) -> None:
    order = place(alice)
    stale = fresh(order)
    trading.amend(alice, order.pk, 1, {"text": "new", "quantity": D(7)})
    with told(alice) as collected:
        stale.price = D(600)
        stale.save()
    [event] = collected
    assert event["changes"] == {
        "text": ["new", ""],
        "quantity": ["7", "100"],
        "leaves_qty": ["7", "100"],
        "price": ["585.33", "600"],
    }
    assert event["order"]["version"] == 3


@pytest.mark.both_databases
def test_a_stale_instance_that_names_its_fields_overwrites_those_alone(alice: User) -> None:
    order = place(alice)
    stale = fresh(order)
    trading.amend(alice, order.pk, 1, {"text": "new"})
    with told(alice) as collected:
        stale.price = D(600)
        stale.save(update_fields=["price"])
    assert collected[0]["changes"] == {"price": ["585.33", "600"]}
    assert collected[0]["order"]["text"] == "new"


@pytest.mark.both_databases
def test_a_stale_instance_of_an_order_given_away_since_raises_the_version_by_one(alice: User, bob: User) -> None:
    order = place(alice)
    stale = fresh(order)
    Order.objects.update(user=bob)
    with told(bob) as collected:
        stale.price = D(600)
        stale.save(update_fields=["price"])
    assert (collected[0]["kind"], collected[0]["order"]["user"]) == ("corrected", "bob")
    assert collected[0]["order"]["version"] == stale.version == fresh(order).version == 4


@pytest.mark.both_databases
def test_an_expression_is_told_as_the_value_it_had(alice: User) -> None:
    order = place(alice)
    with told(alice) as collected:
        order.quantity, order.text = F("quantity") + 1, Concat(F("client_order_id"), Value("!"))
        order.save(update_fields=["quantity", "text"])
        order.quantity = F("quantity") * 2
        order.save()
    assert collected[0]["changes"]["text"] == ["", f"{order.client_order_id}!"]
    assert [event["order"]["quantity"] for event in collected] == ["101", "202"]
    assert order.quantity == D(202)


@pytest.mark.parametrize("loaded", [("id",), ("id", "text"), ("text", "user", "version")])
@pytest.mark.both_databases
def test_an_instance_with_deferred_fields_saves_and_tells_what_was_changed(
    alice: User, loaded: tuple[str, ...]
) -> None:
    order = order_in(Status.PARTIALLY_FILLED, alice)
    partly = Order.objects.only(*loaded).get(pk=order.pk)
    trading.amend(alice, order.pk, order.version, {"price": D(600)})
    with told(alice) as collected:
        partly.text = "partly loaded"
        partly.save()
    assert [event["changes"] for event in collected] == [{"text": ["", "partly loaded"]}]


def test_an_order_made_by_a_plain_save_is_created(alice: User) -> None:
    builders.instrument()
    with told(alice) as collected:
        Order.objects.create(user=alice, symbol="AAPL", side="buy", quantity=1, price=2)
        Order(user=alice, symbol_id="AAPL", side="sell", quantity="1.50", order_type="market").save()
        Order.objects.get_or_create(
            client_order_id="x", defaults={"user": alice, "symbol_id": "AAPL", "side": "buy", "quantity": 1, "price": 1}
        )
        Order.objects.update_or_create(client_order_id="x", defaults={"text": "updated"})
    assert kinds(collected) == ["created", "created", "created", "corrected"]
    assert [event["changes"] for event in collected[:3]] == [{}, {}, {}]


def test_a_deleted_order_leaves_with_its_last_state(alice: User) -> None:
    order = order_in(Status.PARTIALLY_FILLED, alice)
    last = rows.order_row(fresh(order))
    with told(alice) as collected:
        order.text = "never saved"
        order.delete()
    assert kinds(collected) == ["deleted"]
    assert collected[0]["order"] == last | {"version": last["version"] + 1}


def test_deleting_twice_is_one_event(alice: User) -> None:
    order = place(alice)
    again = fresh(order)
    with told(alice) as collected:
        order.delete()
        again.delete()
    assert kinds(collected) == ["deleted"]


@pytest.mark.both_databases
def test_a_deleted_order_that_is_saved_again_goes_on_from_its_last_version(alice: User) -> None:
    order = place(alice)
    undo = fresh(order)
    with told(alice) as collected:
        order.delete()
        undo.save()
        undo.text = "back"
        undo.save()
        Order.objects.filter(pk=undo.pk).delete()
        Order.objects.bulk_create([undo])
    assert kinds(collected) == ["deleted", "created", "corrected", "deleted", "created"]
    assert [event["order"]["version"] for event in collected] == [2, 3, 4, 5, 6]


@pytest.mark.both_databases
def test_an_order_given_to_another_owner_leaves_one_log_and_enters_the_other(alice: User, bob: User) -> None:
    order = place(alice)
    with told(alice) as left, told(bob) as came:
        order.user = bob
        order.save()
    assert (kinds(left), kinds(came)) == (["deleted"], ["created"])
    assert [event["order"]["version"] for event in left + came] == [2, 3]
    assert (left[0]["order"]["user"], came[0]["order"]["user"]) == ("alice", "bob")
    with told(alice, bob) as collected:
        order.user_id = alice.pk
        order.save(update_fields=["user"])
    assert [(event["user"], event["kind"]) for event in collected] == [("alice", "created"), ("bob", "deleted")]
    assert order.version == fresh(order).version == 5


@pytest.mark.both_databases
def test_a_rollback_leaves_nothing_not_even_a_hole(alice: User) -> None:
    order = place(alice)
    with told(alice) as collected:
        with rolled_back():
            trading.amend(alice, order.pk, 1, {"text": "lost"})
            place(alice)
        trading.amend(alice, order.pk, 1, {"text": "kept"})
    assert [event["changes"] for event in collected] == [{"text": ["", "kept"]}]


@pytest.mark.both_databases
def test_a_savepoint_that_is_rolled_back_leaves_nothing_of_its_own(alice: User) -> None:
    with told(alice) as collected, transaction.atomic():
        place(alice, text="before")
        with rolled_back():
            place(alice, text="lost")
        place(alice, text="after")
    assert [event["order"]["text"] for event in collected] == ["before", "after"]


@pytest.mark.both_databases
def test_a_save_that_the_database_refuses_leaves_nothing(alice: User) -> None:
    order = place(alice)
    for values in ({"quantity": D(-1)}, {"status": "lost"}, {"side": "up"}, {"price": None}, {"cum_qty": D(5)}):
        broken = fresh(order)
        for name, value in values.items():
            setattr(broken, name, value)
        with told(alice) as collected, pytest.raises((IntegrityError, ValueError)), transaction.atomic():
            broken.save()
        assert collected == []


@pytest.mark.both_databases
def test_the_instance_can_be_saved_again_after_a_refusal(alice: User) -> None:
    order = place(alice)
    order.quantity = D(-1)
    with pytest.raises(IntegrityError), transaction.atomic():
        order.save()
    with told(alice) as collected:
        order.quantity = D(5)
        order.save()
    assert collected[0]["changes"] == {"quantity": ["100", "5"], "leaves_qty": ["100", "5"]}


def test_owners_are_numbered_apart(alice: User, bob: User) -> None:
    for owner in (alice, bob, alice, bob, bob):
        place(owner)
    assert [event["seq"] for event in log_of(alice)] == [1, 2]
    assert [event["seq"] for event in log_of(bob)] == [1, 2, 3]


def test_a_fixture_that_is_loaded_raw_makes_no_events(alice: User) -> None:
    order = place(alice)
    fixture = serializers.serialize("python", [order])
    with told(alice) as collected:
        for loaded in serializers.deserialize("python", fixture):
            loaded.save()
    assert collected == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_the_log_is_read_in_pages_after_a_number(alice: User) -> None:
    for _ in range(5):
        place(alice)
    assert [event.seq for event in events.since(alice.pk, 2)] == [3, 4, 5]
    assert [event.seq for event in events.since(alice.pk, 0, limit=2)] == [1, 2]
    assert events.since(alice.pk, 5) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_heads_are_zero_for_owners_without_a_log(alice: User, bob: User) -> None:
    place(alice)
    assert events.heads([alice.pk, bob.pk]) == {alice.pk: 1, bob.pk: 0}
    assert events.heads() == {alice.pk: 1}


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_a_trimmed_log_keeps_its_numbers(alice: User) -> None:
    for _ in range(5):
        place(alice)
    assert upkeep.trim(alice.pk, 3) == 3
    assert events.head_and_trimmed(alice.pk) == (5, 3)
    assert [event.seq for event in events.since(alice.pk, 0)] == [4, 5]
    assert upkeep.trim(alice.pk, 2) == 0
    assert events.head_and_trimmed(alice.pk) == (5, 3)
    assert upkeep.trim(alice.pk, 99) == 2
    assert events.head_and_trimmed(alice.pk) == (5, 5)
    place(alice)
    assert head_of(alice) == 6


def test_a_database_that_can_not_number_events_is_refused(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(CommittingMixin, "prepare_commit")
    with pytest.raises(ImproperlyConfigured, match=r"webapp\.db"):
        place(alice)


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_an_event_outside_the_transaction_of_its_change_is_refused(alice: User) -> None:
    order = place(alice)
    with pytest.raises(transaction.TransactionManagementError):
        recording.record([Change(order, None)])


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_totals_are_put_right_after_rows_were_written_behind_the_log(alice: User, bob: User) -> None:
    place(alice)
    place(bob)
    order_in(Status.FILLED, alice)
    models.QuerySet(Order).filter(user=alice).update(status="canceled")
    call_command("recount", stdout=StringIO())
    totals = events.owner_totals(alice.pk)
    assert totals == (head_of(alice), {"working": 0, "filled": 0, "closed": 2, "all": 2})
    assert [upkeep.recount(user.pk) for user in (alice, bob)] == [False, False]
