"""Event recording: every committed change of an order is one event of its owner, numbered 1, 2, 3 … in commit order.

The number comes from the owner's counter row, incremented in the change's own transaction. The row's lock makes number
order equal to commit order, and a rollback undoes the increment too.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

import orjson
from django.db.backends.base.base import BaseDatabaseWrapper
from django.dispatch import Signal
from django.utils import timezone

from orders.domain import lifecycle, rows
from orders.domain.lifecycle import Kind
from orders.log import provenance
from orders.models import Change, Order, OrderEvent, staged
from orders.models.log import KEPT
from orders.models.staged import Changes, Entry
from orders.store import statements

# Sent in the writer's thread after a transaction has committed, with `events`, a list of `Committed`, and `at`, the
# commit time in unix milliseconds. Errors of receivers are logged and never reach the writer.
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


_COLUMNS = ("user", "seq", "order_id", "version", "kind", "source", "actor", "at", "body")


_FIELDS = [OrderEvent._meta.get_field(name) for name in _COLUMNS]


class Committed(NamedTuple):
    """A committed event to deliver: its owner, its number and its JSON text."""

    user_id: int
    seq: int
    body: str


def record(changes: Iterable[Change[Order]], *, using: str = "default") -> None:
    """Record these changes, to be numbered and written at the commit; a change without a kind is `corrected`.

    Must be called in the transaction of the change itself; the log doesn't hold the events until that commits.
    """
    entries = [entry for change in changes for entry in _entries(*change)]
    if entries:
        staged.add(Changes(entries, number), using)


def number(connection: BaseDatabaseWrapper, recorded: list[Changes]) -> None:
    """Number the changes that a transaction has recorded and write their events; called right before the commit."""
    waiting = [changes for changes in recorded if changes.announce is None]
    counts = Counter(entry.user_id for changes in waiting for entry in changes.entries)
    totals = _moved(entry for changes in waiting for entry in changes.entries)
    with connection.cursor() as cursor:
        newest: dict[int, int] = {}
        for user_id in sorted(counts):
            cursor.execute(_RAISE_HEAD, [user_id, counts[user_id], *(totals[user_id, tab] for tab in KEPT)])
            newest[user_id] = cursor.fetchone()[0] - counts[user_id]
        at = timezone.now()  # read after the numbers, which may block on a lock: so times ascend with the numbers
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
    """Send the signal `committed` for these events, which have just been committed in this process."""
    committed.send_robust(OrderEvent, events=events, at=time.time() * 1000)


def _entries(before: Order | None, after: Order | None, kind: Kind | None) -> list[Entry]:
    old = None if before is None else rows.order_row(before)
    new = None if after is None else rows.order_row(after)
    if new is None:
        if old is None or before is None:
            return []
        return [_entry(before, Kind.DELETED, old | {"version": before.version + rows.RISE}, {})]
    assert after is not None
    if old is None or before is None:
        return [_entry(after, Kind.CREATED, new, {})]
    if before.user_id != after.user_id:
        left = old | {"version": before.version + rows.RISE}
        return [_entry(before, Kind.DELETED, left, {}), _entry(after, Kind.CREATED, new, {})]
    changed = rows.changes(old, new)
    return [_entry(after, kind or Kind.CORRECTED, new, changed)] if changed else []


def _entry(order: Order, kind: Kind, row: rows.Row, changes: dict[str, list[Any]]) -> Entry:
    return Entry(order.user_id, kind, row, changes, *provenance.current())


def _moved(entries: Iterable[Entry]) -> Counter[tuple[int, str]]:
    """The change of each owner's totals, by owner and tab."""
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
