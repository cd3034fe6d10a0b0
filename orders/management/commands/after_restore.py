"""`manage.py after_restore`: makes every client reload once, after a database was restored to an earlier state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError, connection

from market.support.database_command import DatabaseCommand
from market.support.reasons import reason
from orders.log import upkeep

# More events than a restore can have lost of any owner.
NUMBERS = 1_000_000


class Command(DatabaseCommand):
    help = "Run this after a restore, or a failover that lost data, before anything else opens the database."

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor == "sqlite":
            if self._called_from_command_line:  # type: ignore[attr-defined]  # else this process has it open
                _refuse_leftovers()
            _refuse_damage()
        owners = upkeep.skip_numbers(NUMBERS)
        self.stdout.write(f"Skipped {NUMBERS:,} event numbers of each of {owners:,} owners: their clients will reload.")


def _refuse_leftovers() -> None:
    """Refuse files that a crash has left next to the database: SQLite would apply them to the restored file."""
    for end in ("-wal", "-journal"):
        left = Path(f"{connection.settings_dict['NAME']}{end}")
        if left.exists() and left.stat().st_size:
            raise CommandError(
                f"{left.name} exists: a server is still running, or the file is from before the restore. Stop the "
                "servers, remove the -wal, -shm and -journal files, restore again and run this command again."
            )


def _refuse_damage() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check(1)")
            [found] = cursor.fetchone()
    except DatabaseError as error:
        found = reason(error)
    if found != "ok":
        raise CommandError(f"The database is damaged ({found}). Restore it again as docs/operations.md describes.")
