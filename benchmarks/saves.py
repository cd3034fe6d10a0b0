"""One process that saves orders as fast as it can: `python -m benchmarks.saves log|"no log" OWNERS SECONDS`.

Prints saves a second. "no log" is the same model and the same transaction, without recording events.
"""

from __future__ import annotations

import os
import sys
import time
from decimal import Decimal

import django
from django.core.management import call_command


def prepare() -> None:
    """Create the tables, an instrument and a hundred owners."""
    from django.contrib.auth.models import User

    from market.models import Instrument

    call_command("migrate", verbosity=0)
    Instrument.objects.get_or_create(symbol="AAPL", defaults={"name": "Apple", "currency": "USD"})
    if not User.objects.filter(username="owner-0").exists():
        User.objects.bulk_create([User(username=f"owner-{number}") for number in range(100)])


def save(owners: int, seconds: float, *, logged: bool) -> float:
    """Orders saved a second, for `owners` owners in turn."""
    from django.contrib.auth.models import User
    from django.db import transaction
    from django.db.models import Model

    from orders.models import Order

    users = list(User.objects.filter(username__startswith="owner-").order_by("pk")[:owners])
    done = os.getpid()
    first = done
    until = time.monotonic() + seconds
    began = time.monotonic()
    while time.monotonic() < until:
        user = users[done % len(users)]
        order = Order(user=user, symbol_id="AAPL", side="buy", quantity=Decimal(18), price=Decimal("585.33"))
        if logged:
            order.save(force_insert=True)
        else:
            with transaction.atomic():
                Model.save_base(order, raw=True, force_insert=True)
        done += 1
    return (done - first) / (time.monotonic() - began)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    django.setup()
    if sys.argv[1] == "prepare":
        prepare()
    else:
        print(save(int(sys.argv[2]), float(sys.argv[3]), logged=sys.argv[1] == "log"))


if __name__ == "__main__":
    main()
