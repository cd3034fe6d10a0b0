"""Concurrency limit of request threads: Python runs one thread at a time, and GIL contention lowers throughput.

A request that lasts longer than most gives its slot to the next one and continues, so that no request waits for a slow
one.
"""

from __future__ import annotations

import asyncio

# Most requests are answered within this time; longer ones wait for the database, or read a lot from it.
SLOT_SECONDS = 0.02


class Slot:
    """A slot. `end` releases it and is idempotent; after SLOT_SECONDS it is released by itself."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places: asyncio.Semaphore | None = places
        self._timer = asyncio.get_running_loop().call_later(SLOT_SECONDS, self.end)

    def end(self) -> None:
        if self._places is not None:
            self._timer.cancel()
            self._places.release()
            self._places = None


class Slots:
    """A number of slots, first come, first served."""

    def __init__(self, places: int) -> None:
        self._places = asyncio.Semaphore(places)

    async def take(self) -> Slot:
        await self._places.acquire()
        return Slot(self._places)
