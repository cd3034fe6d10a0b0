"""Whether the database answers at all: one question on a connection of its own, asked while requests wait for it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from django.db import Error, close_old_connections, connection

# Longer than any answer to SELECT 1 takes on a busy machine, shorter than anybody waits for a page.
SILENCE_SECONDS = 1.5


class Pulse:
    def __init__(self) -> None:
        self._asked: float | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="pulse")

    @property
    def is_silent(self) -> bool:
        """Whether the question that is out has waited for longer than it should; false again with its answer."""
        asked = self._asked
        return asked is not None and time.monotonic() - asked > SILENCE_SECONDS

    def look(self) -> None:
        """Asks, if no question is out. Returns at once."""
        if self._asked is None:
            self._asked = time.monotonic()
            self._pool.submit(self._ask)

    def _ask(self) -> None:
        try:
            close_old_connections()
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except Error:
            pass  # a refusal is an answer, and every request gets its own
        finally:
            self._asked = None
