"""Database watchdog: sends a probe query on its own connection while requests wait for the database."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from django.db import Error, close_old_connections, connection

# Longer than SELECT 1 ever takes on a busy machine, shorter than users wait for a page.
SILENCE_SECONDS = 1.5


class Pulse:
    def __init__(self) -> None:
        self._asked: float | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="pulse")

    @property
    def is_silent(self) -> bool:
        """Whether the pending probe is overdue; false again once it is answered."""
        asked = self._asked
        return asked is not None and time.monotonic() - asked > SILENCE_SECONDS

    def look(self) -> None:
        """Send a probe unless one is pending. Returns at once."""
        if self._asked is None:
            self._asked = time.monotonic()
            self._pool.submit(self._ask)

    def _ask(self) -> None:
        try:
            close_old_connections()
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except Error:
            pass  # an error is an answer, too, and every request reports its own
        finally:
            self._asked = None
