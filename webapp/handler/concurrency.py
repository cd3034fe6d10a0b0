"""Requests take turns: Python runs one thread at a time, and threads that quarrel over its lock all get less done.

A request that lasts longer than most gives its turn to the next and goes on beside it, so that nobody waits for a slow
one.
"""

from __future__ import annotations

import asyncio

# Most requests are answered within it; what lasts longer waits for the database, or reads much of it.
TURN_SECONDS = 0.02


class Turn:
    """Ends by `end`, or by itself after TURN_SECONDS; ending twice is ending once."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places: asyncio.Semaphore | None = places
        self._timer = asyncio.get_running_loop().call_later(TURN_SECONDS, self.end)

    def end(self) -> None:
        if self._places is not None:
            self._timer.cancel()
            self._places.release()
            self._places = None


class Turns:
    """So many at once, in the order in which they came."""

    def __init__(self, places: int) -> None:
        self._places = asyncio.Semaphore(places)

    async def take(self) -> Turn:
        await self._places.acquire()
        return Turn(self._places)
