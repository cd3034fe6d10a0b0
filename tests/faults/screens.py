"""A client of the real hub and delivery without a network: what its screen holds is what the frames told it."""

from __future__ import annotations

import asyncio
import json
from collections import deque

from django.contrib.auth.models import User

from orders.domain import rows
from orders.live.hub import Hub
from orders.live.outbox import Delivery
from orders.protocol import inbound
from orders.socket.subscriptions import Subscriptions
from tests.orders import builders


async def turn() -> None:
    """One turn of the event loop."""
    await asyncio.sleep(0)


class Screen:
    """Loads once, then follows the contract's rule; while paused it neither reads nor answers."""

    def __init__(self, owner: User, hub: Hub) -> None:
        self.owner = owner
        self.hub = hub
        self.last, self.table = builders.head_of(owner), builders.snapshot_of(owner)
        self.paused = False
        self.frames = 0
        self.resets = 0
        self._inbox: deque[str] = deque()
        self._serving: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        return self._serving is not None

    async def connect(self) -> None:
        """Subscribes after the last event applied, as whoever comes back does."""
        self._delivery = Delivery(self._send, self._too_slow)
        self._subscriptions = Subscriptions(self.owner, self._delivery, self.hub)
        self._serving = asyncio.create_task(self._delivery.run())
        await self._subscriptions.subscribe(inbound.Subscribe(None, None, self.last), self._send)

    async def drop(self) -> None:
        """The connection is gone, and with it every frame that was not read."""
        assert self._serving is not None
        self._serving.cancel()
        self._serving = None
        self._inbox.clear()
        await self._subscriptions.leave()

    def read(self) -> None:
        """Takes what has come."""
        while self._inbox and not self.paused:
            self._take(json.loads(self._inbox.popleft()))

    async def _send(self, text: str) -> None:
        self._inbox.append(text)
        self.frames += 1

    async def _too_slow(self) -> None:
        raise AssertionError("nobody is slow here: the clock stands still")

    def _take(self, frame: dict[str, object]) -> None:
        match frame["type"]:
            case "events":
                events: list[builders.Event] = frame["events"]  # type: ignore[assignment]
                for event in events:
                    self._apply(event)
            case "heartbeat":
                self._subscriptions.received(inbound.Received(None, None, self.last))
            case "reset":
                self.resets += 1
                self.last, self.table = builders.head_of(self.owner), builders.snapshot_of(self.owner)

    def _apply(self, event: builders.Event) -> None:
        assert event["user"] == self.owner.username, "somebody else's event"
        if event["seq"] <= self.last:
            assert self.resets, "an event twice"  # after a reset the snapshot may be ahead of what was under way
            return
        assert event["seq"] == self.last + 1, "a gap"
        self.table: dict[int, rows.Row] = builders.apply(self.table, [event])
        self.last += 1
