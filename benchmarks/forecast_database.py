"""The database of a forecasts' benchmark, in a process that was started with its DATABASE_URL."""

from __future__ import annotations

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402


def create() -> None:
    """Create the tables."""
    call_command("migrate", verbosity=0)


def settle_down(*models: Any) -> None:
    """What a database does by itself after many rows have come."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            for model in models:
                cursor.execute(f"VACUUM ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def stored_bytes(model: Any) -> int:
    """The size of the model's table and its indexes; on SQLite that of the whole file, so take differences."""
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute("SELECT pg_total_relation_size(%s)", [model._meta.db_table])
            return int(cursor.fetchone()[0])
        names = ("page_count", "freelist_count", "page_size")
        pages, free, size = (int(cursor.execute(f"PRAGMA {name}").fetchone()[0]) for name in names)
        return (pages - free) * size
