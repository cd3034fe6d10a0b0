"""Servers that start at once on one database prepare it one after another: migrations and demo data do not race."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from django.db import OperationalError, connection

from market.support.reasons import reason

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
        with _lock_file() as opened:
            fcntl.flock(opened, fcntl.LOCK_EX)
            yield


def _lock_file() -> TextIO:
    """Beside the database. Raises OperationalError where no file can be there, as opening the database would."""
    name = f"{connection.settings_dict['NAME']}.lock"
    try:
        return open(name, "w")
    except OSError as error:
        raise OperationalError(f"{name}: {reason(error)}") from error
