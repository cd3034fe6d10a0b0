"""Speed of the forecast, compared with the textbook's formula: pricing orders, taking in a bar, building a model.

`python -m benchmarks.forecast [--part prices record symbol scorecard] [--rounds N] [--symbols N] [--orders N]
[--bars N] [--shown 1000000]`, on one core. An order is priced by two curves, of a touch and of a trade-through one tick
beyond, each read at 5, 15 and 60 minutes, and by the median time to its touch. The reflection formula gives the same
figures from one volatility, without intervals, and learns nothing else from a bar. Bars are simulated, one a minute,
each symbol's volatility changing on its own.

Answered is what the forecaster does with the same orders in a round, up to the record: every price has moved by a tick,
each order is priced, and those that have changed visibly get their answers and their rows.

The other parts have no baseline. `record`: how fast a page's orders let the record grow in some `--minutes`. `symbol`:
what a symbol with so many `--bars` costs. `scorecard`: reading a record of `--shown` touches and one of as many cones.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from benchmarks import forecast_parts, outcome
from benchmarks.figures import Figure, Spread, table
from benchmarks.forecast_round import Round
from market.forecast.candles import Candle
from market.forecast.horizon import INDEPENDENT
from market.forecast.model import Model
from market.forecast.touch import Direction
from market.forecast.volatility import LEAST_BARS, Volatility
from tests.market.forecast import simulated

MINUTES = (5, 15, 60)
# Orders to be priced in a second on one core.
GOAL = 10_000.0
TICK = math.log1p(0.0001)
FARTHEST = 3.0
# Bars after which the longest of MINUTES has a number.
FEWEST = LEAST_BARS + MINUTES[-1] + INDEPENDENT * MINUTES[-1]
# Bars of each symbol that are taken in a round.
LATER = 20
ROOT_2 = math.sqrt(2)
# 2·Φ(−x) is one half here.
HALF = 0.6744897501960817


class Reflection:
    """The reflection formula with a driftless log price, and the product's own volatility."""

    def __init__(self) -> None:
        self._volatility = Volatility()
        self._last: float | None = None

    def take(self, candle: Candle) -> None:
        if self._last is not None:
            self._volatility.take(candle, self._last)
        self._last = candle.close

    @property
    def sigma(self) -> float:
        return math.sqrt(self._volatility.variance)

    def touch(self, distance: float, minutes: int) -> float:
        return math.erfc(distance / (self.sigma * math.sqrt(minutes) * ROOT_2))

    def median_minutes(self, distance: float) -> float:
        return (distance / (HALF * self.sigma)) ** 2


class Order(NamedTuple):
    symbol: int
    way: Direction
    distance: float


def priced_by_model(models: Sequence[Model], orders: Sequence[Order]) -> None:
    for symbol, way, distance in orders:
        touch, through = (models[symbol].curve(way, each, MINUTES[-1]) for each in (distance, distance + TICK))
        for minutes in MINUTES:
            touch.at(minutes)
            through.at(minutes)
        _ = touch.median_minutes


def priced_by_formula(formulas: Sequence[Reflection], orders: Sequence[Order]) -> None:
    for symbol, _, distance in orders:
        formula = formulas[symbol]
        for minutes in MINUTES:
            formula.touch(distance, minutes)
            formula.touch(distance + TICK, minutes)
        formula.median_minutes(distance)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def feed(taker: Model | Reflection, bars: Sequence[Candle]) -> None:
    for bar in bars:
        taker.take(bar)


def fed(takers: Sequence[Model | Reflection], market: Sequence[Sequence[Candle]]) -> list[float]:
    """The seconds that each symbol's bars took."""
    return [seconds(partial(feed, taker, bars)) for taker, bars in zip(takers, market, strict=True)]


def simulated_market(symbols: int, bars: int) -> list[list[Candle]]:
    return [simulated.candles(simulated.regimes(bars, seed), seed) for seed in range(symbols)]


