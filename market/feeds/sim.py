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
from market.feeds.extremes import Extremes
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
# A pause between ticks is short in a burst, else long: factors of TICK_SECONDS.
BURSTS, SHORT, LONG = 0.3, 0.2, 1.3
# Ticks that are no trades.
QUIET = 0.25
# Of the book, from its middle to either side, in ticks.
HALVES = (1, 1, 1, 2, 3)
# Enough for a forecast of the next hour (market.forecast).
HISTORY_MINUTES = 1500

# What follows from these: seconds from any moment to the next trade, which are more than half of those between trades
# because these come in bursts; seconds from a minute's last trade to a trade that begins the next; lots traded in a
# minute, and their standard deviation.
WAIT = 0.78
CROSSING = 1.4
LOTS = (2215, 415)
BOUNCES = tuple(side * half for side in (-1, 1) for half in HALVES)


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
        return self.rng.expovariate(1 / (TICK_SECONDS * (SHORT if self.rng.random() < BURSTS else LONG)))

    def step(self, seconds: float, at: float) -> Tick:
        self.value *= math.exp(self.rng.gauss(0, VOLATILITY * math.sqrt(seconds)))
        middle = self._on_tick(self.value)
        half = self.terms.tick_size * self.rng.choice(HALVES)
        bid, ask = max(self.terms.tick_size, middle - half), middle + half
        if self.rng.random() < QUIET:  # orders come and go without a trade
            return Tick(self.symbol, at, bid=bid, ask=ask, day_open=self.day_open)
        size = self.terms.lot_size * self.rng.choice((1, 2, 3, 5, 10, 20, 50, 100))
        last = bid if self.rng.random() < 0.5 else ask
        return Tick(self.symbol, at, last, size, bid, ask, self.day_open, is_trade=True)

    def history(self, now: float, minutes: int) -> list[Bar]:
        """One-minute bars before `now` (unix seconds) that lead up to the start of the path, newest last.

        They are distributed as bars of live ticks are, but each is made in one step, from the newest to the oldest: the
        hidden value at the minute's first trade, in its middle and at its last trade, the maximum and minimum between
        these, and how far from them the highest and the lowest trade are.
        """
        tick, draw, gauss = float(self.terms.tick_size), self.rng.random, self.rng.gauss
        within = VOLATILITY * math.sqrt(SECONDS - (1 - QUIET) * CROSSING)
        across = VOLATILITY * math.sqrt(CROSSING)
        deviation = within * self.value / tick
        extremes = Extremes([bounce / deviation for bounce in BOUNCES], SECONDS / WAIT)
        end = int(now) // SECONDS * SECONDS
        bars: list[Bar] = []
        last, last_bounce = math.log(self.value / tick), self._bounce()
        for number in range(1, minutes + 1):
            first, bounce = gauss(last, within), self._bounce()
            middle = gauss((first + last) / 2, within / 2)
            halves = ((first, middle), (middle, last))
            top = max(self._beyond(*half, within) for half in halves)
            bottom = max(self._beyond(-a, -b, within) for a, b in halves)
            opened, closed = round(math.exp(first)) + bounce, round(math.exp(last)) + last_bounce
            high = max(round(math.exp(top) - deviation * extremes.draw(draw())), opened, closed)
            low = min(round(math.exp(-bottom) + deviation * extremes.draw(draw())), opened, closed)
            opening, highest, lowest, closing = (
                self.terms.tick_size * max(1, price) for price in (opened, high, low, closed)
            )
            volume = self.terms.lot_size * max(1, round(gauss(*LOTS)))
            bars.append(Bar(end - number * SECONDS, opening, highest, lowest, closing, volume))
            last, last_bounce = first, bounce
            if draw() >= QUIET:  # else the minute began with a tick that was no trade, at the last one's price
                last, last_bounce = gauss(first, across), self._bounce()
        return bars[::-1]

    def _beyond(self, start: float, end: float, deviation: float) -> float:
        """The maximum of half a minute's path between these values: that of a Brownian bridge."""
        return (start + end + math.sqrt((end - start) ** 2 - deviation**2 * math.log(1 - self.rng.random()))) / 2

    def _bounce(self) -> int:
        """How far a trade is from the middle of the book, in ticks."""
        return BOUNCES[int(self.rng.random() * len(BOUNCES))]

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
