"""The orders that the paper broker has to answer, read from the event logs of demo people, as any reader does.

An order belongs to them if its first event says that it was placed by hand (page, REST, socket, admin) or by the demo
flow. Orders from journals, imports, shells and other people never do. An order whose first event is trimmed is skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson

from demo.paper_rules import Held
from demo.people import DEMO_GROUP
from demo.simulation import DEMO_ID
from market.support.batches import batches
from orders.domain import lifecycle, rows
from orders.domain.lifecycle import Kind
from orders.log import events
from orders.log.events import StoredEvent
from orders.log.provenance import Source
from orders.models import EventCounter, Order, OrderEvent

BY_HAND = frozenset({Source.PAGE, Source.REST, Source.SOCKET, Source.ADMIN})
# Orders loaded per status, at the start or if more events are pending than are worth reading; older orders are found by
# their next event.
NEWEST = 1000
MOST_BEHIND = 5000


class Book:
    """The orders to answer. `now` is a monotonic clock in seconds; an order is quiet since its last event was read."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.symbols: frozenset[str] = frozenset()
        self._now = now
        self._orders: dict[int, Held] = {}
        self._heard: dict[int, float] = {}
        self._read: dict[int, int] = {}

    def __contains__(self, order_id: int) -> bool:
        return order_id in self._orders

    def follow(self) -> None:
        """Read new events from the logs; one small query if there are none."""
        counters = EventCounter.objects.filter(user__groups__name=DEMO_GROUP)
        heads = dict(counters.values_list("user_id", "head"))
        for user_id in self._read.keys() - heads.keys():
            self._forget_person(user_id)
        for user_id, head in heads.items():
            behind = head - self._read.get(user_id, 0)
            if user_id not in self._read or not 0 <= behind <= MOST_BEHIND:
                self._begin(user_id, head)
            elif behind:
                self._read_on(user_id)
        self.symbols = frozenset(order.symbol for order in self._orders.values())

    def quiet_for(self, seconds: float) -> list[tuple[Held, float]]:
        """The orders without an event for at least `seconds`, and for how many; the longest first."""
        now = self._now()
        found = [(order, now - self._heard[order.id]) for order in self._orders.values()]
        return sorted((each for each in found if each[1] >= seconds), key=lambda each: -each[1])

    def forget(self, order_id: int) -> None:
        """Drop the order until its next event."""
        self._orders.pop(order_id, None)
        self._heard.pop(order_id, None)

    def _read_on(self, user_id: int) -> None:
        told = events.since(user_id, self._read[user_id], MOST_BEHIND)
        if [each.seq for each in told] != list(range(self._read[user_id] + 1, self._read[user_id] + len(told) + 1)):
            self._begin(user_id, events.heads([user_id])[user_id])  # trimmed away before it was read
            return
        self._take(user_id, told)
        self._read[user_id] += len(told)

    def _take(self, user_id: int, told: list[StoredEvent]) -> None:
        unknown: dict[int, Held] = {}
        for each in told:
            event = orjson.loads(each.body)
            row = event["order"]
            if event["kind"] == Kind.DELETED or row["status"] in lifecycle.DONE:
                unknown.pop(row["id"], None)
                # An order given to another demo person is in their log, which may have been read before.
                if row["id"] in self and self._orders[row["id"]].user_id == user_id:
                    self.forget(row["id"])
            elif row["id"] in self or (row["version"] == 1 and _is_placed_here(event["source"], row)):
                self._hear(Held.of(user_id, row))
            elif event["source"] != Source.IMPORT:
                unknown[row["id"]] = Held.of(user_id, row)
        for order_id in _placed_here(unknown):
            self._hear(unknown[order_id])

    def _hear(self, held: Held) -> None:
        known = self._orders.get(held.id)
        if known is None or held.version > known.version:
            self._orders[held.id] = held
            self._heard[held.id] = self._now()

    def _begin(self, user_id: int, head: int) -> None:
        """Load the newest working orders from the database; their changes meanwhile are events after `head`."""
        self._forget_person(user_id)
        found: dict[int, Held] = {}
        for status in sorted(lifecycle.WORKING):
            newest = Order.objects.filter(user_id=user_id, status=status).select_related("user")
            for order in newest.order_by("-created_at", "-id")[:NEWEST]:
                if not order.is_import:
                    found[order.pk] = Held.of(user_id, rows.order_row(order))
        for order_id in _placed_here(found):
            self._hear(found[order_id])
        self._read[user_id] = head

    def _forget_person(self, user_id: int) -> None:
        for order_id in [order.id for order in self._orders.values() if order.user_id == user_id]:
            self.forget(order_id)
        self._read.pop(user_id, None)


def _is_placed_here(source: str, row: rows.Row) -> bool:
    return source in BY_HAND or (source == Source.SYSTEM and row["client_order_id"].startswith(DEMO_ID))


def _placed_here(order_ids: Iterable[int]) -> set[int]:
    """Those orders whose first event is still in the log and says that they were placed by hand or by the demo flow."""
    found: set[int] = set()
    for some in batches(sorted(order_ids)):
        first = OrderEvent.objects.filter(order_id__in=some, version=1)
        told: Any = first.values_list("order_id", "source", "body")
        found |= {order_id for order_id, source, body in told if _is_placed_here(source, orjson.loads(body)["order"])}
    return found
