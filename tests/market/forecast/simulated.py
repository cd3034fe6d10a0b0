"""Simulated bars: a driftless log price in continuous time, with or without changes of its volatility, and sessions.

Each bar is made of STEPS steps. Within a step the highest and the lowest price are drawn from their exact distribution
given the step's ends, the maximum of a Brownian bridge (Glasserman, Monte Carlo Methods in Financial Engineering,
2003, section 6.4): so a bar's high is exact, and so is its low. They are independent of each other within a step, which
is exact only in the limit: with 16 steps the mean squared range is within 0.3 % of what it should be.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from market.forecast.candles import Candle, missing_bars
from market.forecast.evaluation.bars_file import Gap, Recording

Array = npt.NDArray[np.float64]

STEPS = 16
# 2019-11-05T00:00Z
START = 1_572_912_000
SIGMA = 0.001


def steady(count: int, sigma: float = SIGMA) -> Array:
    """The same volatility of each bar."""
    return np.full(count, sigma)


def regimes(count: int, seed: int = 1, ratio: float = 4.0, bars: int = 60, sigma: float = SIGMA) -> Array:
    """A volatility that turns from calm to `ratio` times that and back, each for a random time of `bars` on average."""
    turns = np.random.default_rng(seed + 10_000).random(count) < 1 / bars
    return np.where(np.cumsum(turns) % 2 == 1, sigma * ratio, sigma)


def candles(
    sigmas: Array, seed: int = 1, *, seconds: int = 60, start: int = START, price: float = 100.0, session: int = 0
) -> list[Candle]:
    """Bars with these standard deviations of their log returns; after `session` bars (if any) a night of 16 hours."""
    made = np.random.default_rng(seed)
    deviations = np.repeat(sigmas / np.sqrt(STEPS), STEPS)
    steps = deviations * made.standard_normal(deviations.size)
    before = np.concatenate([[0.0], np.cumsum(steps)[:-1]])
    reach = np.sqrt(steps**2 - 2 * deviations**2 * np.log(1 - made.random((2, steps.size))))
    highs, lows = before + (steps + reach[0]) / 2, before + (steps - reach[1]) / 2
    closes = np.exp(np.cumsum(steps)[STEPS - 1 :: STEPS]) * price
    rows = zip(
        np.concatenate([[price], closes[:-1]]).tolist(),
        (np.exp(highs.reshape(-1, STEPS).max(axis=1)) * price).tolist(),
        (np.exp(lows.reshape(-1, STEPS).min(axis=1)) * price).tolist(),
        closes.tolist(),
        strict=True,
    )
    night = 16 * 3600 // seconds * seconds
    nights = (place // session * night if session else 0 for place in range(len(sigmas)))
    return [
        Candle(start + place * seconds + away, *row) for place, (away, row) in enumerate(zip(nights, rows, strict=True))
    ]


def recording(bars: list[Candle], seconds: int = 60, name: str = "simulated") -> Recording:
    """What `bars_file.read` would have made of these bars."""
    missing = [missing_bars(before.time, bar.time, seconds) for before, bar in pairwise(bars)]
    # The file's second line is its first bar.
    gaps = [Gap(line, count) for line, count in enumerate(missing, 3) if count]
    return Recording(name, seconds, bars, sha256(text(bars).encode()).hexdigest(), gaps)


def text(bars: Iterable[Candle]) -> str:
    """The bars as the lines of a CSV file."""
    rows = (",".join([np.datetime_as_string(np.datetime64(bar.time, "s")) + "Z", *map(repr, bar[1:])]) for bar in bars)
    return "\n".join(["time,open,high,low,close", *rows]) + "\n"
