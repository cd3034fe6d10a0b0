"""The names of Channels groups, one a user, and a server process's one channel that joins them."""

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
# A broker that did not answer is left alone for so long: the sweep delivers meanwhile.
BREAK_SECONDS = 1.0


def orders(user_id: int) -> str:
    """The group that hears the events of this user's orders; by his id, so that no name needs escaping."""
    return f"orders.{user_id}"


class Membership:
    """One channel in any number of users' groups. Nothing here raises, or waits long, when the broker is away."""

    def __init__(self) -> None:
        self.joined: set[int] = set()
        self._channel: str | None = None
        self._has_channel = asyncio.Event()
        # Joining and leaving take turns, so that there is one channel and a group is left before it is joined anew.
        self._turn = asyncio.Lock()
        self._breaker = CircuitBreaker(Outage(log, "The broker does not answer (%s).", "The broker answers again."))

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
        """What the broker's call returns, or `answer` if given; None if the broker does not answer."""
        try:
            async with asyncio.timeout(BROKER_SECONDS):
                result = await call
        except Exception as error:  # whatever the broker does, sockets are served from the log
            self._breaker.failed(error, BREAK_SECONDS)
            return None
        self._breaker.answered()
        return result if answer is None else answer


def _layer() -> Any:
    """The one channel layer; settings always name it."""
    return get_channel_layer()
