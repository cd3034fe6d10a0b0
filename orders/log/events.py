"""Queries of the owners' event logs: the newest number (head), and the events after a number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import QuerySet

from market.support.batches import batches
from orders.domain import rows
from orders.models import EventCounter, Order, OrderEvent
from orders.models.log import KEPT
from orders.store.compiled_queries import GIVEN_NUMBER, Prepared

PAGE = 1000


_COUNTER = Prepared(EventCounter, pk=GIVEN_NUMBER)


class OwnerTotals(NamedTuple):
    """An owner's newest number and the number of their orders in each tab, as of the same moment."""

    head: int
    counts: dict[str, int]


class StoredEvent(NamedTuple):
    """A stored event; `body` is its JSON text."""

    seq: int
    body: str
    at: datetime


def since(user_id: int, after: int, limit: int = PAGE) -> list[StoredEvent]:
    """The owner's events after the number `after`, in order, at most `limit`."""
    events = OrderEvent.objects.filter(user_id=user_id, seq__gt=after).order_by("seq")
    return _read(events, limit)


def _read(events: QuerySet[OrderEvent], limit: int) -> list[StoredEvent]:
    found = events.values_list("seq", "body", "at")[:limit]
    return [StoredEvent(seq, rows.completed(body), at) for seq, body, at in found]


def beyond(user_id: int, after: int, limit: int) -> tuple[int, list[StoredEvent]]:
    """The owner's newest number, and all events after `after` up to it; no events if there are more than `limit`."""
    head = heads([user_id])[user_id]
    return head, since(user_id, after, limit) if 0 < head - after <= limit else []


def of_order(order: Order, after: int = 0, limit: int = PAGE) -> list[StoredEvent]:
    """The order's events in its current owner's log, in order; a former owner's events stay in their own log."""
    found = OrderEvent.objects.filter(order_id=order.pk, user_id=order.user_id, seq__gt=after).order_by("seq")
    return _read(found, limit)


def heads(user_ids: Iterable[int] | None = None) -> dict[int, int]:
    """The newest number of each of these owners (None: of every owner with a log); 0 for an owner without events."""
    counters = EventCounter.objects.all()
    if user_ids is None:
        return dict(counters.values_list("user_id", "head"))
    found = dict.fromkeys(user_ids, 0)
    for some in batches(list(found)):
        found.update(counters.filter(user_id__in=some).values_list("user_id", "head"))
    return found


def owner_totals(user_id: int) -> OwnerTotals:
    """The owner's head and totals; all zero for an owner without events."""
    counter = _COUNTER.first(user_id) or EventCounter(user_id=user_id)
    return _totals(counter.head, [getattr(counter, tab) for tab in KEPT])


def all_totals() -> dict[int, OwnerTotals]:
    """Head and totals of every owner with a log, by user id."""
    found = EventCounter.objects.values_list("user_id", "head", *KEPT)
    return {user_id: _totals(head, kept) for user_id, head, *kept in found}


def _totals(head: int, kept: list[int]) -> OwnerTotals:
    return OwnerTotals(head, dict(zip(KEPT, kept, strict=True), all=sum(kept)))


def head_and_trimmed(user_id: int) -> tuple[int, int]:
    """The owner's newest number, and the newest number that has been trimmed from the log."""
    return EventCounter.objects.filter(user_id=user_id).values_list("head", "trimmed").first() or (0, 0)


def user_names(user_ids: Iterable[int]) -> dict[int, str]:
    """The names of these owners, by user id."""
    users = User.objects.filter(pk__in=list(user_ids))
    return {user.pk: user.get_username() for user in users}
