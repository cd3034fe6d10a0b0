"""Who of all processes does what only one may do: by a lock in the broker that ends with whoever holds it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable

import redis.asyncio

from market.live.redis_names import name

KEY = name("market.leader")  # of the price feed
SECONDS = 10
RENEW_SECONDS = 3.0

_RENEW = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('EXPIRE', KEYS[1], ARGV[2]) end return 0"
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class LostLead(Exception):
    """Another process leads, or nobody does: nothing more may be done."""


class Leader:
    """`term` is each lead's own: what an earlier leader of this key still writes is refused (market.live.redis_board).

    It is no counter in the broker, which may forget it and then count the same again: two would lead at once.
    """

    def __init__(self, client: redis.asyncio.Redis, key: str = KEY) -> None:
        self._client = client
        self._key = key
        self._renew = client.register_script(_RENEW)
        self._release = client.register_script(_RELEASE)
        self.term = ""

    async def win(self, look_seconds: float, answered: Callable[[], None] = lambda: None) -> None:
        """Returns once this process leads; `answered` is called whenever the broker has said who does."""
        while True:
            is_won = await self.acquire()
            answered()
            if is_won:
                return
            await asyncio.sleep(look_seconds)  # the lock is the broker's: nobody is told when it is free

    async def keep(self, renew_seconds: float) -> None:
        """Leads on until cancelled. Raises LostLead."""
        while True:
            await asyncio.sleep(renew_seconds)
            if not await self.renew():
                raise LostLead

    async def acquire(self) -> bool:
        """Whether this process leads from now on, for SECONDS unless it renews."""
        term = secrets.token_hex(8)
        if not await self._client.set(self._key, term, nx=True, ex=SECONDS):
            return False
        self.term = term
        return True

    async def renew(self) -> bool:
        """False where another leads, or nobody: this process must stop at once."""
        return bool(await self._renew(keys=[self._key], args=[self.term, SECONDS]))

    async def release(self) -> None:
        await self._release(keys=[self._key], args=[self.term])
