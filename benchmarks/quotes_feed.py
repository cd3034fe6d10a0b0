"""A price feed in its own process that ticks on request: `helpers.helper("quotes_feed")`.

For the product it is the complete `market.live.runner.Runner` with simulated ticks; for plain Channels one `group_send`
a tick. Each tick has another price than the one before, so that each is a change.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import threading
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

import django

from market.live.quotes import Quote
from market.live.ticks import Sink, State, Status, Tick
from market.values.decimals import decimal_string

CENT = Decimal("0.01")
# Ticks between two yields to the event loop, where there is no rate.
AT_ONCE = 200
SLOT_SECONDS = 0.001


class Prices:
    """Seeded random walks in steps of a cent; `lasts` are the last prices sent, which readers must end on."""

    def __init__(self, seed: int = 1) -> None:
        self._rng = random.Random(seed)
        self.lasts: dict[str, Decimal] = {}

    def tick(self, symbol: str) -> Tick:
        last = self.lasts.get(symbol) or Decimal(self._rng.randint(5_000, 50_000)) * CENT
        last += CENT * self._rng.choice((-1, 1))
        self.lasts[symbol] = last
        return Tick(symbol, time.time() * 1000, last, Decimal(1), last - CENT, last + CENT, is_trade=True)


async def paced(count: int, per_second: float) -> AsyncIterator[int]:
    """The numbers below `count`, `per_second` of them a second; 0 is as fast as they are consumed."""
    began = time.monotonic()
    for number in range(count):
        if not per_second:
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        else:
            await asyncio.sleep(max(0.0, began + number / per_second - time.monotonic()))
        yield number


class Told:
    """Base of both feeds: sends `count` ticks of the given symbols in turn."""

    def __init__(self) -> None:
        self.prices = Prices()

    async def ticks(self, symbols: Sequence[str], count: int, per_second: float) -> dict[str, Any]:
        began = time.monotonic()
        async for number in paced(count, per_second):
            await self.tell(self.prices.tick(symbols[number % len(symbols)]))
        await self.told(symbols)
        return {
            "seconds": time.monotonic() - began,
            "lasts": {symbol: decimal_string(last) for symbol, last in self.prices.lasts.items()},
        }

    async def tell(self, tick: Tick) -> None:
        raise NotImplementedError

    async def told(self, symbols: Sequence[str]) -> None:
        """Return once every tick is on its way."""


class Plain(Told):
    """The feed of plain Channels: a group a symbol, a message a price."""

    def __init__(self) -> None:
        super().__init__()
        from channels.layers import get_channel_layer

        self._layer: Any = get_channel_layer()

    async def tell(self, tick: Tick) -> None:
        quote = json.loads(Quote(tick.symbol, tick.at).after(tick).text())
        await self._layer.group_send(f"quotes.{tick.symbol}", {"type": "quote.changed", "quote": quote})


class Listed:
    """A listing of any symbols, each under its own name."""

    def __init__(self, symbols: Sequence[str]) -> None:
        from market.live.listing import Terms

        self.terms = {symbol: Terms(symbol, CENT, Decimal(1), None) for symbol in symbols}

    async def refresh(self) -> None:
        """Nothing to read."""

    def name_of(self, symbol: str) -> str:
        return symbol


class Ours(Told):
    """The feed of the product's runner."""

    name = "bench"

    def __init__(self, symbols: Sequence[str]) -> None:
        super().__init__()
        from market.feeds.guard import Guard
        from market.live.runner import Runner

        self.status = Status(State.LIVE, limit=None)
        self._sink: asyncio.Future[Sink] = asyncio.get_running_loop().create_future()
        runner: Any = Runner(self, lambda sink: Guard(sink, self.status), Listed(symbols), list(symbols))  # type: ignore[arg-type]
        self._running = asyncio.ensure_future(runner.run())

    def want(self, symbols: Mapping[str, str]) -> None:
        """All symbols are always sent."""

    async def run(self, sink: Sink) -> None:
        if not self._sink.done():  # it may lose the leadership and regain it
            self._sink.set_result(sink)
        await asyncio.Event().wait()

    async def tell(self, tick: Tick) -> None:
        (await self._sink)(tick)  # once it is the leader

    async def told(self, symbols: Sequence[str]) -> None:
        from market.live import redis_board

        while True:
            if self._running.done():  # it has failed
                self._running.result()
            texts = await asyncio.to_thread(redis_board.read, symbols)
            lasts = {symbol: Decimal(json.loads(text)["last"]) for symbol, text in texts.items()}
            if all(lasts.get(symbol) == self.prices.lasts.get(symbol) for symbol in symbols):
                return
            await asyncio.sleep(SLOT_SECONDS)


async def main() -> None:
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in chain(sys.stdin, [""]):
            loop.call_soon_threadsafe(lines.put_nowait, line)

    threading.Thread(target=read, daemon=True).start()
    told: Told | None = None
    while line := await lines.get():
        asked = json.loads(line)
        if told is None:
            is_product = os.environ["DJANGO_SETTINGS_MODULE"].startswith("webapp")
            told = Ours(asked["symbols"]) if is_product else Plain()
        asked.pop("do")
        print(json.dumps(await told.ticks(**asked)), flush=True)


if __name__ == "__main__":
    django.setup()
    asyncio.run(main())
