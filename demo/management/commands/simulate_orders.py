"""`manage.py simulate_orders --user alice --rate 5`: a realistic order flow until Ctrl-C."""

from __future__ import annotations

import time
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser

from demo.simulation import Flow
from market.support.database_command import DatabaseCommand
from market.values import decimals

PROGRESS_SECONDS = 5.0


class Command(DatabaseCommand):
    help = "Places, accepts, fills, amends and cancels orders of one user."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True)
        parser.add_argument("--rate", type=decimals.real, default=5.0, help="actions per second")
        parser.add_argument("--seconds", type=decimals.real, help="duration; by default until Ctrl-C")
        parser.add_argument("--seed", type=decimals.whole, help="the same seed makes the same decisions")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 < options["rate"] <= 10_000:
            raise CommandError("--rate must be above 0 and at most 10000.")
        user = get_user_model()._default_manager.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']}.")
        self.stdout.write(f"Orders of {options['user']}: {options['rate']:g} actions a second; Ctrl-C stops.")
        began = told = time.monotonic()
        done = step = 0
        flow = Flow(user, options["seed"])
        try:
            while options["seconds"] is None or time.monotonic() - began < options["seconds"]:
                done += flow.step()
                step += 1
                time.sleep(max(0.0, began + step / options["rate"] - time.monotonic()))
                if time.monotonic() - told > PROGRESS_SECONDS:
                    told = time.monotonic()
                    self.stdout.write(f"{done:,} events")
        except KeyboardInterrupt:
            pass
        self.stdout.write(f"{done:,} events in {time.monotonic() - began:.0f} s.")
