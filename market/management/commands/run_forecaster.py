"""`manage.py run_forecaster`: the live forecast for all processes of the site; of several, one leads."""

from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from market.forecaster.service import Forecaster
from market.support.database_command import DatabaseCommand
from market.support.tasks import until_signal


class Command(DatabaseCommand):
    help = "Forecasts touches for all processes of the site, records what it says and scores it."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.FEED == "off":
            raise CommandError("FEED is off: without prices there is nothing to forecast.")
        asyncio.run(until_signal(Forecaster().run))
