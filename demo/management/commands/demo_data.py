"""`manage.py demo_data`: the demo's people and instruments; whatever is there already stays as it is."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from demo.accounts import make_people
from demo.instruments import make_instruments
from market.support.database_command import DatabaseCommand


class Command(DatabaseCommand):
    help = "Makes the demo's people and instruments where they are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        file = settings.BASE_DIR / ".demo-passwords"
        people = make_people(file, settings.DEMO_PASSWORD, settings.ADMIN_PASSWORD)
        instruments = make_instruments()
        if people:
            self.stdout.write(f"Made {', '.join(people)}; their passwords are in .demo-passwords.")
        if instruments:
            self.stdout.write(f"Made {instruments} instruments.")
