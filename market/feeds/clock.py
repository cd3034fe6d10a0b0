"""The time and the chance that feeds live by: one object to hand in, so that tests turn the hands themselves."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """`now`: seconds that only go forward; `wall`: seconds since 1970, as the machine believes; `sleep`: by `now`.

    `draw`: anything from 0 up to 1.
    """

    now: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    draw: Callable[[], float] = random.random


CLOCK = Clock()
