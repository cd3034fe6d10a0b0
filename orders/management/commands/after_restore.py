"""`manage.py after_restore`: lets every client reload, once, after a database was brought back to an earlier state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError, connection

from market.support.database_command import DatabaseCommand
from market.support.reasons import reason
from orders.log import upkeep

# More than any owner's events that a restore can have taken back.
NUMBERS = 1_000_000


class Command(DatabaseCommand):
    help = "Run it after a restore, or a failover that lost something, before anything else opens the database."

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor == "sqlite":
            if self._called_from_command_line:  # type: ignore[attr-defined]  # else we have it open ourselves
                _refuse_leftovers()
            _refuse_damage()
        owners = upkeep.pass_over(NUMBERS)
        self.stdout.write(f"{owners:,} owners' numbers go on {NUMBERS:,} later; whoever comes back reloads.")


def _refuse_leftovers() -> None:
    """What a crash has left beside the file is folded into whatever has the database's name by now."""
    for end in ("-wal", "-journal"):
        left = Path(f"{connection.settings_dict['NAME']}{end}")
        if left.exists() and left.stat().st_size:
            raise CommandError(
                f"{left.name} is there: a server still runs, or it is of the database from before the restore. "
                "Stop the servers, remove -wal, -shm and -journal beside it, restore once more and run this again."
            )


def _refuse_damage() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check(1)")
            [found] = cursor.fetchone()
    except DatabaseError as error:
        found = reason(error)
    if found != "ok":
        raise CommandError(f"The database is damaged ({found}). Restore once more as docs/operations.md has it.")
