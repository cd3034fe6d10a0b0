"""What the leading forecaster does at the same time: answer, learn from bars, and note what came of what it said."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import redis.asyncio
from anyio.abc import TaskGroup
from django.db import Error

from market.forecaster import record, wire
from market.forecaster.answering import refusal
from market.forecaster.asks import ConeAsk
from market.forecaster.cones import ConeBatch, no_cone
from market.forecaster.engine import Batch, Engine
from market.forecaster.results import Results
from market.forecaster.symbol_market import SymbolMarket
from market.forecaster.wire import Answers, Request
from market.live import redis_board
from market.live.hub import QuoteHub
from market.live.leader import LostLead
from market.models.forecast_record import Unscored
from market.support.outage import Outage

log = logging.getLogger(__name__)

ROUND_SECONDS = 0.5
# A request waits for its symbols to be learned until so long before its end.
SPARE_SECONDS = 0.5
# How long a request is waited for at once; below the timeout of a command.
WAIT_SECONDS = 1
# A pause between two rounds and quotes that is no hiccup: prices that came meanwhile are late, or lost.
ASLEEP_SECONDS = 10.0
NOT_RECORDED = "The forecast can't be recorded at the moment."


class InThread(Protocol):
    """Run database work in the forecaster's thread."""

    async def __call__(self, function: Callable[..., Any], *arguments: Any) -> Any: ...


class Lead:
    """One lead, known by its `term`. `clock` is unix seconds."""

    def __init__(
        self, clock: Callable[[], float], engine: Engine, in_thread: InThread, database: Outage, term: str
    ) -> None:
        self._clock = clock
        self._engine = engine
        self._in_thread = in_thread
        self._database = database
        self._term = term
        self._hub = QuoteHub(_nothing, self._hear)
        self._awake_at = time.time()

    async def close(self) -> None:
        await self._hub.close()

    async def serve(self, client: redis.asyncio.Redis, group: TaskGroup) -> None:
        """Take requests, each answered by a task of its own: one that waits for a symbol delays no other."""
        while True:
            told: Any = await client.blpop([wire.ASKS], timeout=WAIT_SECONDS)
            request = None if told is None else Request.read(told[1])
            if request is not None and request.until > self._clock():
                group.start_soon(self._answer, client, request)

    async def learn(self, client: redis.asyncio.Redis) -> None:
        """Read the bars of each symbol as they become complete."""
        while True:
            self._wake()
            began, markets = self._clock(), self._engine.markets
            # First of all those that somebody waits for.
            for market in sorted(markets.values(), key=lambda each: -each.waited_at):
                now = self._clock()
                if market.is_due(now):
                    await market.learn(await redis_board.bars_after(client, market.symbol, market.through), now)
                if any(each.waited_at > began and not each.has_bars.is_set() for each in markets.values()):
                    break
            else:
                await asyncio.sleep(ROUND_SECONDS)

    async def settle(self) -> None:
        """Note results; while the database is down they are kept."""
        while True:
            self._wake()
            if self._engine.look(self._hub.feed.state, self._clock()):
                self._watch()
            await self._note()
            await asyncio.sleep(ROUND_SECONDS)

    async def _note(self) -> None:
        results, self._engine.results = self._engine.results, Results()
        if not results:
            return
        try:
            await self._in_thread(record.settle, results)
        except Error as error:
            self._database.failed(error)
            self._engine.results.add(results)
        else:
            self._database.answered()

    async def _answer(self, client: redis.asyncio.Redis, request: Request) -> None:
        try:
            await wire.reply(client, request, await self._answers(request))
        except (redis.RedisError, OSError, LostLead):
            raise
        except Exception:
            # One request must not end the lead, with which all that waits would go unscored.
            log.exception("A request was not answered.")

    async def _answers(self, request: Request) -> Answers:
        markets = self._follow(request.symbols)
        if request.waits:
            for market in markets:
                market.waited_at = self._clock()
            await _learned(markets, max(0.0, request.until - SPARE_SECONDS - self._clock()))
        return await (self._touches(request) if request.cone is None else self._cone(request.cone))

    async def _touches(self, request: Request) -> Answers:
        now = self._clock()
        batch = self._engine.answer(request.asks, self._hub.feed.state, now, kept=request.kept)
        if await self._record(batch):
            return batch.answers
        return [refusal(each, NOT_RECORDED, now) for each in request.asks]

    async def _cone(self, asked: ConeAsk) -> list[Any]:
        market = self._engine.markets.get(asked.symbol)
        if market is None:
            return [self._engine.cone(asked.symbol, asked.tick, self._hub.feed.state, self._clock()).answer]
        async with market.telling_cone:
            batch = self._engine.cone(asked.symbol, asked.tick, self._hub.feed.state, self._clock())
            through = market.through
            if not await self._record(batch):
                return [no_cone(asked.symbol, NOT_RECORDED)]
            if batch.rows and through == market.through:
                market.cone_shown = market.through, asked.tick, batch.answer
            return [batch.answer]

    async def _record(self, batch: Batch | ConeBatch) -> bool:
        """Record what a batch is about to show; False if that fails: then it is not shown."""
        if not batch.rows:
            return True
        try:
            await self._in_thread(record.append, batch.rows, self._term)
        except Exception as error:
            self._engine.failed(batch)
            if not isinstance(error, Error):
                raise
            self._database.failed(error)
            return False
        self._database.answered()
        self._engine.recorded(batch)
        return True

    def _follow(self, symbols: Iterable[str]) -> list[SymbolMarket]:
        wanted = set(symbols)
        new = wanted - self._engine.markets.keys()
        found = [self._engine.follow(symbol, self._clock()) for symbol in wanted]
        if new:
            self._watch()
        for symbol in new & self._hub.texts.keys():
            # Followed until a moment ago, so that the hub tells no price that it knows.
            self._hear(symbol, self._hub.texts[symbol])
        return [market for market in found if market is not None]

    def _watch(self) -> None:
        self._hub.watch(self, self._engine.markets, 0)

    def _wake(self) -> None:
        """Notice a sleep of the computer, before its first price counts: nobody knows what prices there were."""
        now, before = time.time(), self._awake_at
        self._awake_at = now
        if now - before > ASLEEP_SECONDS:
            log.warning("The forecaster stood still for %.0f s; what waited is not scored.", now - before)
            self._engine.give_up(Unscored.FEED)

    def _hear(self, symbol: str, text: str) -> None:
        self._wake()
        self._engine.hear(symbol, text, self._clock())

    def show(self, frame: str) -> bool:
        """A viewer of the hub that needs no frames: it hears each quote."""
        return True

    def queued(self, symbols: Iterable[str], limit: int) -> None:
        log.info("No slot of the feed is free for %s.", ", ".join(symbols))


async def _learned(markets: Iterable[SymbolMarket], seconds: float) -> None:
    """Wait at most so long until these have a quote and their bars are learned; else their answer says why not."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            for market in markets:
                await market.has_bars.wait()
                await market.has_quote.wait()


def _nothing(joined: str, changes: int, feed: str | None) -> str:
    return ""
