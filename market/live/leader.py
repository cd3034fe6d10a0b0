"""Leader election with a Redis lock, which expires if its holder dies."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress

import redis.asyncio
from redis.asyncio.lock import Lock
from redis.exceptions import LockError

from market.live.redis_names import name

KEY = name("market.leader")  # of the price feed
SECONDS = 10
RENEW_SECONDS = 3.0


class LostLead(Exception):
    """This process no longer leads and must stop."""


class Leader:
    """A candidate. Its `term` is a fencing token, unique to each lead.

    By it market.live.redis_board refuses what an earlier leader still writes. The term is random, not a counter in
    Redis: Redis may lose the counter and issue a term twice, so that two processes would lead at once.
    """

    def __init__(self, client: redis.asyncio.Redis, key: str = KEY) -> None:
        self._lock = Lock(client, key, timeout=SECONDS, thread_local=False)
        self.term = ""

    async def win(self, look_seconds: float, answered: Callable[[], None] = lambda: None) -> None:
        """Wait until this process leads; `answered` is called after each reply of Redis."""
        while True:
            is_won = await self.acquire()
            answered()
            if is_won:
                return
            await asyncio.sleep(look_seconds)  # poll: Redis does not announce that a lock is free

    async def keep(self, renew_seconds: float) -> None:
        """Renew the lead until cancelled. Raises LostLead."""
        while True:
            await asyncio.sleep(renew_seconds)
            if not await self.renew():
                raise LostLead

    async def acquire(self) -> bool:
        """Try to take the lead, for SECONDS unless renewed; return whether this process leads."""
        term = secrets.token_hex(8)
        if not await self._lock.acquire(blocking=False, token=term):
            return False
        self.term = term
        return True

    async def renew(self) -> bool:
        """Extend the lead; False if this process no longer leads, and must stop at once."""
        try:
            return await self._lock.reacquire()
        except LockError:
            return False

    async def release(self) -> None:
        with suppress(LockError):
            await self._lock.release()
