"""The event log: every committed change of an order is one event of its owner, numbered 1, 2, 3 … in commit order.

The number comes from the owner's counter row, raised in the change's own transaction: the row's lock makes commit order
and number order the same, and a rollback takes the number back with it.
"""

from __future__ import annotations

import copy
import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import orjson
from django.contrib.auth.models import User
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, F, QuerySet
from django.dispatch import Signal
from django.utils import timezone

from orders import lifecycle, origin, rows, statements
from orders.lifecycle import Kind
from orders.models import Change, EventCounter, Order, OrderEvent, staged
from orders.models.staged import Changes, Entry
from orders.prepared import GIVEN_NUMBER, Prepared

PAGE = 1000

# Sent in the writer's thread once a transaction has committed: with `events`, a list of `Committed`, and `at`, the unix
# milliseconds of the commit. What a receiver raises is logged; the writer hears of none of it.
committed = Signal()

_RAISE_HEAD = """
    INSERT INTO orders_eventcounter (user_id, head, trimmed, working, filled, closed) VALUES (%s, %s, 0, %s, %s, %s)
    ON CONFLICT (user_id) DO UPDATE SET
        head = orders_eventcounter.head + excluded.head,
        working = orders_eventcounter.working + excluded.working,
        filled = orders_eventcounter.filled + excluded.filled,
        closed = orders_eventcounter.closed + excluded.closed
    RETURNING head
"""
_KEPT = ("working", "filled", "closed")
_COUNTER = Prepared(EventCounter, pk=GIVEN_NUMBER)
_COLUMNS = ("user", "seq", "order_id", "version", "kind", "source", "actor", "at", "body")
_FIELDS = [OrderEvent._meta.get_field(name) for name in _COLUMNS]


class Standing(NamedTuple):
    """An owner's newest number, and how many of his orders each tab holds, as of the same moment."""

    head: int
    counts: dict[str, int]


class Committed(NamedTuple):
    """A committed event on its way: its owner, its number and its JSON text."""

    user_id: int
    seq: int
    body: str


class Logged(NamedTuple):
    """An event as the log holds it; `body` is its JSON text."""

    seq: int
    body: str
    at: datetime


def record_save(order: Order, *, created: bool, update_fields: Iterable[str] | None, using: str) -> None:
    """Records one saved order, with what `Order.save` knew about the row before it."""
    change, order.change = order.change or Change(None), None
    before = None if created else change.before
    after = order
    if before is not None and update_fields is not None:
        # What was not named was not saved, whatever the instance says.
        after = copy.copy(before)
        for name in update_fields:
            field: Any = Order._meta.get_field(name)
            attname = field.attname
            setattr(after, attname, getattr(order, attname))
    record([(before, after)], kind=change.kind, using=using)


def record(
    pairs: Iterable[tuple[Order | None, Order | None]], *, kind: Kind | None = None, using: str = "default"
) -> None:
    """Records these changes, each (before or None, after or None), to be numbered and written when they are committed.

    `kind` is what the services say of a change; without it a change is `corrected`. Must be called in the transaction
    of the change itself; until that commits the log does not have them.
    """
    entries = [entry for before, after in pairs for entry in _entries(before, after, kind)]
    if entries:
        staged.add(Changes(entries, number), using)


def number(connection: BaseDatabaseWrapper, recorded: list[Changes]) -> None:
    """Gives what a transaction recorded its numbers and writes it; called right before the commit."""
    waiting = [changes for changes in recorded if changes.announce is None]
    counts = Counter(entry.user_id for changes in waiting for entry in changes.entries)
    totals = _moved(entry for changes in waiting for entry in changes.entries)
    with connection.cursor() as cursor:
        newest: dict[int, int] = {}
        for user_id in sorted(counts):
            cursor.execute(_RAISE_HEAD, [user_id, counts[user_id], *(totals[user_id, tab] for tab in _KEPT)])
            newest[user_id] = cursor.fetchone()[0] - counts[user_id]
        at = timezone.now()  # not before the numbers, for which one may have to wait: times ascend as they do
        stored_at, told_at = connection.ops.adapt_datetimefield_value(at), rows.timestamp(at)
        written = []
        for changes in waiting:
            numbered = []
            for entry in changes.entries:
                seq = newest[entry.user_id] = newest[entry.user_id] + 1
                body = _body(entry, seq, told_at)
                row = entry.order
                whose = (entry.user_id, seq, row["id"], row["version"])
                written.append((*whose, entry.kind, entry.source, entry.actor, stored_at, body))
                numbered.append(Committed(entry.user_id, seq, body))
            changes.announce = partial(announce, numbered)
    statements.insert(connection, OrderEvent._meta.db_table, _FIELDS, written)


def announce(events: list[Committed]) -> None:
    """Says in this process that these were committed just now."""
    committed.send_robust(OrderEvent, events=events, at=time.time() * 1000)


def since(user_id: int, after: int, limit: int = PAGE) -> list[Logged]:
    """The owner's events that follow `after`, in order, at most `limit`."""
    events = OrderEvent.objects.filter(user_id=user_id, seq__gt=after).order_by("seq")
    return _read(events, limit)


def _read(events: QuerySet[OrderEvent], limit: int) -> list[Logged]:
    found = events.values_list("seq", "body", "at")[:limit]
    return [Logged(seq, rows.completed(body), at) for seq, body, at in found]


def beyond(user_id: int, after: int, limit: int) -> tuple[int, list[Logged]]:
    """The newest number of the owner, and what follows `after` up to it: all of it, or nothing if more than `limit`."""
    head = heads([user_id])[user_id]
    return head, since(user_id, after, limit) if 0 < head - after <= limit else []


