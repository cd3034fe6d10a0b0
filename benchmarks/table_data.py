"""Fill a database with orders quickly: the rows alone, then the indexes, then the search index and the totals.

`python -m benchmarks.table_data COUNT OWNERS` fills the database of DATABASE_URL; the owners are bench0, bench1 …,
with their orders interleaved.
"""

from __future__ import annotations

import io
import os
import random
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

COLUMNS = (
    "user_id,client_order_id,symbol,side,order_type,time_in_force,quantity,price,stop_price,status,cum_qty,avg_price,"
    "gross_trade_amount,text,version,fingerprint,is_import,created_at,updated_at"
)
STATUSES = ("pending_new", "new", "partially_filled", "pending_cancel", "filled", "canceled", "rejected", "expired")
# Percent: two are working, as in any order list older than a day.
SHARES = (0.5, 0.5, 0.5, 0.5, 50, 40, 4, 4)
TEXTS = ("urgent", "client asked", "hedge", "close out")
FIRST = 1_750_000_000


def orders(count: int, user_ids: list[int], is_sqlite: bool) -> Iterator[tuple[Any, ...]]:
    """Rows of COLUMNS, the same at every call; four in ten have a text, one in ten `urgent`."""
    chance = random.Random(count)
    for number in range(count):
        [status] = chance.choices(STATUSES, SHARES)
        quantity = chance.randrange(2, 1000)
        cum_qty = {"filled": quantity, "partially_filled": quantity // 2}.get(status, 0)
        order_type = chance.choice(("limit", "limit", "limit", "market", "stop"))
        price = round(chance.uniform(10, 600), 2) if order_type == "limit" else None
        stop_price = round(chance.uniform(10, 600), 2) if order_type == "stop" else None
        avg_price = round(chance.uniform(10, 600), 2) if cum_qty else None
        text = chance.choice(TEXTS) if chance.random() < 0.4 else ""
        if text == "hedge":
            text = f"hedge {chance.randrange(10_000)}"
        placed = FIRST + number * 7 + chance.random() * 7
        yield (
            user_ids[chance.randrange(len(user_ids))],
            str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            f"SYM{chance.randrange(40)}",
            chance.choice(("buy", "sell")),
            order_type,
            chance.choice(("day", "day", "day", "gtc")),
            quantity,
            price,
            stop_price,
            status,
            cum_qty,
            avg_price,
            "0",
            text,
            chance.randrange(1, 6),
            "",
            0 if is_sqlite else False,
            _moment(placed),
            _moment(placed + chance.uniform(0, 86_400)),
        )


def rare_term(count: int) -> str:
    """The beginning of the client order id of the order in the middle."""
    for number, row in enumerate(orders(count, [0], is_sqlite=True)):
        if number == count // 2:
            return str(row[1])[:8]
    raise ValueError(count)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def fill(count: int, owners: int) -> None:
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection

    from market.models import Instrument
    from orders.listing import search_index

    call_command("migrate", verbosity=0)
    users = User.objects.bulk_create(User(username=f"bench{number}") for number in range(owners))
    Instrument.objects.bulk_create(Instrument(symbol=f"SYM{n}", name=f"SYM{n}", currency="USD") for n in range(40))
    is_sqlite = connection.vendor == "sqlite"
    rows = orders(count, [user.pk for user in users], is_sqlite)
    with connection.cursor() as cursor:
        indexes = drop_indexes(cursor, is_sqlite)
        if is_sqlite:
            cursor.execute("BEGIN IMMEDIATE")
            marks = ",".join("?" * len(COLUMNS.split(",")))
            connection.connection.executemany(f"INSERT INTO orders_order ({COLUMNS}) VALUES ({marks})", rows)
            cursor.execute("COMMIT")
        else:
            with cursor.copy(f"COPY orders_order ({COLUMNS}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        for statement in indexes:
            cursor.execute(statement)
        search_index.prepare()
        if not is_sqlite:
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    call_command("recount", verbosity=0, stdout=io.StringIO())


def drop_indexes(cursor: Any, is_sqlite: bool) -> list[str]:
    """Drop every index that only reads need, search's included; returns the statements to recreate the others."""
    if is_sqlite:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'orders_search%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND name LIKE 'order\\_%' ESCAPE '\\'")
    else:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'order\\_%'"
            " AND indexname <> 'order_client_order_id_once'"
        )
    found = [(name, statement) for name, statement in cursor.fetchall() if statement]
    for name, _ in found:
        cursor.execute(f"DROP INDEX {name}")
    return [statement for name, statement in found if name != "order_search"]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    import django

    django.setup()
    fill(int(sys.argv[1]), int(sys.argv[2]))
