"""Rate of `replay_journal` on a recorded order flow, compared with as many bare saves to the same table.

`python -m benchmarks.entry_journal FILE` is one round in its own process, on the database of DATABASE_URL.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from benchmarks.figures import Figure, Spread
from benchmarks.served import ROOT

BARE = "a bare save each, no log"
COLUMNS = (
    *("time", "user", "action", "client_order_id", "symbol", "side", "order_type", "time_in_force", "quantity"),
    *("price", "stop_price", "exec_id", "last_qty", "last_price", "text"),
)
MADE_UP = 240


def rows() -> list[dict[str, str]]:
    """A recorded journal if one lies next to the project, otherwise a generated one."""
    for file in sorted(ROOT.parent.glob("shared/data/*.journal.csv")):
        with file.open(newline="") as lines:
            return list(csv.DictReader(lines))
    return list(_made_up())


def _made_up() -> Iterator[dict[str, str]]:
    """Orders placed and accepted; every fifth is then filled, the others canceled."""
    for number in range(MADE_UP):
        order = {"user": ("alice", "bob")[number % 2], "client_order_id": f"made-up-{number}", "symbol": "AAPL"}
        new = {"side": "buy", "order_type": "limit", "time_in_force": "day", "quantity": "18", "price": "585.33"}
        fill = {"action": "fill", "exec_id": f"fill-{number}", "last_qty": "18", "last_price": "585.33"}
        end = fill if number % 5 == 0 else {"action": "cancel"}
        for action in ({"action": "place"} | new, {"action": "accept"}, end):
            yield dict.fromkeys(COLUMNS, "") | {"time": "2026-01-31T09:30:00Z"} | order | action


def figures(surroundings: dict[str, str], vendor: str, folder: Path, rounds: int) -> list[Figure]:
    """Each round replays the same flow for new users, who have no orders yet."""
    recorded = rows()
    kept: dict[str, list[float]] = {"replayed": [], "bare": []}
    for number in range(rounds):
        file = folder / f"{vendor}-{number}.csv"
        with file.open("w", newline="") as lines:
            writer = csv.DictWriter(lines, COLUMNS)
            writer.writeheader()
            writer.writerows(row | {"user": f"{row['user']}-{number}"} for row in recorded)
        command = [sys.executable, "-m", "benchmarks.entry_journal", str(file)]
        done = subprocess.run(command, cwd=ROOT, env=surroundings, check=True, capture_output=True, text=True)
        for name, seconds in json.loads(done.stdout).items():
            kept[name].append(len(recorded) / seconds)
    bare, replayed = Spread.of(kept["bare"]), Spread.of(kept["replayed"])
    return [Figure(f"{vendor}: replay_journal", "actions/s", BARE, bare, replayed)]


def _replay(file: str) -> float:
    from django.core.management import call_command

    told = io.StringIO()
    began = time.perf_counter()
    call_command("replay_journal", file, speed="max", start_at_once=True, stdout=told)
    seconds = time.perf_counter() - began
    if "; 0 unchanged" not in told.getvalue():
        raise SystemExit(told.getvalue())
    return seconds


def _bare_saves(count: int) -> float:
    from django.contrib.auth.models import User
    from django.db import transaction
    from django.db.models import Model

    from orders.models import Order

    user, _ = User.objects.get_or_create(username="bare")
    began = time.perf_counter()
    for _ in range(count):
        order = Order(user=user, symbol_id="AAPL", side="buy", quantity=Decimal(18), price=Decimal("585.33"))
        with transaction.atomic():
            Model.save_base(order, raw=True, force_insert=True)
    return time.perf_counter() - began


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    import django

    django.setup()
    with open(sys.argv[1]) as lines:
        count = sum(1 for _ in lines) - 1
    print(json.dumps({"replayed": _replay(sys.argv[1]), "bare": _bare_saves(count)}))


if __name__ == "__main__":
    main()
