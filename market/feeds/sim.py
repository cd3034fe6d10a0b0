"""A simulated market: plausible prices from a seed, for every wanted symbol."""

from __future__ import annotations

import asyncio
import heapq
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from market.feeds.clock import CLOCK, Clock
from market.live.bars import SECONDS, Bar
from market.live.listing import Terms
from market.live.ticks import Sink, State, Status, Tick

# Start prices; any other symbol starts between 20 and 400, depending on its name and the seed.
PRICES = {
    "AAPL": 230.0,
    "MSFT": 470.0,
    "NVDA": 180.0,
    "TSLA": 395.0,
    "AMZN": 220.0,
    "SAP": 210.0,
    "EURUSD": 1.1,
    "GBPUSD": 1.29,
    "USDJPY": 152.0,
    "USDCHF": 0.88,
    "EURGBP": 0.853,
    "BTCUSD": 91000.0,
    "BTCEUR": 79000.0,
    "ETHUSD": 3050.0,
    "ETHEUR": 2640.0,
    "SOLUSD": 190.0,
    "XRPUSD": 2.2,
    "LTCUSD": 95.0,
}
# Over one second: about 1.5 % a day, less for stocks and currencies than for markets that never close.
VOLATILITY = 0.00006
TICK_SECONDS = 0.5
HISTORY_MINUTES = 240


@dataclass
class Line:
    """One symbol's price path: a hidden random walk, and trades that bounce between bid and ask around it."""

    symbol: str
    terms: Terms
    rng: random.Random
    value: float
    day_open: Decimal = field(init=False)

    def __post_init__(self) -> None:
        self.day_open = self._on_tick(self.value * (1 + self.rng.gauss(0, 0.006)))

    def pause(self) -> float:
        """Seconds until the next tick; ticks come in bursts, as trades do."""
        return self.rng.expovariate(1 / (TICK_SECONDS * (0.2 if self.rng.random() < 0.3 else 1.3)))

    def step(self, seconds: float, at: float) -> Tick:
        self.value *= math.exp(self.rng.gauss(0, VOLATILITY * math.sqrt(seconds)))
        middle = self._on_tick(self.value)
        half = self.terms.tick_size * self.rng.choice((1, 1, 1, 2, 3))
        bid, ask = max(self.terms.tick_size, middle - half), middle + half
        if self.rng.random() < 0.25:  # orders come and go without a trade
            return Tick(self.symbol, at, bid=bid, ask=ask, day_open=self.day_open)
        size = self.terms.lot_size * self.rng.choice((1, 2, 3, 5, 10, 20, 50, 100))
        last = bid if self.rng.random() < 0.5 else ask
        return Tick(self.symbol, at, last, size, bid, ask, self.day_open, is_trade=True)

    def history(self, now: float, minutes: int) -> list[Bar]:
        """One-minute bars before `now` (unix seconds) that lead up to the start of the path, newest last."""
        end = int(now) // SECONDS * SECONDS
        bars: list[Bar] = []
        close = self.value
        for number in range(1, minutes + 1):
            opened = close * math.exp(self.rng.gauss(0, VOLATILITY * math.sqrt(SECONDS)))
            reach = abs(self.rng.gauss(0, VOLATILITY * math.sqrt(SECONDS) / 2))
            high, low = max(opened, close) * (1 + reach), min(opened, close) * (1 - reach)
            first, highest, lowest, latest = map(self._on_tick, (opened, high, low, close))
            volume = self.terms.lot_size * self.rng.randint(50, 2000)
            bars.append(Bar(end - number * SECONDS, first, highest, lowest, latest, volume))
            close = opened
        return bars[::-1]

    def _on_tick(self, price: float) -> Decimal:
        return max(Decimal(1), (Decimal(repr(price)) / self.terms.tick_size).to_integral_value()) * self.terms.tick_size


class SimFeed:
    """The simulated feed. The seed and the symbol determine its path; the price of an unwanted symbol doesn't move."""

    name = "sim"

    def __init__(self, terms: Callable[[str], Terms], seed: int, clock: Clock = CLOCK) -> None:
        self.status = Status(State.LIVE)
        self._terms = terms
        self._seed = seed
        self._clock = clock
        self._lines: dict[str, Line] = {}
        self._wanted: frozenset[str] = frozenset()
        self._due: list[tuple[float, str, float]] = []
        self._changed = asyncio.Event()

    def want(self, symbols: Mapping[str, str]) -> None:
        new = symbols.keys() - self._wanted
        self._wanted = frozenset(symbols)
        for symbol in sorted(new):
            heapq.heappush(self._due, (0.0, symbol, self._clock.now()))
        self._changed.set()

    def history(self, symbol: str) -> list[Bar]:
        return self._line(symbol).history(self._clock.wall(), HISTORY_MINUTES)

    async def run(self, sink: Sink) -> None:
        while True:
            now = self._clock.now()
            while self._due and self._due[0][0] <= now:
                _, symbol, before = heapq.heappop(self._due)
                if symbol in self._wanted:
                    line = self._line(symbol)
                    sink(line.step(max(0.001, now - before), self._clock.wall() * 1000))
                    heapq.heappush(self._due, (now + line.pause(), symbol, now))
            wait = self._due[0][0] - now if self._due else None
            self._changed.clear()
            try:
                async with asyncio.timeout(wait):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _line(self, symbol: str) -> Line:
        if symbol not in self._lines:
            rng = random.Random(f"{self._seed}:{symbol}")  # noqa: S311 believable, not secret
            terms = self._terms(symbol)
            value = float(terms.latest or 0) or PRICES.get(symbol) or 20 + rng.random() * 380
            self._lines[symbol] = Line(symbol, terms, rng, value)
        return self._lines[symbol]
