"""Multi-row INSERT and UPDATE: a statement for a hundred rows costs a database little more than one for a single row.

The names of tables and columns come from the code, never from a request; values are parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import orjson
from django.db.backends.base.base import BaseDatabaseWrapper

# With twenty columns, well below any database's limit of parameters per statement.
ROWS = 100

Values = Sequence[Sequence[Any]]
Fields = Sequence[Any]
Columns = tuple[str, ...]


def insert(
    connection: BaseDatabaseWrapper,
    table: str,
    fields: Fields,
    rows: Values,
    unless: Columns = (),
    returning: Columns = (),
) -> list[tuple[Any, ...]]:
    """Insert these rows, whose values are in the database's own form; return the `returning` columns, in any order.

    `unless` are the columns of a unique constraint: a row that conflicts with another there is skipped.
    """
    columns = tuple(str(field.column) for field in fields)
    tail = _tail(unless, returning)
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(rows) > 1:
            cursor.execute(_insert_columns(table, columns, _types(fields, connection), tail), [_text(columns, rows)])
            return cursor.fetchall() if returning else []
        for start in range(0, len(rows), ROWS):
            some = rows[start : start + ROWS]
            cursor.execute(_insert(table, columns, len(some), tail), [value for row in some for value in row])
            if returning:
                found.extend(cursor.fetchall())
    return found


def update(connection: BaseDatabaseWrapper, table: str, fields: Fields, rows: Values) -> None:
    """Update these fields; the last of them is the primary key, which selects the row."""
    columns = tuple(str(field.column) for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_update_columns(table, columns, _types(fields, connection)), [_text(columns, rows)])
        else:
            # SQLite has no round trip per row, and prepares the statement once.
            cursor.executemany(_update(table, columns), rows)


def _types(fields: Fields, connection: BaseDatabaseWrapper) -> tuple[str, ...]:
    return tuple(str(field.cast_db_type(connection)) for field in fields)


def _text(columns: Columns, rows: Values) -> str:
    """All rows as one JSON parameter: the driver would parse a statement with thousands of parameters each time."""
    return orjson.dumps([dict(zip(columns, row, strict=True)) for row in rows], default=str).decode()


@cache
def _tail(unless: Columns, returning: Columns) -> str:
    conflict = f" ON CONFLICT ({', '.join(unless)}) DO NOTHING" if unless else ""
    return conflict + (f" RETURNING {', '.join(returning)}" if returning else "")


@cache
def _insert(table: str, columns: Columns, rows: int, tail: str) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {_places(len(columns), rows)}{tail}"  # noqa: S608


@cache
def _update(table: str, columns: Columns) -> str:
    settings = ", ".join(f"{column} = %s" for column in columns[:-1])
    return f"UPDATE {table} SET {settings} WHERE {columns[-1]} = %s"  # noqa: S608


@cache
def _insert_columns(table: str, columns: Columns, types: Columns, tail: str) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM {_given(columns, types)}{tail}"  # noqa: S608


@cache
def _update_columns(table: str, columns: Columns, types: Columns) -> str:
    settings = ", ".join(f"{column} = given.{column}" for column in columns[:-1])
    given = _given(columns, types)
    return f"UPDATE {table} SET {settings} FROM {given} WHERE {table}.{columns[-1]} = given.{columns[-1]}"  # noqa: S608


def _given(columns: Columns, types: Columns) -> str:
    typed = ", ".join(f"{column} {type_}" for column, type_ in zip(columns, types, strict=True))
    return f"json_to_recordset(CAST(%s AS json)) AS given ({typed})"


def _places(columns: int, rows: int) -> str:
    return ", ".join([f"({', '.join(['%s'] * columns)})"] * rows)
