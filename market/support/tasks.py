"""Tasks that surely end: anyio cancels until they do, where redis-py loses a cancellation of asyncio now and then.

It happens while a connection returns to its pool. Cleanup that awaits has to be shielded: `anyio.CancelScope`.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine
from typing import Any

import anyio

log = logging.getLogger(__name__)

Run = Callable[[], Coroutine[Any, Any, None]]


class Background:
    """A task that runs until it ends or is ended."""

    def __init__(self, run: Run) -> None:
        self._scope = anyio.CancelScope()
        self._task = asyncio.create_task(self._within(run))

    async def _within(self, run: Run) -> None:
        with self._scope:
            try:
                await run()
            except Exception:
                log.exception("A background task failed.")

    async def end(self) -> None:
        """Cancel it and wait until it has ended."""
        self._scope.cancel()
        await asyncio.wait([self._task])


async def _then(run: Run, end: Callable[[], None]) -> None:
    await run()
    end()


async def until_signal(run: Run) -> None:
    """Run until it ends or until SIGTERM or SIGINT; raises the error that it fails with, in a group."""
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async with anyio.create_task_group() as group:
            group.start_soon(_then, run, group.cancel_scope.cancel)
            async for _ in signals:
                group.cancel_scope.cancel()
                return
