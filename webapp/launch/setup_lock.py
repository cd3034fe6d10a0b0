"""Setup lock: servers that start together on one database run migrations and demo data one after another."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from django.db import OperationalError, connection

from market.support.reasons import reason

# An arbitrary lock number, shared by all our processes and unused by other programs on the same database.
KEY = 0x6F72646572  # "order"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait for the lock, and hold it for the block. It is released when its holder ends, however that ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [KEY])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [KEY])
    else:
        with _lock_file() as opened:
            fcntl.flock(opened, fcntl.LOCK_EX)
            yield


def _lock_file() -> TextIO:
    """Open the lock file next to the database. Raises OperationalError on failure, as opening the database would."""
    name = f"{connection.settings_dict['NAME']}.lock"
    try:
        return open(name, "w")
    except OSError as error:
        raise OperationalError(f"{name}: {reason(error)}") from error
