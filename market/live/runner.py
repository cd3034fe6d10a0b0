"""Run one feed while this process leads: subscribe wanted symbols, publish changed quotes, write bars."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import anyio
import redis
import redis.asyncio

from market.live import leases, redis_client
from market.live.bars import Bar, Bars
from market.live.leader import RENEW_SECONDS, Leader, LostLead
from market.live.listing import Listing
from market.live.quotes import Quote
from market.live.redis_board import QUOTES, Board
from market.live.slot_allocation import Slots
from market.live.ticks import Feed, Sink, Tick
from market.support.outage import Outage

log = logging.getLogger(__name__)

# Quotes that change within this time are published together; a symbol that ticks faster is conflated.
TELL_SECONDS = 0.005
BARS_SECONDS = 1.0
STATE_SECONDS = 2.0
LOOK_SECONDS = 1.0
# Throttle of updates, however often leases change.
REST_SECONDS = 0.02
# A symbol that is no longer wanted stays subscribed for this long, because pages are reloaded.
GRACE_SECONDS = 5.0
RETRY_SECONDS = 1.0
OPERATION_SECONDS = 2.0
NOTHING = Decimal(0)
# Max symbols that a reason names.
NAMED = 5


class Runner:
    """Runs `feed`. The symbols in `standing` are carried without viewers too, if slots are free."""

    def __init__(self, feed: Feed, guard: Callable[[Sink], Sink], listing: Listing, standing: list[str]) -> None:
        self.feed = feed
        self.slots = Slots()
        self._sink = guard(self._take)
        self._listing = listing
        self._standing = standing
        self._quotes: dict[str, Quote] = {}
        self._dirty: set[str] = set()
        self._news = asyncio.Event()
        self._wants = asyncio.Event()
        self._gone: dict[str, float] = {}
        self._bars = Bars()
        self._begun: set[str] = set()
        self._nameless: list[str] = []
        self._outage = Outage(log, "Redis does not answer (%s); retrying.", "Redis answers again.")

    async def run(self) -> None:
        """Run until cancelled: lead when no other process does, and stop leading once the lead is lost."""
        while True:
            try:
                async with redis_client.connect_async(OPERATION_SECONDS) as client:
                    await self._as_leader(client)
            except* (redis.RedisError, OSError) as errors:
                self._outage.failed(errors.exceptions[0])
            except* LostLead:
                log.warning("This process no longer leads the feed.")
            await asyncio.sleep(RETRY_SECONDS)

    async def _as_leader(self, client: redis.asyncio.Redis) -> None:
        leader = Leader(client)
        await leader.win(RETRY_SECONDS, self._outage.answered)
        board = Board(client, leader.term)
        # Redis may have lost what this process wrote in an earlier lead.
        if not await client.exists(QUOTES):
            self._begun.clear()
        self._dirty = set(self._quotes)
        self._news.set()
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(leader.keep, RENEW_SECONDS)
                group.start_soon(self.feed.run, self._sink)
                group.start_soon(self._following, client)
                group.start_soon(self._hearing)
                group.start_soon(self._telling, board)
                group.start_soon(self._keeping_bars, board)
                group.start_soon(self._standing_by, board)
        finally:
            with anyio.CancelScope(shield=True), contextlib.suppress(redis.RedisError, OSError):
                await leader.release()

    async def _following(self, client: redis.asyncio.Redis) -> None:
        """Keep the feed's symbols equal to the wanted ones."""
        while True:
            self._wants.clear()
            await self._look(client)
            await asyncio.sleep(REST_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wants.wait()

    async def _look(self, client: redis.asyncio.Redis) -> None:
        await self._listing.refresh()
        name_of = self._listing.name_of
        wanted = await leases.wanted(client)
        found = {symbol: wanted[symbol] for symbol in sorted(wanted, key=lambda s: not wanted[s]) if name_of(symbol)}
        self._nameless = sorted(symbol for symbol in wanted if symbol in self._listing.terms and symbol not in found)
        spare = [symbol for symbol in (*self._lately(wanted), *self._standing) if symbol not in found]
        limit = self.feed.status.limit
        room = len(spare) if limit is None else max(0, limit - len(found))
        found |= dict.fromkeys([symbol for symbol in dict.fromkeys(spare) if name_of(symbol)][:room], False)
        self.slots.allot(found, limit)
        for symbol in self.slots.carried:
            if self._begin(symbol):
                await asyncio.sleep(0)  # let the prices of other symbols through
        self.feed.want({symbol: name for symbol in self.slots.carried if (name := name_of(symbol)) is not None})

    def _lately(self, wanted: Mapping[str, bool]) -> list[str]:
        """Carried symbols that are no longer wanted, within their grace period."""
        now = time.monotonic()
        gone = [symbol for symbol in self.slots.carried if symbol not in wanted]
        self._gone = {symbol: self._gone.get(symbol, now + GRACE_SECONDS) for symbol in gone}
        return [symbol for symbol in gone if now < self._gone[symbol]]

    def _begin(self, symbol: str) -> bool:
        """Store a symbol's history, once, if the feed has one. False if that was done before."""
        if symbol in self._begun:
            return False
        self._begun.add(symbol)
        history: Callable[[str], list[Bar]] | None = getattr(self.feed, "history", None)
        for bar in history(symbol) if history else ():
            self._bars.keep(symbol, bar)
        return True

    async def _hearing(self) -> None:
        """Wake `_following` when a lease changes; its poll every second covers lost messages."""
        async with redis_client.subscribe_async() as heard:
            await heard.subscribe(leases.INDEX)
            async for _ in heard.listen():
                self._wants.set()

    def _take(self, tick: Tick) -> None:
        quote = self._quotes.get(tick.symbol) or Quote(tick.symbol, tick.at)
        after = quote.after(tick)
        if after is not quote:
            self._quotes[tick.symbol] = after
            if tick.symbol not in self._dirty:
                self._dirty.add(tick.symbol)
                self._news.set()
        price = after.price if tick.last is None else tick.last
        if price is not None:
            self._bars.take(tick.symbol, tick.at, price, tick.size if tick.is_trade and tick.size else NOTHING)

    async def _telling(self, board: Board) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            dirty, self._dirty = self._dirty, set()
            if dirty and not await board.write({symbol: self._quotes[symbol].text() for symbol in dirty}):
                raise LostLead
            await asyncio.sleep(TELL_SECONDS)

    async def _keeping_bars(self, board: Board) -> None:
        while True:
            changed = self._bars.changed()
            if changed and not await board.write_bars(changed):
                raise LostLead
            await asyncio.sleep(BARS_SECONDS)

    async def _standing_by(self, board: Board) -> None:
        while True:
            await board.tell(self.state())
            await asyncio.sleep(STATE_SECONDS)

    def state(self) -> dict[str, Any]:
        status = self.feed.status
        return {
            "name": self.feed.name,
            "state": str(status.state),
            "reason": " ".join(filter(None, (status.reason, self._without()))),
            "limit": status.limit,
            "in_use": len(self.slots.carried),
            "queued": self.slots.queued,
            "counts": status.counts,
            "at": time.time() * 1000,
        }

    def _without(self) -> str:
        """The wanted symbols that the feed does not have, as a sentence."""
        if not self._nameless:
            return ""
        more = f" and {len(self._nameless) - NAMED} more" if len(self._nameless) > NAMED else ""
        return f"No prices for {', '.join(self._nameless[:NAMED])}{more} from {self.feed.name}."
