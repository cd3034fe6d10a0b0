"""Hands committed events to the channel layer; never fails and never delays whoever saved.

A writer's commit puts its events into a bounded queue; a daemon thread with a loop and a broker connection of its own
sends them, an owner's run of consecutive events as one message: the first at once, what follows it closely together.
What the queue or a dead broker swallows is found by every server's sweep of the log, so nothing here is retried.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, Protocol
from weakref import WeakSet

from channels.layers import get_channel_layer

from orders import groups, wire

log = logging.getLogger(__name__)

QUEUE = 20_000
RUN = 200
SEND_SECONDS = 2.0
# Each sending costs the writer's process about half of what a save does; a flood of saves must not pay it for each.
PACE_SECONDS = 0.005
BREAK_SECONDS = 0.5
EXIT_SECONDS = 3.0
START_SECONDS = 1.0
HAND_OVER_SECONDS = 0.00005


class Announced(NamedTuple):
    """A committed event on its way: its owner, its number and its JSON text."""

    user_id: int
    seq: int
    body: str


class _Queued(NamedTuple):
    user_id: int
    seq: int
    body: str
    committed: float


@dataclass
class Publisher:
    """One a process: the queue, the thread that empties it, and what it has counted."""

    published: int = 0
    dropped: int = 0
    failures: int = 0
    _queue: deque[_Queued] = field(default_factory=deque)
    _idle: threading.Event = field(default_factory=threading.Event)
    _start: threading.Lock = field(default_factory=threading.Lock)
    _loop: asyncio.AbstractEventLoop | None = None
    _wake: asyncio.Event | None = None
    _broken_until: float = 0.0
    _is_down: bool = False

    def put(self, queued: Sequence[_Queued]) -> None:
        """Queues these for sending, or counts them as dropped; returns at once."""
        if time.monotonic() < self._broken_until or len(self._queue) + len(queued) > QUEUE:
            self.dropped += len(queued)
            return
        self._queue.extend(queued)
        loop = self._loop or self._started()
        # While it is at work it looks into the queue again by itself, before it rests.
        if self._idle.is_set() and loop is not None and self._wake is not None:
            self._idle.clear()
            loop.call_soon_threadsafe(self._wake.set)

    def flush(self, seconds: float) -> None:
        """Waits until everything queued was sent or given up, at most so long."""
        deadline = time.monotonic() + seconds
        while self._loop and (self._queue or not self._idle.is_set()) and (left := deadline - time.monotonic()) > 0:
            self._idle.wait(left)

    def _started(self) -> asyncio.AbstractEventLoop | None:
        with self._start:
            if self._loop is None:
                ready = threading.Event()
                threading.Thread(target=self._run, args=(ready,), name="publisher", daemon=True).start()
                ready.wait(START_SECONDS)
        return self._loop

    def _run(self, ready: threading.Event) -> None:
        asyncio.run(self._drain(ready))

    async def _drain(self, ready: threading.Event) -> None:
        self._wake = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        ready.set()
        next_at = 0.0
        while True:
            if not self._queue:
                self._idle.set()
                if not self._queue:
                    await self._wake.wait()
                self._idle.clear()
                self._wake.clear()
            if len(self._queue) < RUN and (early := next_at - time.monotonic()) > 0:
                await asyncio.sleep(early)
            next_at = time.monotonic() + PACE_SECONDS
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), RUN))]
            # Threads may queue what they committed in another order; sorting here spares the hubs a look into the log.
            batch.sort(key=itemgetter(0, 1))
            await self._send_all(batch)

    async def _send_all(self, batch: list[_Queued]) -> None:
        sent = 0
        runs = groupby(enumerate(batch), key=lambda item: (item[1].user_id, item[1].seq - item[0]))
        for (user_id, _), run in runs:
            events = [event for _, event in run]
            try:
                await self._send(user_id, events)
            except Exception as error:  # whatever the broker does, the log has the events
                self._give_up(error, len(batch) - sent)
                return
            sent += len(events)
            self.published += len(events)
            self._is_down = False

    async def _send(self, user_id: int, events: list[_Queued]) -> None:
        published = time.time() * 1000
        texts = [wire.live_event(event.body, event.committed, published) for event in events]
        message = {"type": "orders.events", "user_id": user_id, "first": events[0].seq, "texts": texts}
        layer = get_channel_layer()
        assert layer is not None, "CHANNEL_LAYERS names no default layer"
        async with asyncio.timeout(SEND_SECONDS):
            await layer.group_send(groups.orders(user_id), message)

    def _give_up(self, error: Exception, unsent: int) -> None:
        """Drops what waits and takes nothing for a moment, so that a stopped broker is not asked for every event."""
        self.failures += 1
        self.dropped += unsent + len(self._queue)
        self._queue.clear()
        self._broken_until = time.monotonic() + BREAK_SECONDS
        if not self._is_down:
            self._is_down = True
            log.warning("The broker takes no events (%s); the sweep delivers them.", error or type(error).__name__)


class Listener(Protocol):
    """Somebody in this process who needs no broker to hear of what is saved here."""

    def announce(self, events: Sequence[Announced], committed: float) -> bool: ...


publisher = Publisher()
_listeners: WeakSet[Listener] = WeakSet()


def listen(listener: Listener) -> None:
    _listeners.add(listener)


def committed(events: Sequence[Announced]) -> None:
    """Called once the events' transaction has committed."""
    now = time.time() * 1000
    if _heard_here(events, now):
        # The loop that is to send them needs Python's lock, which this thread would else keep for some milliseconds.
        time.sleep(HAND_OVER_SECONDS)
    publisher.put([_Queued(*event, now) for event in events])


def _heard_here(events: Sequence[Announced], committed: float) -> bool:
    """Tells this process' own hubs; whether anybody follows one of these owners there."""
    heard = False
    for listener in tuple(_listeners):
        try:
            heard |= listener.announce(events, committed)
        except RuntimeError:  # its loop has ended
            _listeners.discard(listener)
    return heard


def _new_publisher_after_fork() -> None:
    global publisher
    publisher = Publisher()
    _listeners.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_publisher_after_fork)
atexit.register(lambda: publisher.flush(EXIT_SECONDS))
