"""Who signs in waits for those before them: a password costs as much as ten requests, and is meant to.

One at a time, in a thread of its own, so that each guess is looked at after the last one's failure was counted.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from django.conf import settings

# While others wait, twice as long is rested after a sign-in as it took: a flood takes a third of a core and no more.
REST = 2
LONGEST_REST = 0.4
# A refusal comes after so long, as asking again at once would cost as much as being answered.
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
        """Whether one more may wait, and one more from this address: who floods from there keeps nobody else out."""
        return _is_below(self._waiting.total(), settings.SIGN_INS_WAITING) and _is_below(
            self._waiting[address], settings.SIGN_INS_WAITING_PER_ADDRESS
        )

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        """Begins when those who came before have had theirs."""
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
            self._waiting += Counter()  # forgets those of whom nobody waits

    def _end_turn(self, taken: float) -> None:
        if self._waiting.total() > 1:
            asyncio.get_running_loop().call_later(min(REST * taken, LONGEST_REST), self._turn.release)
        else:
            self._turn.release()

    async def hold(self) -> None:
        """Lets a refused one wait, unless too many do."""
        if self._held >= HELD:
            return
        self._held += 1
        try:
            await asyncio.sleep(HOLD_SECONDS)
        finally:
            self._held -= 1


def _is_below(count: int, most: int | None) -> bool:
    return most is None or count < most
