"""Changes of orders, as reported to the log: by Django's own signals of a save or a delete, else by `bulk_written`.

`post_save` can't carry the previous row, so `Order.save` provides it here while it saves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import models
from django.dispatch import Signal

from orders.domain.lifecycle import Kind

# Always an Order, whose module imports this one.
M = TypeVar("M", bound=models.Model)

# Sent inside the transaction of the write, with `changes`, a list of `Change`, and `using`.
bulk_written = Signal()


class Change(NamedTuple, Generic[M]):
    """An order before (None: created) and after (None: deleted) a change; `kind` is the event kind from `trading`."""

    before: M | None
    after: M | None
    kind: Kind | None = None


_SAVING: ContextVar[Change[Any]] = ContextVar("_SAVING")


@contextmanager
def saving(change: Change[M]) -> Iterator[None]:
    """Context in which the change's `after` is saved: `saved` gives signal receivers the order as it was before."""
    token = _SAVING.set(change)
    try:
        yield
    finally:
        _SAVING.reset(token)


def saved(order: M, names: Collection[str] | None) -> Change[M]:
    """The change that `post_save` reports: fields that were not named were not saved, whatever the instance holds."""
    change = _SAVING.get()
    assert change.after is order, "an order must be saved by Order.save()"
    if change.before is None or names is None:
        return change
    after = copy(change.before)
    for name in names:
        field: Any = order._meta.get_field(name)
        setattr(after, field.attname, getattr(order, field.attname))
    return change._replace(after=after)
