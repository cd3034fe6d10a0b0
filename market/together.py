"""Runs several things until one of them fails.

Python 3.11's task groups forget a cancellation that comes together with an error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


async def together(*things: Coroutine[Any, Any, None]) -> None:
    """Until one fails, whose error this raises, or this is cancelled; the others have been cancelled by then."""
    tasks = [asyncio.ensure_future(thing) for thing in things]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        found = await asyncio.gather(*tasks, return_exceptions=True)
    for error in found:
        if isinstance(error, Exception):
            raise error
