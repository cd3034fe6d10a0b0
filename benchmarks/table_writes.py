"""The table's cost for placing an order: orders a second in process, with and without its indexes and totals.

Two copies of one filled database: the product's, and one without any index that only reads need, without the search
index, and with a counter that stores only the log's head. Rounds alternate between them.
`python -m benchmarks.table_writes COUNT [--bare]` is one round, on DATABASE_URL: it prints its rate.
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks import served
from benchmarks.figures import Spread
from benchmarks.table_sites import VIEWER, environment

ORDERS = 1000
WARM = 100
_HEAD_ALONE = """
    INSERT INTO orders_eventcounter (user_id, head, trimmed, working, filled, closed) VALUES (%s, %s, 0, 0, 0, 0)
    ON CONFLICT (user_id) DO UPDATE SET head = orders_eventcounter.head + excluded.head
    RETURNING head
"""


def placing(url: str, rounds: int) -> tuple[Spread, Spread]:
    """Orders a second: without the table's indexes and totals, and as the product is."""
    bare_url = _copy(url)
    _run(bare_url, "0", "--strip")
    bare, full = [], []
    for _ in range(rounds):
        bare.append(_run(bare_url, str(ORDERS), "--bare"))
        full.append(_run(url, str(ORDERS)))
    return Spread.of(bare), Spread.of(full)


def _run(url: str, *arguments: str) -> float:
    command = [sys.executable, "-m", "benchmarks.table_writes", *arguments]
    done = subprocess.run(command, cwd=served.ROOT, env=environment(url), check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout.split()[-1])


def _copy(url: str) -> str:
    if url.startswith("sqlite"):
        path = Path(urlsplit(url).path[1:])
        copy = path.with_name(f"{path.stem}_bare.sqlite3")
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        return f"sqlite:///{copy}"
    import psycopg

    name = urlsplit(url).path[1:]
    with psycopg.connect(url.replace(f"/{name}?", "/postgres?"), autocommit=True) as line:
        line.execute(f'CREATE DATABASE "{name}_bare" TEMPLATE "{name}"'.encode())
    return url.replace(f"/{name}?", f"/{name}_bare?")


def _strip() -> None:
    from django.db import connection

    from benchmarks.table_data import drop_indexes

    with connection.cursor() as cursor:
        drop_indexes(cursor, connection.vendor == "sqlite")


def _rate(count: int) -> float:
    from decimal import Decimal

    from django.contrib.auth.models import User

    from orders import trading
    from orders.domain.lifecycle import Side
    from orders.log import recording

    recording.announce = lambda committed: None
    user = User.objects.get(username=VIEWER)
    chance = random.Random()

    def place() -> Any:
        price = Decimal(chance.randrange(1000, 60_000)) / 100
        new = trading.NewOrder(f"SYM{chance.randrange(40)}", Side.BUY, Decimal(chance.randrange(1, 999)), price=price)
        return trading.place(user, new)

    for _ in range(WARM):
        place()
    began = time.perf_counter()
    for _ in range(count):
        place()
    return count / (time.perf_counter() - began)


def _bare_counters() -> None:
    from orders.log import events

    raise_head = events._RAISE_HEAD
    assert "working" in raise_head
    events._RAISE_HEAD = _HEAD_ALONE
    events._KEPT = ()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    import django

    django.setup()
    if "--strip" in sys.argv:
        _strip()
        print(0)
    else:
        if "--bare" in sys.argv:
            _bare_counters()
        print(_rate(int(sys.argv[1])))
