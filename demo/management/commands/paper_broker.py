"""`manage.py paper_broker`: the simulated counterparty of the demo; of several processes, only the leader acts."""

from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.paper_broker import PaperBroker
from market.support.tasks import until_signal


class Command(BaseCommand):
    help = "Simulates the broker of demo people: answers their orders at the prices of FEED=sim or replay."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.PAPER_BROKER:
            raise CommandError("The paper broker can't run: PAPER_BROKER is off, or FEED is neither sim nor replay.")
        self.stdout.write(f"Paper broker: demo people's orders are filled on paper, at the prices of {settings.FEED}.")
        self.stdout.flush()
        asyncio.run(until_signal(PaperBroker(settings.FEED_SEED).run))
