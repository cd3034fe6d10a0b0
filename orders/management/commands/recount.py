"""`manage.py recount`: corrects the tabs' totals, after rows were written without the log."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from market.support.database_command import DatabaseCommand
from orders.log import events, upkeep


class Command(DatabaseCommand):
    help = "Recounts all orders, one owner at a time; an owner's saves wait while their orders are counted."

    def handle(self, *args: Any, **options: Any) -> None:
        owners = {*events.heads(), *User.objects.filter(orders__isnull=False).values_list("pk", flat=True)}
        wrong = sum(upkeep.recount(user_id) for user_id in sorted(owners))
        self.stdout.write(f"Corrected the totals of {wrong:,} owners.")