def of_order(order: Order, after: int = 0, limit: int = PAGE) -> list[Logged]:
    """The order's events in its present owner's log, in order; what it was to an earlier owner is his."""
    found = OrderEvent.objects.filter(order_id=order.pk, user_id=order.user_id, seq__gt=after).order_by("seq")
    return _read(found, limit)


def heads(user_ids: Iterable[int] | None = None) -> dict[int, int]:
    """The newest number of each of these owners (None: of everyone who has a log); 0 for one without events."""
    counters = EventCounter.objects.all()
    if user_ids is None:
        return dict(counters.values_list("user_id", "head"))
    found = dict.fromkeys(user_ids, 0)
    wanted = list(found)
    for start in range(0, len(wanted), 500):
        found.update(counters.filter(user_id__in=wanted[start : start + 500]).values_list("user_id", "head"))
    return found


def standing(user_id: int) -> Standing:
    """The owner's; all zero for one without events."""
    counter = _COUNTER.first(user_id) or EventCounter(user_id=user_id)
    return _standing(counter.head, [getattr(counter, tab) for tab in _KEPT])


def standings() -> dict[int, Standing]:
    """Everyone's who has a log."""
    found = EventCounter.objects.values_list("user_id", "head", *_KEPT)
    return {user_id: _standing(head, kept) for user_id, head, *kept in found}


def _standing(head: int, kept: list[int]) -> Standing:
    return Standing(head, dict(zip(_KEPT, kept, strict=True), all=sum(kept)))


def recount(user_id: int) -> bool:
    """Counts the owner's orders anew, after rows were written behind the log's back; whether the totals were wrong."""
    with transaction.atomic(durable=True):
        counter = EventCounter.objects.select_for_update().filter(user_id=user_id).first()
        counter = counter or EventCounter(user_id=user_id)
        of_status = Order.objects.filter(user_id=user_id).order_by().values_list("status").annotate(Count("pk"))
        found = Counter[str]()
        for status, count in of_status:
            found[lifecycle.TAB_OF[status]] += count
        if all(getattr(counter, tab) == found[tab] for tab in _KEPT):
            return False
        for tab in _KEPT:
            setattr(counter, tab, found[tab])
        counter.save()
    return True


def head_and_trimmed(user_id: int) -> tuple[int, int]:
    """The owner's newest number and the newest that the log no longer holds."""
    return EventCounter.objects.filter(user_id=user_id).values_list("head", "trimmed").first() or (0, 0)


def trim(user_id: int, through: int, *, limit: int | None = None, using: str = "default") -> int:
    """Drops the owner's events up to and including `through`, at most the `limit` oldest; how many were dropped."""
    # Alone in its transaction: whoever holds a counter while he does other work could meet another in a deadlock.
    with transaction.atomic(using=using, durable=True):
        counter = EventCounter.objects.using(using).select_for_update().filter(user_id=user_id).first()
        if counter is None:
            return 0
        through = min(through, counter.head)
        old = OrderEvent.objects.using(using).filter(user_id=user_id, seq__lte=through)
        if limit is not None:
            through = next(iter(old.order_by("seq").values_list("seq", flat=True)[limit - 1 : limit]), through)
        # After a restore there are events below what counts as trimmed.
        counter.trimmed = max(counter.trimmed, through)
        counter.save(using=using, update_fields=["trimmed"])
        return old.filter(seq__lte=through).delete()[0]


def pass_over(count: int) -> int:
    """Leaves out everyone's next `count` numbers, as if trimmed with all before; how many owners have a log.

    After a restore, numbers that clients have seen would else be given to other events, and nobody would notice. The
    events that are there stay for their orders' histories until they are trimmed.
    """
    return EventCounter.objects.update(head=F("head") + count, trimmed=F("head") + count)


def _entries(before: Order | None, after: Order | None, kind: Kind | None) -> list[Entry]:
    old = None if before is None else rows.order_row(before)
    new = None if after is None else rows.order_row(after)
    if new is None:
        if old is None or before is None:
            return []
        return [_entry(before, Kind.DELETED, old | {"version": before.version + 1}, {})]
    assert after is not None
    if old is None or before is None:
        return [_entry(after, Kind.CREATED, new, {})]
    if before.user_id != after.user_id:
        left = old | {"version": before.version + 1}
        return [_entry(before, Kind.DELETED, left, {}), _entry(after, Kind.CREATED, new, {})]
    changed = rows.changes(old, new)
    return [_entry(after, kind or Kind.CORRECTED, new, changed)] if changed else []


def _entry(order: Order, kind: Kind, row: rows.Row, changes: dict[str, list[Any]]) -> Entry:
    return Entry(order.user_id, kind, row, changes, *origin.current())


def _moved(entries: Iterable[Entry]) -> Counter[tuple[int, str]]:
    """By how many each owner's tabs grow."""
    found = Counter[tuple[int, str]]()
    for entry in entries:
        tab = entry.user_id, lifecycle.TAB_OF[entry.order["status"]]
        if entry.kind is Kind.CREATED:
            found[tab] += 1
        elif entry.kind is Kind.DELETED:
            found[tab] -= 1
        elif "status" in entry.changes:
            found[tab] += 1
            found[entry.user_id, lifecycle.TAB_OF[entry.changes["status"][0]]] -= 1
    return found


def _body(entry: Entry, seq: int, at: str) -> str:
    told = {"seq": seq, "user": entry.order["user"], "kind": entry.kind, "order": entry.order}
    told |= {"changes": entry.changes, "source": entry.source, "actor": entry.actor, "at": at}
    return orjson.dumps(told).decode()


def user_names(user_ids: Iterable[int]) -> dict[int, str]:
    """The names of these owners."""
    users = User.objects.filter(pk__in=list(user_ids))
    return {user.pk: user.get_username() for user in users}
