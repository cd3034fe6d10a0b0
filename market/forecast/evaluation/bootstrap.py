"""The stationary bootstrap's interval of a skill, of one series of losses or pooled over several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from arch.bootstrap import optimal_block_length

Array = npt.NDArray[np.float64]

RESAMPLES = 1_000
# The share of the resamples below the interval, and above it.
TAIL = 0.05
# The shortest series that the choice of a block length is made for.
FEWEST = 30


class Pair(NamedTuple):
    """The losses of a forecast, such as Brier scores, and of its reference: one of each a bar, in order; its horizon in
    bars."""

    losses: Sequence[float]
    reference: Sequence[float]
    horizon: int

    @property
    def is_enough(self) -> bool:
        """Whether there are enough losses for an interval."""
        return len(self.losses) >= max(FEWEST, 2 * self.horizon)


class Skill(NamedTuple):
    """1 − mean loss / mean reference, above 0 where the forecast is better, and its 90 % interval.

    `blocks` are the mean block lengths, in bars, one a series.
    """

    skill: float
    low: float
    high: float
    blocks: tuple[float, ...]


def skill(pairs: Sequence[Pair], seed: int = 0) -> Skill:
    """The skill over all bars of all series together, so that each counts by its length.

    The interval is from the 5 % to the 95 % quantile of 1,000 resamples, in each of which each series is resampled on
    its own by the stationary bootstrap of Politis & Romano (Journal of the American Statistical Association 89, 1994):
    blocks of random length that wrap around. Their mean length is the one of Politis & White (Econometric Reviews 23,
    2004; corrected 2009) for the loss difference, and at least the horizon, as losses of windows that overlap depend
    on each other. Raises ValueError for no series, and for one that is too short, of unequal lengths, with a loss that
    is not finite, or with no loss of the reference.
    """
    if not pairs:
        raise ValueError("there is no series")
    series = [_checked(pair) for pair in pairs]
    blocks = [
        block_length(losses - reference, pair.horizon) for pair, (losses, reference) in zip(pairs, series, strict=True)
    ]
    made = np.random.default_rng(seed)
    losses, references = np.sum([each.sum(axis=1) for each in series], axis=0)
    drawn = np.sum([resampled(each, block, made) for each, block in zip(series, blocks, strict=True)], axis=0)
    low, high = np.quantile(1 - drawn[0] / drawn[1], [TAIL, 1 - TAIL])
    return Skill(float(1 - losses / references), float(low), float(high), tuple(blocks))


def block_length(differences: Array, horizon: int) -> float:
    """The mean block length for these loss differences, in bars: at least the horizon, at most the series."""
    if np.ptp(differences) == 0:
        return float(horizon)
    with np.errstate(divide="ignore", invalid="ignore"):  # of autocorrelations of stretches that never vary
        optimal = float(optimal_block_length(differences)["stationary"].iloc[0])
    return min(max(float(horizon), optimal), float(len(differences)))


def resampled(series: Array, block: float, made: np.random.Generator) -> Array:
    """The sums of each row of `series` over 1,000 resamples of its columns: rows × resamples.

    Each place of a resample begins a new block, at a random column, with probability 1 / block. The sum of a block is
    a difference of two running sums.
    """
    count = series.shape[1]
    running = np.concatenate([np.zeros((len(series), 1)), np.cumsum(np.tile(series, 2), axis=1)], axis=1)
    drawn = np.empty((len(series), RESAMPLES))
    for number in range(RESAMPLES):
        begins = np.append(0, 1 + np.flatnonzero(made.random(count - 1) < 1 / block))
        lengths = np.diff(begins, append=count)
        columns = made.integers(count, size=len(begins))
        drawn[:, number] = (running[:, columns + lengths] - running[:, columns]).sum(axis=1)
    return drawn


def _checked(pair: Pair) -> Array:
    if len(pair.losses) != len(pair.reference):
        raise ValueError(f"{len(pair.losses)} losses have {len(pair.reference)} of the reference")
    if not pair.is_enough:
        raise ValueError(f"{len(pair.losses)} losses are too few for a horizon of {pair.horizon}")
    series = np.array([pair.losses, pair.reference], dtype=np.float64)
    if not np.isfinite(series).all() or not series[1].any():
        raise ValueError("a loss is not a finite number, or the reference has none above 0")
    return series
