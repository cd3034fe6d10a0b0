"""Runs several things until one of them fails, and ends what runs.

Python 3.11's task groups forget a cancellation that comes together with an error, and redis-py 8.1 one that comes while
it gives a connection back: a task that has been cancelled once may go on as if nothing had been said.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

AGAIN_SECONDS = 1.0


async def together(*things: Coroutine[Any, Any, None]) -> None:
    """Until one fails, whose error this raises, or this is cancelled; the others have ended by then."""
    tasks = [asyncio.ensure_future(thing) for thing in things]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        await end(*tasks)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


async def end(*tasks: asyncio.Future[Any]) -> None:
    """Cancels them until they have ended, however often that takes; what they failed with stays theirs.

    Whoever cancels this meanwhile, because it takes long, is heard when they have ended: nobody is left running.
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
    """Runs it until the process is asked to end; raises what it fails with."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    running, waiting = asyncio.ensure_future(thing), asyncio.ensure_future(told.wait())
    await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
    await end(running, waiting)
    if not running.cancelled():
        running.result()
