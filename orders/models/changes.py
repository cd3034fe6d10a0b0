"""What a write changes, as the log hears of it: by Django's own signals of a save and a delete, else by `bulk_written`.

`post_save` has no room for the row as it was: `Order.save` says it here, while it saves and no longer.
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

# Orders: their model saves by this module.
M = TypeVar("M", bound=models.Model)

# Sent inside the transaction of the write, with `changes`, a list of `Change`, and `using`.
bulk_written = Signal()


class Change(NamedTuple, Generic[M]):
    """An order as it was (None: it is new) and as it is (None: it is gone); `kind` is what `trading` calls that."""

    before: M | None
    after: M | None
    kind: Kind | None = None


_SAVING: ContextVar[Change[Any]] = ContextVar("_SAVING")


@contextmanager
def saving(change: Change[M]) -> Iterator[None]:
    """While this lasts the change's `after` is saved, and `saved` tells its receivers how it was before."""
    token = _SAVING.set(change)
    try:
        yield
    finally:
        _SAVING.reset(token)


def saved(order: M, names: Collection[str] | None) -> Change[M]:
    """The change that `post_save` tells of: what was not named was not saved, whatever the instance says."""
    change = _SAVING.get()
    assert change.after is order, "an order is saved by its save()"
    if change.before is None or names is None:
        return change
    after = copy(change.before)
    for name in names:
        field: Any = order._meta.get_field(name)
        setattr(after, field.attname, getattr(order, field.attname))
    return change._replace(after=after)
