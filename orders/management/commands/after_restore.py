"""`manage.py after_restore`: lets every client reload, once, after a database was brought back to an earlier state."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from orders import events

# More than any owner's events that a restore can have taken back.
NUMBERS = 1_000_000


class Command(BaseCommand):
    help = "Run it after a restore, or a failover that lost something, before the servers start."

    def handle(self, *args: Any, **options: Any) -> None:
        owners = events.pass_over(NUMBERS)
        self.stdout.write(f"{owners:,} owners' numbers go on {NUMBERS:,} later; whoever comes back reloads.")
