"""One a server process: prices from the broker to its viewers, the latest of each symbol, as often as each wants.

Every symbol that somebody here wants is one subscription, whoever wants it. A viewer who does not take what he was sent
is sent nothing more until he does, and then the latest: nobody waits for him, and no price piles up.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import orjson
import redis
import redis.asyncio
from redis.asyncio.client import PubSub

from market import board, broker, leases
from market.together import together

log = logging.getLogger(__name__)

RATES = (1, 2, 5, 10, 20)
USUAL_RATE = 10
RETRY_SECONDS = 1.0
# What nobody here wants any more stays for so long: pages are reloaded.
GRACE_SECONDS = 5.0
# A feed that has not been heard of for so long is gone.
SILENT_SECONDS = board.FEED_SECONDS
UNHEARD = {"name": "", "state": "connecting", "reason": ""}


class Viewer(Protocol):
    """A socket, as far as prices know it."""

    def show(self, frame: str) -> bool:
        """Takes a frame of quotes. False: not now, it still has some to take."""

    def queued(self, symbols: Iterable[str], limit: int) -> None:
        """These symbols wait for a place in the feed."""


class Interest:
    """What one viewer wants, and what he has not been shown yet."""

    __slots__ = ("told_queued", "unseen", "unseen_feed", "viewer", "wanted", "working")

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.wanted: frozenset[str] = frozenset()
        self.working: frozenset[str] = frozenset()
        # Each symbol with how many of its changes he has not seen.
        self.unseen: dict[str, int] = {}
        self.unseen_feed = False
        self.told_queued: set[str] = set()


# Symbols, how many changes they stand for, and whether the feed's state is news.
Key = tuple[frozenset[str], int, bool]


class Pace:
    """Shows its viewers, so many times a second at most, what changed; the first change after a rest at once."""

    def __init__(self, hub: QuoteHub, per_second: float) -> None:
        self._hub = hub
        self._seconds = 1 / per_second if per_second else 0.0
        self._changed: dict[str, int] = {}
        self._merged: dict[str, int] = {}
        self._timer: asyncio.Handle | None = None
        self._next_at = 0.0
        self.interests: set[Interest] = set()

    def changed(self, symbol: str | None = None) -> None:
        if symbol is not None:
            self._changed[symbol] = self._changed.get(symbol, 0) + 1
        if self._timer is None and self.interests:
            loop = asyncio.get_running_loop()
            wait = self._next_at - loop.time()
            self._timer = loop.call_later(wait, self._flush) if wait > 0 else loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._timer = None
        self._next_at = asyncio.get_running_loop().time() + self._seconds
        changed, self._changed = self._changed, {}
        self._merged = changed
        frames: dict[Key, str] = {}
        is_behind = False
        for interest in self.interests:
            # His own set has its hash at hand, which finding his frame takes.
            wanted = interest.wanted
            new = wanted if changed.keys() >= wanted else wanted.intersection(changed)
            if interest.unseen:
                for symbol in new:
                    interest.unseen[symbol] = interest.unseen.get(symbol, 0) + changed[symbol]
                key = (frozenset(interest.unseen), sum(interest.unseen.values()), interest.unseen_feed)
            else:
                key = (new, sum(map(changed.__getitem__, new)), interest.unseen_feed)
            if key[0] or interest.unseen_feed:
                is_behind |= not self._show(interest, key, frames)
        if is_behind:
            self._next_at = max(self._next_at, asyncio.get_running_loop().time() + 1 / USUAL_RATE)
            self.changed()

    def _show(self, interest: Interest, key: Key, frames: dict[Key, str]) -> bool:
        """Viewers of the same symbols share one frame."""
        if key not in frames:
            frames[key] = self._hub.frame_of(*key)
        if frames[key] and not interest.viewer.show(frames[key]):
            for symbol in key[0] - interest.unseen.keys():
                interest.unseen[symbol] = self._merged.get(symbol, 0)
            return False
        interest.unseen.clear()
        interest.unseen_feed = False
        return True


class QuoteHub:
    """`build` makes a frame of the joined texts of quotes, how many changes they stand for, and the feed's state."""

    def __init__(self, build: Callable[[str, int, str | None], str]) -> None:
        self.texts: dict[str, str] = {}
        self.feed = orjson.dumps(UNHEARD).decode()
        self._build = build
        # Those heard of since the broker was last reached: what it keeps is no newer.
        self._fresh: set[str] = set()
        self._state: dict[str, Any] = dict(UNHEARD)
        self._heard_at = 0.0
        self._interests: dict[Viewer, tuple[Interest, Pace]] = {}
        self._paces: dict[float, Pace] = {}
        self._count: dict[str, int] = {}
        self._leaving: dict[str, asyncio.TimerHandle] = {}
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def frame_of(self, symbols: Iterable[str], changes: int, with_feed: bool) -> str:
        """The latest of these, as one frame; empty where there is nothing to tell."""
        joined = ",".join(filter(None, map(self.texts.get, symbols)))
        return self._build(joined, changes, self.feed if with_feed else None) if joined or with_feed else ""

    @property
    def viewers(self) -> int:
        return len(self._interests)

    def watch(self, viewer: Viewer, symbols: Iterable[str], per_second: float, working: Iterable[str] = ()) -> None:
        """From now on exactly these; what is known of them is shown at once."""
        interest, before = self._interests.get(viewer) or (Interest(viewer), None)
        if before is not None:
            before.interests.discard(interest)
        wanted = frozenset(symbols)
        self._recount(interest.wanted, wanted)
        new = wanted - interest.wanted
        interest.wanted, interest.working = wanted, frozenset(working)
        interest.unseen = {symbol: n for symbol, n in interest.unseen.items() if symbol in wanted}
        interest.unseen |= dict.fromkeys(new, 0)
        interest.unseen_feed |= before is None
        interest.told_queued &= wanted
        pace = self._paces.setdefault(per_second, Pace(self, per_second))
        self._interests[viewer] = (interest, pace)
        pace.interests.add(interest)
        pace.changed()
        self._tell_queued(interest)
        self._changed.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    def leave(self, viewer: Viewer) -> None:
        found = self._interests.pop(viewer, None)
        if found is not None:
            interest, pace = found
            pace.interests.discard(interest)
            self._recount(interest.wanted, frozenset())

    def watched(self, viewer: Viewer) -> frozenset[str]:
        found = self._interests.get(viewer)
        return found[0].wanted if found else frozenset()

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
        self._fresh.discard(symbol)
        self._changed.set()

    async def _run(self) -> None:
        """For ever: a broker that is away is asked again; what is known stays on the screens, marked as old."""
        while True:
            try:
                async with broker.connect_async() as client, client.pubsub() as heard:
                    self._fresh.clear()
                    await heard.subscribe(board.FEED)
                    await together(self._hear(heard), self._follow(client, heard), self._watch_feed())
            except (redis.RedisError, OSError) as error:
                log.warning("The broker does not answer (%s); prices stand still.", error or type(error).__name__)
            self._set_feed({"name": self._state["name"], "state": "down", "reason": "The broker does not answer."})
            await asyncio.sleep(RETRY_SECONDS)

    async def _hear(self, heard: PubSub) -> None:
        async for message in heard.listen():
            if message["type"] != "message":
                continue
            if message["channel"] == board.FEED:
                self._set_feed(orjson.loads(message["data"]))
            else:
                self._take(message["channel"].removeprefix(board.topic("")), message["data"])

    def _take(self, symbol: str, text: str) -> None:
        if symbol not in self._count:
            return
        self._fresh.add(symbol)
        if self.texts.get(symbol) == text:
            return
        self.texts[symbol] = text
        for pace in self._paces.values():
            pace.changed(symbol)

    async def _follow(self, client: redis.asyncio.Redis, heard: PubSub) -> None:
        """Keeps subscriptions and lease at what viewers want; reads what was told before it listened."""
        lease = leases.Lease(client)
        followed: set[str] = set()
        while True:
            self._changed.clear()
            wanted = set(self._count)
            if gone := followed - wanted:
                await heard.unsubscribe(*map(board.topic, gone))
            if new := wanted - followed:
                await heard.subscribe(*map(board.topic, new))
            followed = wanted
            await lease.renew(self._wanted())
            if new:
                await self._read(client, new)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(leases.RENEW_SECONDS):
                    await self._changed.wait()

    def _wanted(self) -> dict[str, bool]:
        working = frozenset().union(*(interest.working for interest, _ in self._interests.values()))
        return {symbol: symbol in working for symbol, count in self._count.items() if count}

    async def _read(self, client: redis.asyncio.Redis, symbols: set[str]) -> None:
        names = sorted(symbols)
        texts: Any = await client.hmget(board.QUOTES, names)
        for symbol, text in zip(names, texts, strict=True):
            if text is not None and symbol not in self._fresh:
                self._take(symbol, text)
        state: Any = await client.get(board.FEED)
        if state is not None:
            self._set_feed(orjson.loads(state))

    async def _watch_feed(self) -> None:
        """A feed that ends without a word is told as such."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(1)
            if self._state["state"] != "down" and loop.time() - self._heard_at > SILENT_SECONDS:
                self._set_feed({"name": self._state["name"], "state": "down", "reason": "The feed has not been heard."})

    def _set_feed(self, state: Mapping[str, Any]) -> None:
        """Tells viewers where it differs in what a person sees."""
        self._heard_at = asyncio.get_running_loop().time()
        shown = ("name", "state", "reason", "limit", "in_use", "queued")
        before = [self._state.get(name) for name in shown]
        self._state = dict(state)
        if [state.get(name) for name in shown] == before:
            return
        self.feed = orjson.dumps({name: state[name] for name in shown if name in state}).decode()
        for interest, pace in self._interests.values():
            interest.unseen_feed = True
            self._tell_queued(interest)
            pace.changed()

    def _tell_queued(self, interest: Interest) -> None:
        """Once for each time that a symbol has to wait."""
        queued = interest.wanted.intersection(self._state.get("queued") or ())
        if new := queued - interest.told_queued:
            interest.viewer.queued(sorted(new), self._state.get("limit") or 0)
        interest.told_queued = set(queued)
