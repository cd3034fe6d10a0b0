"""`manage.py demo_data`: creates demo people and instruments; existing ones stay as they are."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from demo.accounts import make_people
from demo.instruments import make_instruments
from market.support.database_command import DatabaseCommand


class Command(DatabaseCommand):
    help = "Creates the demo people and instruments that are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        file = settings.BASE_DIR / ".demo-passwords"
        people = make_people(file, settings.DEMO_PASSWORD, settings.ADMIN_PASSWORD)
        instruments = make_instruments()
        if people:
            self.stdout.write(f"Created {', '.join(people)}; their passwords are in .demo-passwords.")
        if instruments:
            self.stdout.write(f"Created {instruments} instruments.")
