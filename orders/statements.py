"""Many rows in few statements: an INSERT or UPDATE of a hundred rows costs a database little more than one row's.

Tables and columns are named by the code, never by a request; values are parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

# With twenty columns well below what any database takes as parameters of one statement.
ROWS = 100

Values = Sequence[Sequence[Any]]


def insert(
    connection: BaseDatabaseWrapper, table: str, columns: tuple[str, ...], rows: Values, returning: tuple[str, ...] = ()
) -> list[tuple[Any, ...]]:
    """Inserts these rows, whose values the database takes as they are; what it returns of each, in any order."""
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS):
            some = rows[start : start + ROWS]
            cursor.execute(_insert(table, columns, len(some), returning), [value for row in some for value in row])
            if returning:
                found.extend(cursor.fetchall())
    return found


def update(connection: BaseDatabaseWrapper, table: str, fields: Sequence[models.Field[Any, Any]], rows: Values) -> None:
    """Writes these fields of the rows that the last of them, the primary key, names."""
    columns = tuple(field.column for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            # No round trip a row here, and a statement that is prepared once.
            cursor.executemany(_update(table, columns), rows)
            return
        types = tuple(str(field.cast_db_type(connection)) for field in fields)
        for start in range(0, len(rows), ROWS):
            some = rows[start : start + ROWS]
            cursor.execute(_update_all(table, columns, types, len(some)), [value for row in some for value in row])


@cache
def _insert(table: str, columns: tuple[str, ...], rows: int, returning: tuple[str, ...]) -> str:
    tail = f" RETURNING {', '.join(returning)}" if returning else ""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {_places(len(columns), rows)}{tail}"  # noqa: S608


@cache
def _update(table: str, columns: tuple[str, ...]) -> str:
    settings = ", ".join(f"{column} = %s" for column in columns[:-1])
    return f"UPDATE {table} SET {settings} WHERE {columns[-1]} = %s"  # noqa: S608


@cache
def _update_all(table: str, columns: tuple[str, ...], types: tuple[str, ...], rows: int) -> str:
    typed = zip(columns, types, strict=True)
    settings = ", ".join(f"{column} = CAST(given.{column} AS {type_})" for column, type_ in list(typed)[:-1])
    given = f"(VALUES {_places(len(columns), rows)}) AS given ({', '.join(columns)})"
    return f"UPDATE {table} SET {settings} FROM {given} WHERE {table}.{columns[-1]} = given.{columns[-1]}"  # noqa: S608


def _places(columns: int, rows: int) -> str:
    return ", ".join([f"({', '.join(['%s'] * columns)})"] * rows)
