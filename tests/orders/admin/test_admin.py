"""Data entry in the admin: through the services, with the same rules, the same log and no silent deletes."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from market.models import Instrument
from orders.domain.lifecycle import ExecutionKind, Status
from orders.models import Order, OrderEvent
from tests.orders.builders import fresh, order_in, place

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "django.contrib.auth.backends.ModelBackend"
LIST = "/admin/orders/order/"


@pytest.fixture
def admin(administrator: User) -> Client:
    client = Client()
    client.force_login(administrator, BACKEND)
    return client


def typed(alice: User, aapl: Instrument, **fields: Any) -> dict[str, Any]:
    form = {"user": alice.pk, "symbol": "AAPL", "side": "buy", "order_type": "limit", "time_in_force": "day"}
    return (
        form
        | {"quantity": "18", "price": "585.33", "stop_price": "", "text": "", "client_order_id": "typed-1"}
        | fields
    )


def amended(order: Order, **fields: Any) -> dict[str, Any]:
    """The change form of this order as a browser sends it, opened at version 2."""
    form = {"quantity": str(order.quantity), "price": str(order.price), "stop_price": "", "text": order.text}
    inline = {"executions-TOTAL_FORMS": "0", "executions-INITIAL_FORMS": "0"}
    return form | inline | {"expected_version": "2"} | fields


def act(admin: Client, kind: str, *orders: Order, **fields: Any) -> Any:
    data = {"action": f"step_{kind}", "_selected_action": [order.pk for order in orders], **fields}
    return admin.post(LIST, data, follow=True)


def test_an_order_typed_in_is_placed_for_its_owner(admin: Client, alice: User, aapl: Instrument) -> None:
    answer = admin.post(f"{LIST}add/", typed(alice, aapl))

    assert answer.status_code == 302
    order = Order.objects.get(client_order_id="typed-1")
    assert (order.user, order.status) == (alice, "pending_new")
    event = OrderEvent.objects.get()
    assert (event.kind, event.source, event.actor) == ("created", "admin", "admin")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"price": ""}, "Required for a limit order."),
        ({"price": "-1"}, "Must be greater than 0."),
        ({"quantity": "0.5"}, "multiple of the lot size"),
        ({"order_type": "market"}, "Not allowed for a market order."),
        ({"text": "left\u202eright"}, "bidirectional"),
        ({"client_order_id": "no spaces"}, "1 to 36 characters: A-Z"),
        ({"symbol": "NOPE"}, "Select a valid choice"),
    ],
)
def test_what_the_rules_refuse_stands_in_the_form_with_what_was_typed(
    admin: Client, alice: User, aapl: Instrument, fields: dict[str, Any], message: str
) -> None:
    answer = admin.post(f"{LIST}add/", typed(alice, aapl, **fields))

    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert "typed-1" in answer.content.decode() or "no spaces" in answer.content.decode()
    assert not Order.objects.exists()
    assert not OrderEvent.objects.exists()


def test_a_client_order_id_that_is_taken_is_refused_in_the_form(admin: Client, alice: User, aapl: Instrument) -> None:
    admin.post(f"{LIST}add/", typed(alice, aapl))

    answer = admin.post(f"{LIST}add/", typed(alice, aapl, quantity="19"))

    assert answer.status_code == 200
    assert Order.objects.count() == 1


def test_an_amendment_is_an_event_of_the_administrator(admin: Client, alice: User) -> None:
    order = order_in(Status.NEW, alice)

    answer = admin.post(f"{LIST}{order.pk}/change/", amended(order, quantity="120", text="more"))

    assert answer.status_code == 302, answer.content.decode()
    assert (fresh(order).quantity, fresh(order).text) == (120, "more")
    event = OrderEvent.objects.latest("seq")
    assert (event.kind, event.source, event.actor) == ("amended", "admin", "admin")


def test_a_change_in_between_is_not_overwritten_and_the_typed_values_stay(admin: Client, alice: User) -> None:
    order = order_in(Status.NEW, alice)
    Order.objects.filter(pk=order.pk).update(text="meanwhile")

    answer = admin.post(f"{LIST}{order.pk}/change/", amended(order, quantity="120", text="mine"))

    page = answer.content.decode()
    assert "The order has changed" in page
    assert 'value="mine"' in page
    assert fresh(order).text == "meanwhile"


def test_saving_without_a_change_makes_no_event(admin: Client, alice: User) -> None:
    order = order_in(Status.NEW, alice)
    assert admin.post(f"{LIST}{order.pk}/change/", amended(order)).status_code == 302

    assert fresh(order).version == 2


def test_a_closed_order_can_only_be_looked_at(admin: Client, alice: User) -> None:
    order = order_in(Status.FILLED, alice)

    page = admin.get(f"{LIST}{order.pk}/change/").content.decode()

    assert 'name="quantity"' not in page
    assert "partially_filled" in page or "filled" in page


def test_the_history_of_events_is_shown_under_the_order(admin: Client, alice: User) -> None:
    order = order_in(Status.PARTIALLY_FILLED, alice, text="<script>alert(1)</script>")

    page = admin.get(f"{LIST}{order.pk}/change/").content.decode()

    for kind in ("created", "accepted", "partially_filled"):
        assert f"<td>{kind}</td>" in page
    assert "<script>alert(1)" not in page


def test_a_step_asks_for_its_reason_first(admin: Client, alice: User) -> None:
    order = place(alice)

    asked = act(admin, "reject", order)
    refused = act(admin, "reject", order, confirmed="yes", text="")
    assert fresh(order).status == "pending_new"
    done = act(admin, "reject", order, confirmed="yes", text="Too far away")

    assert "Reject orders" in asked.content.decode()
    assert "This field is required." in refused.content.decode()
    assert "Reject: 1 done." in done.content.decode()
    assert (fresh(order).status, fresh(order).text) == ("rejected", "Too far away")
    assert OrderEvent.objects.latest("seq").source == "admin"


def test_only_orders_whose_status_allows_the_step_take_it(admin: Client, alice: User) -> None:
    waiting, filled = place(alice), order_in(Status.FILLED, alice)

    asked = act(admin, "accept", waiting, filled).content.decode()
    act(admin, "accept", waiting, filled, confirmed="yes", text="")

    assert "Not included, because" in asked
    assert fresh(waiting).status == "new"
    assert fresh(filled).version == filled.version


def test_a_fill_takes_what_is_left_at_the_limit_unless_told_otherwise(admin: Client, alice: User) -> None:
    whole, part = order_in(Status.NEW, alice), order_in(Status.NEW, alice)

    act(admin, "fill", whole, confirmed="yes", last_qty="", last_price="", text="")
    act(admin, "fill", part, confirmed="yes", last_qty="5", last_price="10", text="")

    assert (fresh(whole).status, fresh(whole).avg_price) == ("filled", whole.price)
    assert (fresh(part).status, fresh(part).cum_qty, fresh(part).avg_price) == ("partially_filled", 5, 10)


def test_an_impossible_fill_is_told_and_changes_nothing(admin: Client, alice: User) -> None:
    order = order_in(Status.NEW, alice)

    answer = act(admin, "fill", order, confirmed="yes", last_qty="100000", last_price="10", text="")

    assert "that can still be filled" in answer.content.decode()
    assert fresh(order).version == order.version


@pytest.mark.parametrize("kind", list(ExecutionKind))
def test_every_step_has_its_action_and_its_page(admin: Client, alice: User, kind: ExecutionKind) -> None:
    answer = act(admin, kind, order_in(Status.NEW, alice))

    assert answer.status_code == 200


def test_a_cancel_is_asked_for_in_the_owner_s_place(admin: Client, alice: User) -> None:
    order = order_in(Status.NEW, alice)

    admin.post(LIST, {"action": "request_cancel", "_selected_action": [order.pk]})

    assert fresh(order).status == "pending_cancel"
    assert OrderEvent.objects.latest("seq").actor == "admin"


def test_nothing_is_deleted(admin: Client, alice: User) -> None:
    order = place(alice)
    event = OrderEvent.objects.get()

    assert admin.post(f"{LIST}{order.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin.post(f"/admin/orders/orderevent/{event.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in admin.get(LIST).content.decode()
    assert Order.objects.exists()


def test_the_log_is_read_only(admin: Client, alice: User) -> None:
    place(alice)
    event = OrderEvent.objects.get()

    assert admin.get("/admin/orders/orderevent/add/").status_code == 403
    assert admin.get("/admin/orders/orderevent/").status_code == 200
    assert admin.post(f"/admin/orders/orderevent/{event.pk}/change/", {"kind": "deleted"}).status_code == 403


def test_orders_are_found_by_symbol_id_owner_and_text(admin: Client, alice: User, bob: User) -> None:
    mine = place(alice, client_order_id="find-me", text="hedge of the day")
    place(bob, client_order_id="other")

    for term in ("find-me", "hedge", "alice"):
        page = admin.get(LIST, {"q": term}).content.decode()
        assert f"/{mine.pk}/change/" in page
        assert "other" not in page


def test_instruments_are_completed_as_one_types(admin: Client, aapl: Instrument) -> None:
    parameters = {"term": "App", "app_label": "orders", "model_name": "order", "field_name": "symbol"}

    answer = admin.get("/admin/autocomplete/", parameters)

    assert answer.json()["results"] == [{"id": "AAPL", "text": "AAPL"}]


def test_staff_without_the_broker_s_permission_takes_no_steps(alice: User, bob: User) -> None:
    bob.is_staff = True
    bob.save(update_fields=["is_staff"])
    bob.user_permissions.add(*Permission.objects.filter(codename__in=["view_order", "change_order"]))
    client = Client()
    client.force_login(bob, BACKEND)
    order = place(alice)

    act(client, "accept", order, confirmed="yes", text="")

    assert fresh(order).status == "pending_new"
    assert client.get("/admin/orders/order/").status_code == 200


def test_a_trader_has_no_admin(alice: User) -> None:
    client = Client()
    client.force_login(alice, BACKEND)

    assert client.get(LIST).status_code == 302


def test_instruments_are_edited_in_one_place_and_keep_their_symbol(admin: Client, aapl: Instrument) -> None:
    form = {"name": "Apple Inc.", "currency": "USD", "tick_size": "0.05", "lot_size": "1", "price_decimals": "2"}

    answer = admin.post(f"/admin/market/instrument/{aapl.pk}/change/", form | {"active": "on", "symbol": "OTHER"})

    aapl.refresh_from_db()
    assert answer.status_code == 302
    assert (aapl.symbol, aapl.name, str(aapl.tick_size.normalize())) == ("AAPL", "Apple Inc.", "0.05")
