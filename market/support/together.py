"""A task group: runs coroutines until one of them fails, then cancels the others until they have ended.

Python 3.11's task groups lose a cancellation that coincides with an error, and redis-py 8.1 loses one that arrives
while it returns a connection to its pool: a task that was cancelled once may simply go on.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

AGAIN_SECONDS = 1.0


async def together(*things: Coroutine[Any, Any, None]) -> None:
    """Run all until one fails, and raise its error, or until cancelled; the others have ended by then."""
    tasks = [asyncio.ensure_future(thing) for thing in things]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        await end(*tasks)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


async def end(*tasks: asyncio.Future[Any]) -> None:
    """Cancel the tasks, repeatedly if necessary, until they have ended; their errors are not raised.

    A cancellation of this call meanwhile takes effect once they have ended, so that no task is left running.
    """
    pending = {task for task in tasks if not task.done()}
    is_cancelled = False
    while pending:
        for task in pending:
            task.cancel()
        try:
            await asyncio.wait(pending, timeout=AGAIN_SECONDS)
        except asyncio.CancelledError:
            is_cancelled = True
        pending = {task for task in pending if not task.done()}
    if is_cancelled:
        raise asyncio.CancelledError


async def until_told(thing: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine until SIGTERM or SIGINT; raises the error that it fails with."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    running, waiting = asyncio.ensure_future(thing), asyncio.ensure_future(told.wait())
    await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
    await end(running, waiting)
    if not running.cancelled():
        running.result()
