"""Names of the Channels groups, one per user, and the one channel through which a server process joins them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any

from channels.layers import get_channel_layer

from market.support.circuit_breaker import CircuitBreaker
from market.support.outage import Outage

log = logging.getLogger(__name__)

BROKER_SECONDS = 1.0
# How long the circuit breaker stays open after a failure of Redis; the sweep delivers meanwhile.
BREAK_SECONDS = 1.0


def orders(user_id: int) -> str:
    """The group that receives the events of this user's orders; named by user id, so that no name needs escaping."""
    return f"orders.{user_id}"


class Membership:
    """One channel in any number of users' groups. Nothing here raises or blocks for long when Redis is down."""

    def __init__(self) -> None:
        self.joined: set[int] = set()
        self._channel: str | None = None
        self._has_channel = asyncio.Event()
        # Serializes joining and leaving: one channel is created, and a group is left before it is joined again.
        self._turn = asyncio.Lock()
        self._breaker = CircuitBreaker(Outage(log, "Redis doesn't answer (%s).", "Redis answers again."))

    async def join(self, user_id: int) -> None:
        async with self._turn:
            if user_id in self.joined or self._breaker.is_open:
                return
            if self._channel is None and (channel := await self._answer(_layer().new_channel())):
                self._channel = channel
                self._has_channel.set()
            if self._channel and await self._answer(_layer().group_add(orders(user_id), self._channel), True):
                self.joined.add(user_id)

    async def leave(self, user_id: int) -> None:
        async with self._turn:
            if user_id in self.joined:
                self.joined.discard(user_id)
                await self._answer(_layer().group_discard(orders(user_id), self._channel))

    async def receive(self) -> dict[str, Any]:
        """The next message of any of the groups."""
        await self._has_channel.wait()
        message: dict[str, Any] = await _layer().receive(self._channel)
        return message

    async def _answer(self, call: Awaitable[Any], answer: Any = None) -> Any:
        """The result of a channel-layer call, or `answer` if given; None if Redis doesn't answer."""
        try:
            async with asyncio.timeout(BROKER_SECONDS):
                result = await call
        except Exception as error:  # whatever Redis does, sockets are served from the log
            self._breaker.failed(error, BREAK_SECONDS)
            return None
        self._breaker.answered()
        return result if answer is None else answer


def _layer() -> Any:
    """The default channel layer; the settings always configure it."""
    return get_channel_layer()
