"""Queries that are worded once: the ORM takes longer to word one than a database to answer it.

Only for what every request asks; the SQL is still the ORM's own, and so is what becomes of a row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper

# Stands for the text that is asked for, in the query that is worded.
GIVEN = "\0given"

M = TypeVar("M", bound=models.Model)


class _Worded(NamedTuple):
    """The SQL, and by place in the row what turns a value of this database into the field's."""

    sql: str
    converters: list[tuple[int, list[Callable[..., Any]], Any]]
    names: list[str]


class Prepared(Generic[M]):
    """A query for whole rows of one model by one text: `Prepared(lambda: User.objects.filter(username=GIVEN))`."""

    def __init__(self, query: Callable[[], models.QuerySet[M]]) -> None:
        self._query = query
        self._worded: dict[str, _Worded] = {}

    def first(self, given: str) -> M | None:
        """The row, read from the default database, or None."""
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
        query = self._query().order_by()
        self._model = query.model
        compiler = query.query.get_compiler(connection=using)
        sql, parameters = compiler.as_sql()
        if tuple(parameters) != (GIVEN,):
            raise ValueError(f"One text, not {parameters}.")
        columns = [column for column, _, _ in compiler.select]
        converters = [(place, *found) for place, found in compiler.get_converters(columns).items()]
        names = [field.attname for field in query.model._meta.concrete_fields]
        self._worded[using.vendor] = worded = _Worded(sql, converters, names)
        return worded
