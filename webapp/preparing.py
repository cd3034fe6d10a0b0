"""Servers that start at once on one database prepare it one after another: migrations and demo data do not race."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# Any number that no other program on the same database locks; all of ours take this one.
KEY = 0x6F72646572  # "order"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Waits until no other process is inside. The lock goes with its holder, however that ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [KEY])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [KEY])
    else:
        with open(f"{connection.settings_dict['NAME']}.lock", "w") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX)
            yield