def simulated_orders(count: int, formulas: Sequence[Reflection]) -> list[Order]:
    """Spread evenly over the symbols, up to FARTHEST standard deviations of an hour away."""
    chance = random.Random(1)
    hour = math.sqrt(MINUTES[-1])
    found = []
    for number in range(count):
        symbol = number % len(formulas)
        distance = chance.uniform(0, FARTHEST) * formulas[symbol].sigma * hour
        found.append(Order(symbol, Direction(chance.randrange(2)), distance))
    chance.shuffle(found)
    return found


def per_symbol(found: Sequence[float], unit: float, bars: int = 1) -> float:
    return sum(found) / len(found) / bars * unit


def measured(symbols: int, orders: int, bars: int, rounds: int) -> list[Figure]:
    later = LATER * rounds
    market = simulated_market(symbols, bars + later)
    models, formulas = [Model() for _ in market], [Reflection() for _ in market]
    print(f"building {symbols} models", flush=True)
    past = [each[:bars] for each in market]
    built, learned = fed(models, past), fed(formulas, past)
    pending = simulated_orders(orders, formulas)
    live = Round(models, past, [(order.symbol, order.way, order.distance) for order in pending])
    live.answer()
    rates: dict[str, list[float]] = {"ours": [], "theirs": [], "answered": []}
    bar: dict[str, list[float]] = {"ours": [], "theirs": []}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", flush=True)
        rates["theirs"].append(orders / seconds(lambda: priced_by_formula(formulas, pending)))
        rates["ours"].append(orders / seconds(lambda: priced_by_model(models, pending)))
        live.move()
        rates["answered"].append(orders / seconds(live.answer))
        new = [each[bars + number * LATER : bars + (number + 1) * LATER] for each in market]
        bar["theirs"].append(per_symbol(fed(formulas, new), 1e3, LATER))
        bar["ours"].append(per_symbol(fed(models, new), 1e3, LATER))
    theirs, answered = Spread.of(rates["theirs"]), Spread.of(rates["answered"])
    formula, goal, ours = "reflection formula", Spread(GOAL, GOAL, GOAL), Spread.of(rates["ours"])
    return [
        Figure("orders priced a second", "1/s", "the goal", goal, ours, at_least=1),
        Figure("orders priced a second", "1/s", formula, theirs, ours),
        Figure(f"orders answered a second, {live.changed:.0%} new", "1/s", formula, theirs, answered),
        Figure("taking in a bar of one symbol", "ms", formula, Spread.of(bar["theirs"]), Spread.of(bar["ours"])),
        Figure(f"building a model from {bars:,} bars", "s", formula, Spread.of(learned), Spread.of(built)),
    ]


def main() -> None:
    everything = ["prices", *forecast_parts.PARTS]
    parser = argparse.ArgumentParser(description="Speed of the forecast.")
    parser.add_argument("--part", nargs="+", choices=everything, default=everything)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--symbols", type=int, default=50)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--bars", type=int, default=1_500, help="that a model has learned from")
    parser.add_argument("--minutes", type=int, default=60, help="that the record grows")
    parser.add_argument("--shown", type=int, default=100_000, help="touches, and as many cones, of the scorecard")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    if options.bars < FEWEST:
        parser.error(f"--bars: with fewer than {FEWEST:,} there is no number for {MINUTES[-1]} minutes.")
    kept = {}
    for part in options.part:
        print(f"forecast: {part}", flush=True)
        if part == "prices":
            compared = measured(options.symbols, options.orders, options.bars, options.rounds)
            kept |= {f"{figure.name}, {figure.baseline}": figure.as_json() for figure in compared}
            print(table(compared), flush=True)
        else:
            found = forecast_parts.measured(part, options)
            kept |= {figure.name: figure.as_json() for figure in found}
            print(forecast_parts.listing(found), flush=True)
    name = "forecast" if options.part == everything else f"forecast-{'-'.join(options.part)}"
    outcome.write(name, kept, **{each: value for each, value in vars(options).items() if each != "part"})


if __name__ == "__main__":
    main()
