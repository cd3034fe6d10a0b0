"""Trigram index for searches: checked after each `migrate`, and created or rebuilt if anything of it is missing.

SQLite: `orders_search`, trigrams of every order's `searched` (FTS5, without the text itself). Triggers maintain it, so
that it holds what any program writes. New orders are added `BATCH` at a time, at a fifteenth of the cost of one by one:
those above `through` are not in it yet, and are searched separately. `orders_search_gram` lists its trigrams. Django
recreates a table to alter it, which drops the triggers: then the whole index is rebuilt.
PostgreSQL: a GIN index with pg_trgm, if that extension may be created; without it a search reads the owner's orders.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from market.support.reasons import reason

log = logging.getLogger(__name__)

BATCH = 500
# Two newlines after the text: so every character of it begins a trigram, and a short term can be looked up.
END = "char(10) || char(10)"
_THROUGH = "(SELECT through FROM orders_search_state)"
_INSERT = "INSERT INTO orders_search (rowid, searched) SELECT {id}, {searched} || " + END
_REMOVE = "INSERT INTO orders_search (orders_search, rowid, searched) SELECT 'delete', old.id, old.searched || " + END

_SQLITE = {
    "orders_search": """CREATE VIRTUAL TABLE orders_search USING fts5(
        searched, content='', columnsize=0, detail=none, tokenize='trigram case_sensitive 1')""",
    "orders_search_gram": "CREATE VIRTUAL TABLE orders_search_gram USING fts5vocab(orders_search, instance)",
    "orders_search_state": "CREATE TABLE orders_search_state (through integer NOT NULL)",
    "orders_search_inserted": f"""CREATE TRIGGER orders_search_inserted AFTER INSERT ON orders_order
        WHEN new.id <= {_THROUGH} OR new.id >= {_THROUGH} + {BATCH} BEGIN
            {_INSERT.format(id="new.id", searched="new.searched")} WHERE new.id <= {_THROUGH};
            {_INSERT.format(id="id", searched="searched")} FROM orders_order
                WHERE new.id > {_THROUGH} AND id > {_THROUGH} AND id <= new.id;
            UPDATE orders_search_state SET through = new.id WHERE new.id > through;
        END""",  # noqa: S608
    "orders_search_updated": f"""CREATE TRIGGER orders_search_updated
        AFTER UPDATE OF id, symbol, client_order_id, text ON orders_order
        WHEN old.searched <> new.searched OR old.id <> new.id BEGIN
            {_REMOVE} WHERE old.id <= {_THROUGH};
            {_INSERT.format(id="new.id", searched="new.searched")} WHERE new.id <= {_THROUGH};
        END""",
    "orders_search_deleted": f"""CREATE TRIGGER orders_search_deleted AFTER DELETE ON orders_order
        WHEN old.id <= {_THROUGH} BEGIN
            {_REMOVE};
        END""",
}
"""The SQL objects of the index, by name."""

_POSTGRESQL = """CREATE INDEX IF NOT EXISTS order_search ON orders_order
    USING gin (searched gin_trgm_ops) WITH (gin_pending_list_limit = 1024)"""


def prepare(using: str = "default", **_: Any) -> None:
    """Create or rebuild the index; called after every `migrate`."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        _prepare_sqlite(connection)
    elif connection.vendor == "postgresql":
        _prepare_postgresql(connection)


def _is_wanted(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> bool:
    """Whether the column `searched` exists: its migration may not have run yet, or may have been reversed."""
    if "orders_order" not in connection.introspection.table_names(cursor):
        return False
    description = connection.introspection.get_table_description(cursor, "orders_order")
    return any(column.name == "searched" for column in description)


def _prepare_sqlite(connection: BaseDatabaseWrapper) -> None:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if _made(cursor) == _SQLITE or not _is_wanted(connection, cursor):
            return
        for name, statement in reversed(_SQLITE.items()):
            kind = "TRIGGER" if statement.startswith("CREATE TRIGGER") else "TABLE"
            cursor.execute(f"DROP {kind} IF EXISTS {name}")
        try:
            cursor.execute(_SQLITE["orders_search"])
        except DatabaseError as error:
            log.warning("SQLite has no trigram index (%s): searches read all orders of the owner.", reason(error))
            return
        for name, statement in _SQLITE.items():
            if name != "orders_search":
                cursor.execute(statement)
        cursor.execute("INSERT INTO orders_search_state SELECT coalesce(max(id), 0) FROM orders_order")
        cursor.execute(f"{_INSERT.format(id='id', searched='searched')} FROM orders_order")
        # Otherwise the next inserts would pay for merging what was written here.
        cursor.execute("INSERT INTO orders_search (orders_search) VALUES ('optimize')")


def _made(cursor: CursorWrapper) -> dict[str, str]:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE name LIKE 'orders\\_search%' ESCAPE '\\'")
    return {name: statement for name, statement in cursor.fetchall() if name in _SQLITE}


def _prepare_postgresql(connection: BaseDatabaseWrapper) -> None:
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_indexes WHERE schemaname = current_schema AND indexname = 'order_search'")
            if not cursor.fetchone() and _is_wanted(connection, cursor):
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
                cursor.execute(_POSTGRESQL)
    except DatabaseError as error:
        log.warning("PostgreSQL has no trigram index (%s): searches read all orders of the owner.", reason(error))
