"""`manage.py recount`: puts the tabs' totals right after rows were written behind the log's back."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from market.support.database_command import DatabaseCommand
from orders.log import events, upkeep


class Command(DatabaseCommand):
    help = "Counts everyone's orders anew, owner by owner; saves of an owner wait while his are counted."

    def handle(self, *args: Any, **options: Any) -> None:
        owners = {*events.heads(), *User.objects.filter(orders__isnull=False).values_list("pk", flat=True)}
        wrong = sum(upkeep.recount(user_id) for user_id in sorted(owners))
        self.stdout.write(f"Totals of {wrong:,} owners were wrong and are right now.")
