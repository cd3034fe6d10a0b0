"""Injectable clock and random source of the feeds, so that tests control both."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """`now`: monotonic seconds; `wall`: unix seconds of the system clock; `sleep`: waits seconds of `now`.

    `draw`: a random number, 0 <= n < 1.
    """

    now: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    draw: Callable[[], float] = random.random


CLOCK = Clock()
