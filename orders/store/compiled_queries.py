"""Precompiled lookups: for single-row queries, building SQL in the ORM takes longer than running it.

Only for the queries of every request. The ORM still compiles the SQL, once, and its converters still read the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

# Placeholders, in the query to compile, for the text or the number that is looked up.
GIVEN = "\0given"
GIVEN_NUMBER = 2**62 + 7

M = TypeVar("M", bound=models.Model)


class _Worded(NamedTuple):
    """A compiled query: its SQL, and by place in the row the converters from this database's values to the fields'."""

    sql: str
    converters: list[tuple[int, list[Callable[..., Any]], Any]]
    names: list[str]


class Prepared(Generic[M]):
    """A precompiled query for one whole row of a model by one value: `Prepared(User, username=GIVEN)`."""

    def __init__(self, model: type[M], **lookup: str | int) -> None:
        self._model = model
        self._lookup = lookup
        self._worded: dict[str, _Worded] = {}

    def first(self, given: str | int) -> M | None:
        """The row, or None; read from the database from which the ORM would read it."""
        connection = connections[router.db_for_read(self._model)]
        worded = self._worded.get(connection.vendor) or self._word(connection)
        with connection.cursor() as cursor:
            cursor.execute(worded.sql, (given,))
            row = cursor.fetchone()
        if row is None:
            return None
        values = list(row)
        for place, converters, column in worded.converters:
            for convert in converters:
                values[place] = convert(values[place], column, connection)
        found: M = self._model.from_db(connection.alias, worded.names, values)
        return found

    def _word(self, using: BaseDatabaseWrapper) -> _Worded:
        query = self._model._base_manager.filter(**self._lookup).order_by().query
        compiler = query.get_compiler(connection=using)
        sql, parameters = compiler.as_sql()
        if tuple(parameters) not in ((GIVEN,), (GIVEN_NUMBER,)):
            raise ValueError(f"One value expected, not {parameters}.")
        columns = [column for column, _, _ in compiler.select]
        converters = [(place, *found) for place, found in compiler.get_converters(columns).items()]
        names = [field.attname for field in self._model._meta.concrete_fields]
        self._worded[using.vendor] = worded = _Worded(sql, converters, names)
        return worded
