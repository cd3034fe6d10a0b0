"""The base of commands that work with the database: one that can't be used is told in one line, without a traceback."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, ProgrammingError

from market.support.reasons import reason


class DatabaseCommand(BaseCommand):
    """What its `handle` lets through of `django.db.Error` ends it; with `--traceback` all of it is shown."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except Error as error:
            raise CommandError(_told(error)) from error


def _told(error: Error) -> str:
    why = reason(error)
    # As PostgreSQL and as SQLite say that there is no such table.
    is_asked = isinstance(error, ProgrammingError) or why.startswith("no such ")
    return f"DATABASE_URL: the database can't be used ({why}){': is it migrated?' if is_asked else '.'}"
