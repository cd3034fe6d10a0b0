"""What a transaction has changed and will number right before its commit: kept in Django's own list of commit hooks.

There a rolled-back savepoint takes its changes back by itself, and a rollback all of them.
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
    """One event before it has a number: whose log it goes to, and what it says."""

    user_id: int
    kind: Kind
    order: rows.Row
    changes: dict[str, list[Any]]
    source: str
    actor: str | None


@dataclass(eq=False)
class Changes:
    """What one call recorded. `before_commit` numbers it and sets `announce`, which is called once it is committed."""

    entries: list[Entry]
    before_commit: Callable[[BaseDatabaseWrapper, list[Changes]], None]
    announce: Callable[[], None] | None = None

    def __call__(self) -> None:
        assert self.announce is not None, "committed without a number"
        self.announce()


def add(changes: Changes, using: str) -> None:
    """Keeps the changes until the commit of the transaction under way, which has them numbered first."""
    connection = connections[using]
    if not hasattr(connection, "prepare_commit"):
        raise ImproperlyConfigured(f"The database {using!r} can't number events: use an ENGINE of webapp.db.")
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded in the transaction of the change itself.")
    # What is raised after the commit could not undo it, and would hide from the writer that it was one: it is logged.
    transaction.on_commit(changes, using=using, robust=True)


def entries(using: str) -> Iterator[Entry]:
    """What the transaction under way has recorded and not numbered yet."""
    hooks: list[Any] = connections[using].run_on_commit
    for _, func, _ in hooks:
        if isinstance(func, Changes) and func.announce is None:
            yield from func.entries
