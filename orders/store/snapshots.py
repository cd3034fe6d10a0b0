"""Consistent snapshots for several reads, and read-replica routing for the orders' table."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections, transaction

from market.support.circuit_breaker import CircuitBreaker
from market.support.outage import Outage

log = logging.getLogger(__name__)

REPLICA = "replica"
# How long the circuit breaker stays open: trying a replica that is down costs a request up to its connect_timeout.
AGAIN_SECONDS = 5.0

T = TypeVar("T")

_reading: ContextVar[str | None] = ContextVar("reading", default=None)


class TableRouter:
    """Database router: reads inside `read_table` go to the database that it chose, all else to the primary."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return _reading.get()

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True  # both databases hold the same data

    def allow_migrate(self, alias: str, app_label: str, **hints: Any) -> bool:
        return alias != REPLICA


_breaker = CircuitBreaker(
    Outage(log, "The replica does not answer (%s); tables are read from the primary.", "The replica answers again.")
)


def read_table(work: Callable[[], T]) -> T:
    """Return the result of `work`, run in one snapshot: the replica's if a replica answers, else the primary's.

    Everything in a table's answer comes from the same snapshot, the head too. Changes that the replica doesn't have yet
    reach the client as events of the log, which is read from the primary.
    """
    if _replica_is_wanted():
        try:
            with _reading_from(REPLICA), read_snapshot(REPLICA):
                found = work()
        except (OperationalError, InterfaceError) as error:
            _replica_failed(error)
        else:
            _breaker.answered()
            return found
    with read_snapshot():
        return work()


def table_database() -> str:
    """The alias of the database to stream a table's rows from: the replica's if it answers now, else the primary's."""
    if _replica_is_wanted():
        try:
            with connections[REPLICA].cursor() as cursor:
                cursor.execute("SELECT 1")
        except (OperationalError, InterfaceError) as error:
            _replica_failed(error)
        else:
            _breaker.answered()
            return REPLICA
    return DEFAULT_DB_ALIAS


def _replica_is_wanted() -> bool:
    return REPLICA in settings.DATABASES and not _breaker.is_open


def _replica_failed(error: Exception) -> None:
    _breaker.failed(error, AGAIN_SECONDS)
    connections[REPLICA].close()


@contextmanager
def _reading_from(alias: str) -> Iterator[None]:
    before = _reading.set(alias)
    try:
        yield
    finally:
        _reading.reset(before)


@contextmanager
def read_snapshot(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Run reads in one snapshot: all see the database as of the first of them.

    SQLite begins a deferred transaction by hand, since Django's `atomic()` would take the write lock for it; PostgreSQL
    reads at REPEATABLE READ. Inside a transaction that has begun already, that transaction is the snapshot.
    """
    connection = connections[using]
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(using=using):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
