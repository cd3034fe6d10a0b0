"""A clock whose hands a test turns, and waiting for facts that sockets bring about."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from market.feeds.clock import Clock
from market.live.ticks import Feed, Tick

# A guard against hanging, not something that is judged.
PATIENCE = 60.0
WALL = 1_790_000_000.0


class Hands:
    """Stands still until somebody turns it; `clock` is what a feed gets. What it draws is the most there is."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.wall_offset = WALL - self.time
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self.clock = Clock(
            now=lambda: self.time,
            wall=lambda: self.time + self.wall_offset,
            sleep=self._sleep,
            draw=lambda: 1.0,
        )

    @property
    def waits(self) -> list[float]:
        """How long each of those who sleep has still to go, the next one first."""
        return sorted(due - self.time for due, future in self._sleepers if not future.done())

    def turn(self, seconds: float) -> None:
        self.time += seconds
        for due, future in self._sleepers:
            if due <= self.time + 1e-9 and not future.done():
                future.set_result(None)

    async def _sleep(self, seconds: float) -> None:
        sleeper = (self.time + seconds, asyncio.get_running_loop().create_future())
        self._sleepers.append(sleeper)
        try:
            await sleeper[1]
        finally:
            self._sleepers.remove(sleeper)


async def until(fact: Callable[[], Any], what: str, *, in_a_row: int = 1) -> Any:
    """The fact's first true value, or the one after it was true so many times in a row; AssertionError naming it."""
    deadline = time.monotonic() + PATIENCE
    seen = 0
    while True:
        value = fact()
        seen = seen + 1 if value else 0
        if seen >= in_a_row:
            return value
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE:g} s"
        await asyncio.sleep(0.001)


@asynccontextmanager
async def turns() -> AsyncIterator[Callable[[], int]]:
    """How often the event loop has come round so far."""
    count = 0

    async def go_round() -> None:
        nonlocal count
        while True:
            count += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(go_round())
    try:
        yield lambda: count
    finally:
        task.cancel()


@asynccontextmanager
async def running(feed: Feed, sink: Callable[[Tick], None]) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(feed.run(sink))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
