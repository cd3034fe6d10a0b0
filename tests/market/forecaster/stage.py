"""The forecaster's process on a real Redis: the feed's side, a clock that a test turns, and what was recorded."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from typing import Any

import redis.asyncio
from django.db import connection

from market.forecaster import wire
from market.forecaster.asks import Answer, ConeAsk, Point
from market.forecaster.service import Forecaster
from market.live import leader, redis_board
from market.live.redis_board import Board
from market.models import ShownCone, ShownForecast
from market.support.tasks import Background
from tests.market.forecast import simulated
from tests.market.forecaster.scenes import ask, quote_text, text_of


class Stage:
    """The feed's side of Redis, a clock that a test turns, and the processes that it starts."""

    def __init__(self) -> None:
        # It begins ten seconds after a full minute: the newest bar is complete, and none is about to be.
        self.ahead = (10 - time.time()) % 60
        self.processes: list[Background] = []

    def clock(self) -> float:
        return time.time() + self.ahead

    def start(self) -> Background:
        self.processes.append(Background(Forecaster(self.clock).run))
        return self.processes[-1]

    async def prepare(self, client: redis.asyncio.Redis, *symbols: str) -> None:
        """A live feed with 400 bars, enough for a quarter of an hour, and a quote of these."""
        await client.set(leader.KEY, "term")
        for symbol in symbols or ("AAPL",):
            await self.bars(client, symbol)
            await self.price(client, symbol, "100")
        await self.feed(client)

    async def bars(self, client: redis.asyncio.Redis, symbol: str) -> None:
        start = int(self.clock()) // 60 * 60 - 400 * 60
        bars = simulated.candles(simulated.regimes(400), start=start)
        assert await Board(client, "term").write_bars({symbol: [(bar.time, text_of(bar)) for bar in bars]})

    async def price(self, client: redis.asyncio.Redis, symbol: str, last: str) -> None:
        sides = {"bid": str(Decimal(last) - 1), "ask": str(Decimal(last) + 1)}
        assert await Board(client, "term").write({symbol: quote_text(self.clock(), symbol, last=last, **sides)})

    async def feed(self, client: redis.asyncio.Redis, state: str = "live") -> None:
        await Board(client, "term").tell({"name": "puppet", "state": state, "reason": ""})
        await client.persist(redis_board.FEED)


async def leading(client: redis.asyncio.Redis) -> None:
    while not await client.exists(wire.LEADER):
        pass


async def told(*asks: Any, **more: Any) -> list[Point]:
    """The points of the first ask, as a thread gets them."""
    asked: Any = asks or (ask("99", minutes=(5, 15)),)
    found = await asyncio.to_thread(wire.ask, asked, **{"seconds": 30} | more)
    first: Answer | None = found[0]
    assert first is not None
    return first["points"]


async def told_cone(symbol: str = "AAPL", tick: str = "0.01") -> dict[str, Any]:
    """The cone of this symbol, as a thread gets it."""
    return await asyncio.to_thread(wire.cone, ConeAsk(symbol, Decimal(tick)), 30)


def recorded() -> list[dict[str, Any]]:
    return _rows(ShownForecast)


def recorded_cones() -> list[dict[str, Any]]:
    return _rows(ShownCone)


def _rows(model: Any) -> list[dict[str, Any]]:
    try:
        return list(model.objects.order_by("number").values())
    finally:
        connection.close()


def results() -> list[tuple[int, int | None, str]]:
    return [(row["minutes"], row["outcome"], row["unscored"]) for row in recorded()]


def cone_results() -> list[tuple[int, Decimal | None, str]]:
    return [(row["minutes"], row["price"], row["unscored"]) for row in recorded_cones()]
