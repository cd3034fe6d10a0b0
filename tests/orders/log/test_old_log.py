"""A log that an earlier release began: whoever reads it finds every field that an order has by now."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User

from orders.domain import fields, rows
from orders.live.threads import in_thread
from orders.models import Order, OrderEvent
from tests.orders.builders import fresh, log_of, place
from tests.sockets import connected

pytestmark = pytest.mark.django_db(transaction=True)

# Of an order of the first release. A field that comes later `is_later`, and is never added here.
FIRST = {
    *("id", "client_order_id", "user", "symbol", "side", "order_type", "time_in_force", "quantity", "price"),
    *("stop_price", "status", "cum_qty", "leaves_qty", "avg_price", "text", "version", "created_at", "updated_at"),
}


@pytest.fixture
def order(alice: User) -> Order:
    """Placed, and its event as the first release has logged it; the text tries to look like a field."""
    placed = place(alice, text='"arrival_price":')
    event = OrderEvent.objects.get()
    body = json.loads(event.body)
    body["order"] = {field: value for field, value in body["order"].items() if field in FIRST}
    OrderEvent.objects.update(body=json.dumps(body, separators=(",", ":")))
    return placed


def test_a_field_that_is_new_is_named_as_such(alice: User) -> None:
    assert rows.order_row(place(alice)).keys() == FIRST | set(fields.LATER)


@pytest.mark.parametrize("path", ["/api/events/", "/api/orders/{}/events/"])
def test_rest_has_all_fields_of_an_old_event(as_user: Any, alice: User, order: Order, path: str) -> None:
    [event] = as_user(alice).get(path.format(order.pk)).json()["results"]
    assert event["order"] == rows.order_row(fresh(order))
    assert event["changes"] == {}


async def test_a_replay_has_all_fields_of_an_old_event(alice: User, order: Order) -> None:
    await in_thread(place, alice)
    async with connected(alice) as client:
        await client.follow(after=0)
        await client.until_applied(lambda: client.last["alice"] == 2)
        old, new = client.applied["alice"]
        assert list(old["order"]) == list(new["order"])
        assert old["order"]["arrival_price"] is None
        assert old["replay"]


def test_an_event_of_this_release_is_read_as_it_was_written(alice: User) -> None:
    place(alice, text="größer")
    [body] = OrderEvent.objects.values_list("body", flat=True)
    assert rows.completed(body) is body
    assert [json.loads(body)] == log_of(alice)
