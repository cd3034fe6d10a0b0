"""The event log over REST: a person's own, an order's history, and for the desk a named person's."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from orders.domain.lifecycle import Status
from tests.orders.builders import apply, log_of, order_in, place, snapshot_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(as_user: Any, alice: User) -> Any:
    return as_user(alice)


@pytest.mark.both_databases
def test_the_log_is_read_in_order_and_in_pieces(api: Any, alice: User) -> None:
    order_in(Status.FILLED, alice)
    order_in(Status.PENDING_CANCEL, alice)
    whole = api.get("/api/events/").json()
    assert whole == {"head": 6, "results": log_of(alice)}
    pieces, after = [], 0
    while piece := api.get("/api/events/", {"after": after, "limit": 4}).json()["results"]:
        pieces += piece
        after = piece[-1]["seq"]
    assert pieces == whole["results"]
    assert [event["seq"] for event in pieces] == [1, 2, 3, 4, 5, 6]


def test_the_log_applied_from_nothing_is_the_table(api: Any, alice: User) -> None:
    for status in Status:
        order_in(status, alice)
    told = api.get("/api/events/?limit=1000").json()["results"]
    assert apply({}, told) == snapshot_of(alice)


def test_an_empty_log_and_a_position_beyond_the_head_are_no_error(api: Any) -> None:
    assert api.get("/api/events/").json() == {"head": 0, "results": []}
    assert api.get("/api/events/?after=9223372036854775807").json() == {"head": 0, "results": []}


def test_an_orders_history_is_its_own_events(api: Any, alice: User) -> None:
    place(alice)
    order = order_in(Status.PENDING_CANCEL, alice)
    history = api.get(f"/api/orders/{order.pk}/events/").json()
    assert history["head"] == 4
    assert [event["seq"] for event in history["results"]] == [2, 3, 4]
    assert [event["kind"] for event in history["results"]] == ["created", "accepted", "cancel_requested"]
    rest = api.get(f"/api/orders/{order.pk}/events/", {"after": 2, "limit": 1}).json()
    assert [event["seq"] for event in rest["results"]] == [3]


def test_the_desk_reads_a_named_persons_log(as_user: Any, alice: User, desk: User) -> None:
    order_in(Status.NEW, alice)
    assert as_user(desk).get("/api/events/?user=alice&after=1").json() == {"head": 2, "results": log_of(alice)[1:]}
    assert as_user(desk).get("/api/events/").json() == {"head": 0, "results": []}


@pytest.mark.django_db(transaction=False)
@pytest.mark.both_databases
def test_a_page_of_the_log_takes_two_queries(api: Any, alice: User, django_assert_num_queries: Any) -> None:
    order_in(Status.FILLED, alice)
    with django_assert_num_queries(2):
        api.get("/api/events/")
