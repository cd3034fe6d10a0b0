"""`manage.py import_instruments FILE.csv`: adds and updates instruments, all of the file or nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from market.catalog.importing import OPTIONAL, REQUIRED, import_instruments
from market.support.database_command import DatabaseCommand
from market.support.reasons import reason
from market.values.csv_rows import BadLine, opened


class Command(DatabaseCommand):
    help = f"Adds and updates instruments from a CSV file with the columns {', '.join(REQUIRED + OPTIONAL)}."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with opened(options["file"]) as file:
                found = import_instruments(file)
        except OSError as error:
            raise CommandError(f"{options['file']}: {reason(error)}.") from error
        except BadLine as error:
            raise CommandError(f"{options['file']}, {error} Nothing was changed.") from error
        count = found.totals
        self.stdout.write(f"{count['new']} added, {count['update']} changed, {count['skip']} unchanged.")
