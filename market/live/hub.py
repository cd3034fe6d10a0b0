"""Price hub, one per server process: passes the latest prices from Redis to viewers, each at its own rate.

Each wanted symbol is one subscription, however many viewers want it; `market.live.viewers` sends the frames.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from typing import Any

import anyio
import redis
import redis.asyncio
from redis.asyncio.client import PubSub

from market.live import leases, redis_board, redis_client
from market.live.feed_status import FeedState, Silence
from market.live.viewers import Build, Hear, Interest, Pace, Viewer, deaf
from market.support.outage import Outage
from market.support.tasks import Background

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
# Timeout of a Redis command. A subscription has none.
OPERATION_SECONDS = 2.0
# A symbol without viewers stays subscribed for this long, because pages are reloaded.
GRACE_SECONDS = 5.0
# Throttle of subscription updates: viewers that come and go at the same time cause one update.
REST_SECONDS = 0.02


class QuoteHub:
    """`build` makes a frame from the joined JSON of quotes, the number of changes they contain and the feed's state."""

    def __init__(self, build: Build, hear: Hear = deaf) -> None:
        self.texts: dict[str, str] = {}
        self.feed = FeedState()
        self.taken = 0
        self._build = build
        self._heard = hear
        # Symbols received or read since Redis was last reached: its hash has nothing newer.
        self._known: set[str] = set()
        self._is_away = False
        self._newcomers: set[Viewer] = set()
        self._interests: dict[Viewer, tuple[Interest, Pace]] = {}
        self._paces: dict[float, Pace] = {}
        self._count: dict[str, int] = {}
        self._leaving: dict[str, asyncio.TimerHandle] = {}
        self._changed = asyncio.Event()
        self._task: Background | None = None
        self._outage = Outage(log, "Redis does not answer (%s); prices are frozen.", "Redis answers again.")

    def frame_of(self, symbols: Iterable[str], changes: int, with_feed: bool) -> str:
        """One frame with the latest quotes of these symbols; empty if there is nothing to send."""
        joined = ",".join(filter(None, map(self.texts.get, symbols)))
        return self._build(joined, changes, self.feed.text if with_feed else None) if joined or with_feed else ""

    @property
    def viewers(self) -> int:
        return len(self._interests)

    @property
    def symbols(self) -> int:
        """How many symbols are subscribed, those in their grace period included."""
        return len(self._count)

    @property
    def frames(self) -> int:
        """How many frames viewers were sent since the start."""
        return sum(pace.sent for pace in self._paces.values())

    @property
    def conflated(self) -> int:
        """How many changes were conflated: a later one of the same symbol was sent in their place."""
        return sum(pace.conflated for pace in self._paces.values())

    def watch(
        self, viewer: Viewer, symbols: Iterable[str], per_second: float, working: frozenset[str] | None = None
    ) -> None:
        """Replace what a viewer watches, and send known prices at once. `working`: None keeps the previous ones."""
        interest, before = self._interests.get(viewer) or (Interest(viewer), None)
        pace = self._paces.setdefault(per_second, Pace(self.frame_of, per_second))
        if before is not None and before is not pace:
            before.leave(interest)
        wanted = frozenset(symbols)
        self._recount(interest.wanted, wanted)
        new = wanted - interest.wanted
        interest.wanted = wanted
        interest.working = wanted & (interest.working if working is None else working)
        interest.unseen = {symbol: n for symbol, n in interest.unseen.items() if symbol in wanted}
        interest.unseen |= dict.fromkeys(new, 0)
        interest.told_queued &= wanted
        self._interests[viewer] = (interest, pace)
        if before is None:
            self._newcomers.add(viewer)
        self._show(viewer)
        interest.tell_queued(self.feed.queued, self.feed.limit)
        self._changed.set()
        if self._task is None:
            self._task = Background(self._run)

    def leave(self, viewer: Viewer) -> None:
        if viewer in self._interests:
            interest, pace = self._interests.pop(viewer)
            self._newcomers.discard(viewer)
            pace.leave(interest)
            self._recount(interest.wanted, frozenset())
            self._changed.set()

    def watched(self, viewer: Viewer) -> frozenset[str]:
        found = self._interests.get(viewer)
        return found[0].wanted if found else frozenset()

    def wants(self) -> dict[Viewer, frozenset[str]]:
        return {viewer: interest.wanted for viewer, (interest, _) in self._interests.items()}

    def work(self, viewer: Viewer, working: frozenset[str]) -> None:
        """Set the symbols in which a viewer has working orders: they get feed slots before merely watched ones."""
        found = self._interests.get(viewer)
        if found is not None and found[0].working != working:
            found[0].working = working
            self._changed.set()

    async def close(self) -> None:
        """End all subscriptions, and release the feed slots at once."""
        for timer in self._leaving.values():
            timer.cancel()
        if self._task is not None:
            await self._task.end()

    def _show(self, *viewers: Viewer) -> None:
        """Start sending to viewers. A new viewer's first frame waits for all known prices, unless Redis is down."""
        for viewer in viewers:
            interest, pace = self._interests[viewer]
            if viewer not in self._newcomers or self._is_away or interest.wanted <= self._known:
                self._newcomers.discard(viewer)
                pace.enter(interest)
                pace.changed()

    def _recount(self, before: frozenset[str], after: frozenset[str]) -> None:
        for symbol in after - before:
            self._count[symbol] = self._count.get(symbol, 0) + 1
            if symbol in self._leaving:
                self._leaving.pop(symbol).cancel()
        for symbol in before - after:
            self._count[symbol] -= 1
            if not self._count[symbol]:
                loop = asyncio.get_running_loop()
                self._leaving[symbol] = loop.call_later(GRACE_SECONDS, self._forget, symbol)

    def _forget(self, symbol: str) -> None:
        self._leaving.pop(symbol, None)
        self._count.pop(symbol, None)
        self.texts.pop(symbol, None)
        self._known.discard(symbol)
        self._changed.set()

    async def _run(self) -> None:
        """Run forever, reconnecting to Redis; meanwhile the known prices stay on the screens, marked as old."""
        while True:
            why = "Redis does not answer."
            try:
                await self._connected()
            except* (redis.RedisError, OSError) as errors:
                self._outage.failed(errors.exceptions[0])
            except* Silence:
                why = "The feed is not responding."
            except* Exception:
                log.exception("The price hub failed; restarting it.")
            self._is_away = True
            if self.feed.lose(why):
                self._tell_feed()
            self._show(*self._newcomers)
            await asyncio.sleep(RETRY_SECONDS)

    async def _connected(self) -> None:
        async with (
            redis_client.connect_async(OPERATION_SECONDS) as client,
            redis_client.subscribe_async() as heard,
        ):
            self._known.clear()
            self.feed.listen()
            await heard.subscribe(redis_board.FEED)
            self._is_away = False
            self._hear_feed(await client.get(redis_board.FEED) or "")
            lease = leases.Lease(client)
            try:
                async with anyio.create_task_group() as group:
                    group.start_soon(self._hear, heard)
                    group.start_soon(self._follow, client, heard, lease)
                    group.start_soon(self.feed.until_lost)
            finally:
                with anyio.CancelScope(shield=True), contextlib.suppress(redis.RedisError, OSError):
                    await lease.end()

    async def _hear(self, heard: PubSub) -> None:
        async for message in heard.listen():
            if message["channel"] == redis_board.FEED:
                self._hear_feed(message["data"])
            else:
                self._take(message["channel"].removeprefix(redis_board.topic("")), message["data"])

    def _take(self, symbol: str, text: str) -> None:
        if symbol not in self._count or not redis_board.is_quote(text, symbol):
            return
        self._known.add(symbol)
        if self.texts.get(symbol) == text:
            return
        self.texts[symbol] = text
        self.taken += 1
        self._heard(symbol, text)
        for pace in self._paces.values():
            pace.changed(symbol)

    async def _follow(self, client: redis.asyncio.Redis, heard: PubSub, lease: leases.Lease) -> None:
        """Keep subscriptions and lease equal to what viewers want; read prices published before the subscription."""
        followed: set[str] = set()
        while True:
            self._changed.clear()
            wanted = set(self._count)
            if gone := followed - wanted:
                await heard.unsubscribe(*map(redis_board.topic, gone))
            if new := wanted - followed:
                await heard.subscribe(*map(redis_board.topic, new))
            await lease.renew(self._wanted())
            self._outage.answered()
            # A symbol that was dropped and wanted again between two iterations is subscribed, but unknown.
            if unknown := wanted - self._known:
                await self._read(client, unknown)
            self._show(*self._newcomers)
            followed = wanted
            await asyncio.sleep(REST_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(leases.RENEW_SECONDS):
                    await self._changed.wait()

    def _wanted(self) -> dict[str, bool]:
        working = frozenset().union(*(interest.working for interest, _ in self._interests.values()))
        return {symbol: symbol in working for symbol, count in self._count.items() if count}

    async def _read(self, client: redis.asyncio.Redis, symbols: set[str]) -> None:
        texts: Any = await client.hmget(redis_board.QUOTES, list(symbols))
        for symbol, text in zip(symbols, texts, strict=True):
            if text is not None and symbol not in self._known:
                self._take(symbol, text)
        self._known |= symbols & self._count.keys()

    def _hear_feed(self, text: Any) -> None:
        if self.feed.hear(text):
            self._tell_feed()

    def _tell_feed(self) -> None:
        for interest, pace in self._interests.values():
            interest.unseen_feed = True
            interest.tell_queued(self.feed.queued, self.feed.limit)
            pace.changed()
