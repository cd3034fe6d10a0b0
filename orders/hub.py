"""One a server process: one channel-layer subscription feeds all its sockets, and a sweep finds what was never announced.

The hub keeps a `Stream` for each owner whom a socket here follows and joins that owner's group. It never waits for a
client: sockets are woken and take what they lack from the stream, or from the log where the stream no longer holds it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer

from orders import events, groups, wire
from orders.reader import in_thread
from orders.stream import RING, Stream

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
# A message on its way needs no sweep: what the log has more is looked at again this much later.
GRACE_SECONDS = 0.05
BROKER_SECONDS = 1.0


class Follower(Protocol):
    """A socket, as far as the hub knows it."""

    follows_everyone: bool

    def wake(self) -> None: ...

    def follow(self, stream: Stream) -> None: ...


def _layer() -> Any:
    """The one channel layer; settings always name it."""
    return get_channel_layer()


class Hub:
    def __init__(self) -> None:
        self.streams: dict[int, Stream] = {}
        self.gaps = 0
        self.swept = 0
        self._followers: dict[int, set[Follower]] = {}
        self._watchers: set[Follower] = set()
        self._grouped: set[int] = set()
        self._channel: str | None = None
        self._filling: dict[int, asyncio.Task[None]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._joining: dict[int, asyncio.Future[Stream]] = {}

    @property
    def followers(self) -> set[Follower]:
        """Every socket that follows somebody."""
        return set().union(self._watchers, *self._followers.values())

    async def join(self, user_id: int, user: str, follower: Follower) -> Stream:
        """The owner's stream, from now on waking this follower; its head is the log's as of now or later."""
        self._followers.setdefault(user_id, set()).add(follower)
        if user_id not in self.streams:
            if user_id not in self._joining:
                self._joining[user_id] = asyncio.ensure_future(self._open(user_id, user))
            try:
                await asyncio.shield(self._joining[user_id])
            finally:
                self._joining.pop(user_id, None)
        stream = self.streams[user_id]
        head = (await in_thread(events.heads, [user_id]))[user_id]
        if head > stream.head:
            stream.seen = max(stream.seen, head)
            await self._filled(stream)
        return stream

    def watch(self, follower: Follower) -> None:
        """Owners who get their first event later are followed as well."""
        self._watchers.add(follower)

    async def leave(self, user_id: int, follower: Follower) -> None:
        """Stops waking this follower; the owner's stream goes with its last one."""
        followers = self._followers.get(user_id, set())
        followers.discard(follower)
        if followers:
            return
        self._followers.pop(user_id, None)
        self.streams.pop(user_id, None)
        if user_id in self._grouped and self._channel is not None:
            self._grouped.discard(user_id)
            await self._broker(_layer().group_discard(groups.orders(user_id), self._channel))

    async def leave_all(self, user_ids: Iterable[int], follower: Follower) -> None:
        self._watchers.discard(follower)
        for user_id in list(user_ids):
            await self.leave(user_id, follower)

    async def _open(self, user_id: int, user: str) -> Stream:
        self._begin()
        await self._group(user_id)
        head = (await in_thread(events.heads, [user_id]))[user_id]
        return self.streams.setdefault(user_id, Stream(user_id, user, head))

    def _begin(self) -> None:
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._sweeping())]

    async def _group(self, user_id: int) -> None:
        if self._channel is None:
            self._channel = await self._broker(_layer().new_channel())
        if self._channel is None or user_id in self._grouped:
            return
        if await self._broker(_layer().group_add(groups.orders(user_id), self._channel), True):
            self._grouped.add(user_id)

    async def _broker(self, call: Any, answer: Any = None) -> Any:
        """What the broker's call returns, or `answer` if given; None if the broker does not answer."""
        try:
            async with asyncio.timeout(BROKER_SECONDS):
                result = await call
        except Exception as error:  # the sweep delivers meanwhile, and asks the broker again
            log.warning("The broker does not answer (%s).", error or type(error).__name__)
            return None
        return result if answer is None else answer

    async def _listen(self) -> None:
        while True:
            if self._channel is None:
                await asyncio.sleep(GRACE_SECONDS)
                continue
            message = await _layer().receive(self._channel)
            try:
                self._take(message)
            except Exception:
                log.exception("A message of the channel layer could not be used.")

    def _take(self, message: dict[str, Any]) -> None:
        stream = self.streams.get(message["user_id"])
        if stream is None:
            return
        if stream.take(message["first"], message["texts"]):
            self._wake(stream)
        else:
            self.gaps += 1
            self._fill(stream)

    def _wake(self, stream: Stream) -> None:
        for follower in self._followers.get(stream.user_id, ()):
            follower.wake()

    def _fill(self, stream: Stream) -> asyncio.Task[None]:
        """Reads from the log what lies between the stream's head and the newest number heard of."""
        task = self._filling.get(stream.user_id)
        if task is None or task.done():
            task = self._filling[stream.user_id] = asyncio.create_task(self._read_gap(stream))
            task.add_done_callback(lambda _: self._filling.pop(stream.user_id, None))
        return task

    async def _filled(self, stream: Stream) -> None:
        await asyncio.shield(self._fill(stream))

    async def _read_gap(self, stream: Stream) -> None:
        while stream.seen > stream.head:
            if stream.seen - stream.head > RING:
                stream.jump(stream.seen)
                break
            found = await in_thread(events.since, stream.user_id, stream.head, RING)
            if not found:
                stream.jump(stream.seen)
                break
            if found[0].seq > stream.head + 1:
                stream.jump(found[0].seq - 1)
            stream.take(found[0].seq, [wire.replayed_event(event.body, event.at) for event in found])
        self._wake(stream)

    async def _sweeping(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self.sweep()
            except Exception:
                log.exception("The sweep failed; the next one follows in a second.")

    async def sweep(self) -> None:
        """Compares the streams' heads with the log's, fills what is missing, and joins groups the broker did not take."""
        heads = await in_thread(events.heads, None if self._watchers else list(self.streams))
        if self._watchers:
            await self._follow_newcomers(heads)
        behind = [stream for stream in self.streams.values() if heads.get(stream.user_id, 0) > stream.head]
        if behind:
            await asyncio.sleep(GRACE_SECONDS)
        for stream in behind:
            if heads[stream.user_id] > stream.head:
                self.swept += 1
                stream.seen = max(stream.seen, heads[stream.user_id])
                await self._filled(stream)
        for user_id in [user_id for user_id in self.streams if user_id not in self._grouped]:
            await self._group(user_id)
            if self._channel is None:
                break

    async def _follow_newcomers(self, heads: dict[int, int]) -> None:
        newcomers = [user_id for user_id in heads if user_id not in self.streams]
        names = await in_thread(events.user_names, newcomers) if newcomers else {}
        for user_id, user in names.items():
            for watcher in list(self._watchers):
                watcher.follow(await self.join(user_id, user, watcher))


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def get_hub() -> Hub:
    """The running event loop's hub: one a server process."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())
