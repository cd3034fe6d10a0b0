"""Sign-in queue: password checks run one at a time, because each deliberately costs as much as ten requests.

They run in their own thread, so that each guess is checked only after the previous failure was counted.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from django.conf import settings

# While others wait, the queue pauses for twice as long as a sign-in took: a flood takes at most a third of a core.
REST = 2
LONGEST_REST = 0.4
# A refusal is delayed by this long, because an immediate retry would cost as much as an answer.
HOLD_SECONDS = 1.0
HELD = 500
RETRY_AFTER_SECONDS = 2


class SignInQueue:
    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="sign-in")
        self._turn = asyncio.Semaphore(1)
        self._waiting = Counter[str]()
        self._held = 0

    def has_room(self, address: str) -> bool:
        """Whether one more may wait, in all and from this address, so that a flood from one doesn't block others."""
        return _is_below(self._waiting.total(), settings.SIGN_INS_WAITING) and _is_below(
            self._waiting[address], settings.SIGN_INS_WAITING_PER_ADDRESS
        )

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        """Wait for the slot, first come, first served, and hold it for the block."""
        self._waiting[address] += 1
        try:
            await self._turn.acquire()
            began = time.monotonic()
            try:
                yield
            finally:
                self._end_turn(time.monotonic() - began)
        finally:
            self._waiting[address] -= 1
            self._waiting += Counter()  # drops addresses with a count of 0

    def _end_turn(self, taken: float) -> None:
        if self._waiting.total() > 1:
            asyncio.get_running_loop().call_later(min(REST * taken, LONGEST_REST), self._turn.release)
        else:
            self._turn.release()

    async def hold(self) -> None:
        """Delay a refused sign-in, unless too many are delayed already."""
        if self._held >= HELD:
            return
        self._held += 1
        try:
            await asyncio.sleep(HOLD_SECONDS)
        finally:
            self._held -= 1


def _is_below(count: int, most: int | None) -> bool:
    return most is None or count < most
