"""How fast the record of forecasts grows: a page with some orders near the market, at the simulated feed's prices.

A helper of `benchmarks.forecast`. The feed and the forecaster's engine are the product's, on a clock that nobody waits
for. Orders are those that the demo's flow would place; one whose price the market has reached is replaced. As the
socket does, the page asks every two seconds for what has changed visibly, and that is stored, as is what came of it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

from django.db import connections

from benchmarks import forecast_database
from benchmarks.forecast_clock import SkippingLoop
from benchmarks.helpers import serve
from demo import simulation
from demo.instruments import make_instruments
from market.feeds.clock import Clock
from market.feeds.sim import SimFeed
from market.forecast.touch import touches
from market.forecaster import record
from market.forecaster.answering import price_now
from market.forecaster.apart import Apart
from market.forecaster.asks import Ask
from market.forecaster.engine import Engine
from market.forecaster.results import Results
from market.forecaster.symbol_market import SymbolMarket
from market.live.bars import Bars
from market.live.listing import Terms
from market.live.quotes import Quote
from market.live.ticks import State, Tick
from market.models import Instrument, ShownForecast
from market.money import ZERO
from orders.forecasts.asking import ask_of
from orders.models import Order
from orders.socket.forecast_hub import ROUND_SECONDS

SEED = 1
BEGIN = datetime(2026, 12, 1, 9, tzinfo=UTC).timestamp()
# The forecaster looks for new bars and for what has come due so often.
LOOK_SECONDS = 0.5
LOOKS = round(ROUND_SECONDS / LOOK_SECONDS)


class Page:
    """A page that shows so many orders; `now` is the clock, in unix seconds."""

    def __init__(self, orders: int, now: Callable[[], float]) -> None:
        self._now = now
        instruments = Instrument.objects.in_bulk(list(simulation.BASE), field_name="symbol")
        self._flow = simulation.Market(random.Random(SEED), instruments)
        self._feed = SimFeed(self._terms, SEED, Clock(now=now, wall=now))
        self._quotes = {symbol: Quote(symbol, 0.0) for symbol in instruments}
        self._bars = Bars()
        self._engine = Engine(Apart(), Apart())
        self._markets: dict[str, SymbolMarket] = {}
        self._asks: list[Ask | None] = [None] * orders
        # Django refuses its database to a thread with an event loop.
        self._thread = ThreadPoolExecutor(1)

    def _terms(self, symbol: str) -> Terms:
        instrument = self._flow.instruments[symbol]
        return Terms(symbol, instrument.tick_size, instrument.lot_size, None)

    def close(self) -> None:
        self._thread.submit(connections.close_all).result()
        self._thread.shutdown()

    async def watch(self, seconds: float) -> None:
        for symbol in self._quotes:
            market = self._engine.follow(symbol, self._now())
            assert market is not None
            self._markets[symbol] = market
            await market.learn([bar.text() for bar in self._feed.history(symbol)], self._now())
        running = asyncio.create_task(self._feed.run(self._take))
        self._feed.want({symbol: symbol for symbol in self._quotes})
        for number in range(round(seconds / LOOK_SECONDS)):
            await asyncio.sleep(LOOK_SECONDS)
            await self._look()
            if number % LOOKS == 0:
                self._ask()
        running.cancel()

    def _take(self, tick: Tick) -> None:
        """What the feed's process does with a tick, and the forecaster with its quote."""
        before = self._quotes[tick.symbol]
        quote = self._quotes[tick.symbol] = before.after(tick)
        price = tick.last or quote.price
        assert price is not None
        self._bars.take(tick.symbol, tick.at, price, tick.size or ZERO)
        self._flow.prices[tick.symbol] = price
        if quote is not before:
            self._engine.hear(tick.symbol, quote.text(), self._now())

    async def _look(self) -> None:
        now = self._now()
        if any(market.is_due(now) for market in self._markets.values()):
            for symbol, bars in self._bars.changed().items():
                market = self._markets[symbol]
                await market.learn([text for start, text in bars if start > market.through], now)
        self._engine.look(State.LIVE, now)
        results, self._engine.results = self._engine.results, Results()
        if results:
            self._thread.submit(record.settle, results).result()

    def _ask(self) -> None:
        asks = [self._placed() if ask is None or self._is_reached(ask) else ask for ask in self._asks]
        batch = self._engine.answer(asks, State.LIVE, self._now(), kept=True)
        if batch.rows:
            self._thread.submit(record.append, batch.rows).result()
            self._engine.recorded(batch)
        self._asks = [
            ask if answer is None else replace(ask, shown=answer["shown"])
            for ask, answer in zip(asks, batch.answers, strict=True)
        ]

    def _placed(self) -> Ask:
        """An order that the demo's flow would place now, and that has a price."""
        while True:
            deed = simulation.decide(self._flow.rng, self._flow, [])
            assert isinstance(deed, simulation.Place)
            new = deed.new
            order = Order(side=new.side, order_type=new.order_type, price=new.price, stop_price=new.stop_price)
            order.symbol = self._flow.instruments[new.symbol]
            ask = ask_of(order)
            if ask is not None and not self._is_reached(ask):
                return ask

    def _is_reached(self, ask: Ask) -> bool:
        quote = self._quotes[ask.symbol]
        price = price_now(ask.direction, quote, is_stop=ask.is_stop)
        return price is not None and touches(ask.direction, ask.price, price)


def grow(minutes: int, orders: int) -> dict[str, float]:
    """Watch for so many minutes; the rows that were recorded, and the bytes that they take."""
    forecast_database.create()
    make_instruments()
    forecast_database.settle_down(ShownForecast)
    before = forecast_database.stored_bytes(ShownForecast)
    loop = SkippingLoop()
    page = Page(orders, lambda: BEGIN + loop.time())
    with asyncio.Runner(loop_factory=lambda: loop) as runner, closing(page):
        runner.run(page.watch(minutes * 60))
    forecast_database.settle_down(ShownForecast)
    return {"rows": ShownForecast.objects.count(), "bytes": forecast_database.stored_bytes(ShownForecast) - before}


if __name__ == "__main__":
    serve({"grow": grow})
