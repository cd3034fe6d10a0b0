"""Fan-out hub, one per server process: a channel-layer subscription feeds all sockets, and a sweep finds lost events.

The hub keeps a `Stream` for each owner that a local socket follows, and joins that owner's group. It never waits for a
client: it wakes sockets, which take what they lack from the stream, or from the log if the stream no longer holds it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from django.db import Error

from market.support.outage import Outage
from orders.live import groups, signing
from orders.live.gap_fill import Looks
from orders.live.stream import Stream
from orders.live.threads import in_thread
from orders.log import events
from orders.log.recording import Committed
from orders.protocol import outbound

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
# Messages may still be on their way: when the log is ahead, the sweep compares again after this delay.
GRACE_SECONDS = 0.05


class Follower(Protocol):
    """A socket, as the hub sees it."""

    def wake(self, user_id: int) -> None: ...

    def follow(self, stream: Stream) -> None: ...

    def follows(self, user_id: int) -> bool: ...


class Hub:
    def __init__(self) -> None:
        self.streams: dict[int, Stream] = {}
        self.membership = groups.Membership()
        self.gaps = 0
        self.swept = 0
        self._followers: dict[int, set[Follower]] = {}
        self._watchers: dict[Follower, set[int]] = {}
        self._looks = Looks(self._wake)
        # The streams' heads at the last sweep.
        self._known: dict[Stream, int] = {}
        self._joining: dict[int, asyncio.Future[None]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._regrouping: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._news: set[Stream] = set()
        self._outage = Outage(log, "The log can't be swept (%s); retrying every second.", "The log is swept again.")

    @property
    def followers(self) -> set[Follower]:
        """Every socket that follows an owner, or watches for new ones."""
        return set(self._watchers).union(*self._followers.values())

    async def join(self, user_id: int, user: str, follower: Follower) -> Stream:
        """Have the owner's stream wake this follower, and return the stream; its head is at least the log's of now."""
        self._followers.setdefault(user_id, set()).add(follower)
        while user_id not in self.streams:
            await self._opened(user_id, user, follower)
            # A follower that left meanwhile is added again: its caller notices and removes it.
            self._followers.setdefault(user_id, set()).add(follower)
        stream = self.streams[user_id]
        head = (await in_thread(events.heads, [user_id]))[user_id]
        if head > stream.head:
            await self._looks.until_done(stream, head)
        return stream

    def watch(self, follower: Follower, known: Iterable[int]) -> None:
        """Have the follower also follow owners beyond the known ones, from their first event on."""
        self._watchers[follower] = set(known)

    async def leave(self, user_id: int, follower: Follower) -> None:
        """Stop waking this follower; the owner's stream is dropped with its last follower."""
        followers = self._followers.get(user_id, set())
        followers.discard(follower)
        if not followers:
            self._followers.pop(user_id, None)
            self.streams.pop(user_id, None)
            await self.membership.leave(user_id)

    async def leave_all(self, follower: Follower) -> None:
        self._watchers.pop(follower, None)
        for user_id in [user_id for user_id, followers in self._followers.items() if follower in followers]:
            await self.leave(user_id, follower)

    async def _opened(self, user_id: int, user: str, follower: Follower) -> None:
        """Return once the stream is open; its first follower starts the opening, later ones share it."""
        opening = self._joining.get(user_id)
        if opening is None:
            opening = self._joining[user_id] = asyncio.ensure_future(self._open(user_id, user))
        try:
            await asyncio.shield(opening)
        except Exception:
            await self.leave(user_id, follower)
            raise

    async def _open(self, user_id: int, user: str) -> None:
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._listening()), asyncio.create_task(self._sweeping())]
        try:
            await self.membership.join(user_id)
            head = (await in_thread(events.heads, [user_id]))[user_id]
            if user_id in self._followers:
                self.streams[user_id] = Stream(user_id, user, head)
            else:  # all followers have left meanwhile
                await self.membership.leave(user_id)
        finally:
            del self._joining[user_id]

    async def _listening(self) -> None:
        while True:
            try:
                self._hear(await self.membership.receive())
            except Exception:
                log.exception("A message from the channel layer could not be processed.")
                await asyncio.sleep(GRACE_SECONDS)

    def _hear(self, message: Mapping[str, Any]) -> None:
        """Accept a message that this site has signed. Any other is untrusted, and only triggers a read of the log."""
        if signing.is_signed(message):
            self._take(message["user_id"], message["first"], message["texts"])
        elif (stream := self.streams.get(message["user_id"])) is not None:
            self._hint(stream, stream.head + 1)

    def hear_committed(self, events: Sequence[Committed], at: float) -> bool:
        """Accept events committed in this process, from any thread; Redis' copy comes later and is dropped as known.

        Return whether a local socket follows one of their owners.
        """
        followed = [event for event in events if event.user_id in self.streams]
        if followed:
            self._loop.call_soon_threadsafe(self._take_own, followed, at)
        return bool(followed)

    def _take_own(self, events: Sequence[Committed], at: float) -> None:
        now = outbound.now()
        for user_id, seq, body in events:
            self._take(user_id, seq, [outbound.live_event(body, at, now)])

    def _take(self, user_id: int, first: int, texts: Sequence[str]) -> None:
        stream = self.streams.get(user_id)
        if stream is None:
            return
        head = stream.head
        if not stream.take(first, texts):
            self._hint(stream, first + len(texts) - 1)
        elif stream.head > head:
            self._tell(stream)

    def _tell(self, stream: Stream) -> None:
        """Wake the stream's followers in the next loop iteration, so that events that come together wake them once."""
        if not self._news:
            self._loop.call_soon(self._tell_all)
        self._news.add(stream)

    def _tell_all(self) -> None:
        news, self._news = self._news, set()
        for stream in news:
            self._wake(stream)

    def _wake(self, stream: Stream) -> None:
        for follower in self._followers.get(stream.user_id, ()):
            try:
                follower.wake(stream.user_id)
            except Exception:
                log.exception("A socket could not be woken for its events.")

    def _hint(self, stream: Stream, number: int) -> None:
        # Reported twice, by this process and by Redis, it counts as one gap.
        self.gaps += stream not in self._looks
        self._looks.begin(stream, number)

    async def _sweeping(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self.sweep()
            except Error as error:
                self._outage.failed(error)
            except Exception:
                log.exception("The sweep failed; retrying in a second.")
            else:
                if self.followers:  # without followers the database was not queried
                    self._outage.answered()

    async def sweep(self) -> None:
        """Compare the streams' heads with the log's, read missing events, and join the groups not joined yet."""
        known = self._known
        self._known = {stream: stream.head for stream in self.streams.values()}
        heads = await in_thread(events.heads, None if self._watchers else list(self.streams))
        for stream, head in known.items():
            # Only a database that was restored to an earlier state has a lower head than the stream had a sweep ago.
            if self.streams.get(stream.user_id) is stream and heads.get(stream.user_id, 0) < head:
                stream.jump(heads.get(stream.user_id, 0))
                self._wake(stream)
        await self._follow_newcomers(heads)
        behind = [stream for stream in self.streams.values() if heads.get(stream.user_id, 0) > stream.head]
        if behind:
            await asyncio.sleep(GRACE_SECONDS)
        behind = [stream for stream in behind if heads[stream.user_id] > stream.head]
        self.swept += len(behind)
        # A failure to read one owner's log must not affect the others.
        looks = [self._looks.until_done(stream, heads[stream.user_id]) for stream in behind]
        looked = await asyncio.gather(*looks, return_exceptions=True)
        if self._regrouping is None or self._regrouping.done():
            # Not awaited: a Redis that hangs must not slow down the sweep that stands in for it.
            self._regrouping = asyncio.create_task(self._regroup(self.streams.keys() - self.membership.joined))
        for failed in looked:
            if isinstance(failed, BaseException):
                raise failed

    async def _regroup(self, user_ids: Iterable[int]) -> None:
        for user_id in user_ids:
            if user_id in self.streams:
                await self.membership.join(user_id)

    async def _follow_newcomers(self, heads: dict[int, int]) -> None:
        new = {watcher: heads.keys() - known for watcher, known in self._watchers.items()}
        newcomers = set().union(*new.values())
        names = await in_thread(events.user_names, newcomers) if newcomers else {}
        for watcher, user_ids in new.items():
            for user_id in user_ids & names.keys():
                stream = await self.join(user_id, names[user_id], watcher)
                if watcher in self._watchers:
                    self._watchers[watcher].add(user_id)
                    watcher.follow(stream)
                elif not watcher.follows(user_id):
                    await self.leave(user_id, watcher)  # it has stopped watching meanwhile
