"""Staged changes of a transaction, to be numbered right before its commit; kept in Django's own list of commit hooks.

Django removes the hooks of a rolled-back savepoint or transaction from that list, and so the changes too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from orders.domain import rows
from orders.domain.lifecycle import Kind


class Entry(NamedTuple):
    """An event without a number yet: the owner of its log, and its content."""

    user_id: int
    kind: Kind
    order: rows.Row
    changes: dict[str, list[Any]]
    source: str
    actor: str | None


@dataclass(eq=False)
class Changes:
    """The changes of one call. `before_commit` numbers them and sets `announce`, which is called after the commit."""

    entries: list[Entry]
    before_commit: Callable[[BaseDatabaseWrapper, list[Changes]], None]
    announce: Callable[[], None] | None = None

    def __call__(self) -> None:
        assert self.announce is not None, "committed without a number"
        self.announce()


def add(changes: Changes, using: str) -> None:
    """Stage the changes in the current transaction, to be numbered right before its commit."""
    connection = connections[using]
    if not hasattr(connection, "prepare_commit"):
        raise ImproperlyConfigured(f"The database {using!r} can't number events: its ENGINE must be one of webapp.db.")
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Record an event inside the transaction of its change.")
    # An error after the commit can't undo it, and would hide from the writer that it has happened: so it is logged.
    transaction.on_commit(changes, using=using, robust=True)


def entries(using: str) -> Iterator[Entry]:
    """The entries that the current transaction has recorded and not numbered yet."""
    hooks: list[Any] = connections[using].run_on_commit
    for _, func, _ in hooks:
        if isinstance(func, Changes) and func.announce is None:
            yield from func.entries
