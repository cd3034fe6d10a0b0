"""Base class of commands that use the database: reports an unusable database in one line, without a traceback."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, ProgrammingError

from market.support.reasons import reason


class DatabaseCommand(BaseCommand):
    """A `django.db.Error` that `handle` raises ends the command in one line; `--traceback` shows all of it."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except Error as error:
            raise CommandError(_told(error)) from error


def _told(error: Error) -> str:
    why = reason(error)
    # How PostgreSQL and SQLite report a missing table.
    is_asked = isinstance(error, ProgrammingError) or why.startswith("no such ")
    return f"DATABASE_URL: the database can't be used ({why}){': is it migrated?' if is_asked else '.'}"
