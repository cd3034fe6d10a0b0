"""`/api/events/` and the history of one order: the event log as it was written."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from orders.api.base import OrdersView, json_text, person, visible_order, watched
from orders.api.parameters import whole_number
from orders.api.schema import ORDER_ID, whole
from orders.bodies import serializers
from orders.domain.errors import ValidationFailed
from orders.domain.rules import BIGGEST_ID
from orders.log import events
from orders.store.snapshots import read_snapshot

PAGE = [
    whole("after", 0, BIGGEST_ID, "The last `seq` that you have; the events after it are returned.", default=0),
    whole("limit", 1, events.PAGE, "Max number of events.", default=events.PAGE),
]


class EventList(OrdersView):
    parameters = frozenset({"after", "limit", "user"})

    @extend_schema(
        operation_id="events_list",
        summary="Read the event log",
        description="The events of your orders, in order and without a gap. Continue with the last `seq` until it is "
        "`head`, or follow the websocket from there.",
        parameters=[*PAGE, OpenApiParameter("user", str, description="For desk and broker: a user's name.")],
        responses={200: serializers.EventPageSerializer},
    )
    def get(self, request: Request) -> HttpResponse:
        owner = watched(request)
        if owner is None:
            message = "One user's log at a time: each has its own numbers."
            raise ValidationFailed(f"user: {message}", fields={"user": [message]})
        after = whole_number(request.query_params, "after", 0, 0, BIGGEST_ID)
        limit = whole_number(request.query_params, "limit", events.PAGE, 1, events.PAGE)
        with read_snapshot():
            head, trimmed = events.head_and_trimmed(owner.pk)
            # Older events, left by a restore, no longer belong to the log; the socket sends `reset` for them.
            found = events.since(owner.pk, max(after, trimmed), limit)
        return _page(head, found)


class OrderEvents(OrdersView):
    parameters = frozenset({"after", "limit"})

    @extend_schema(
        operation_id="orders_events",
        summary="Read an order's history",
        description="The events of one order, as far back as the log of its current owner goes.",
        parameters=[ORDER_ID, *PAGE],
        responses={200: serializers.EventPageSerializer},
    )
    def get(self, request: Request, order_id: int) -> HttpResponse:
        order = visible_order(person(request), order_id)
        after = whole_number(request.query_params, "after", 0, 0, BIGGEST_ID)
        limit = whole_number(request.query_params, "limit", events.PAGE, 1, events.PAGE)
        with read_snapshot():
            head = events.heads([order.user_id])[order.user_id]
            found = events.of_order(order, after, limit)
        return _page(head, found)


def _page(head: int, found: list[events.StoredEvent]) -> HttpResponse:
    """A response joined from the events' JSON texts."""
    return json_text(f'{{"head":{head},"results":[{",".join(event.body for event in found)}]}}')
