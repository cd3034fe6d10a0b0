"""The non-decreasing step function nearest to outcomes, by pooled adjacent violators.

Ayer, Brunk, Ewing, Reid, Silverman, "An empirical distribution function for sampling with incomplete information",
Annals of Mathematical Statistics 26 (1955). Time: one sort, then O(n).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring scores with one fitted value: the lowest and mean score, the mean outcome and the weight.

    Means are weighted. Without weights of their own, observations weigh 1 and `weight` is their number.
    """

    lowest: float
    score: float
    value: float
    weight: float


@dataclass(frozen=True, slots=True)
class Isotonic:
    """A fitted step function: its blocks in rising order of both score and value; no two have the same value."""

    blocks: tuple[Block, ...]
    _starts: tuple[float, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", tuple(block.lowest for block in self.blocks))

    def value(self, score: float) -> float:
        """The fitted value at `score`, in O(log n).

        Between two fitted scores it is the lower one's; outside of them it is the first or the last value.
        """
        return self.blocks[max(bisect_right(self._starts, score) - 1, 0)].value


@dataclass(slots=True)
class _Pool:
    lowest: float
    scores: float
    outcomes: float
    weight: float

    @property
    def value(self) -> float:
        return self.outcomes / self.weight

    def take(self, other: _Pool) -> None:
        self.scores += other.scores
        self.outcomes += other.outcomes
        self.weight += other.weight


def fit(scores: Sequence[float], outcomes: Sequence[float], weights: Sequence[float] | None = None) -> Isotonic:
    """Fit by weighted least squares; `scores`, `outcomes` and `weights` have one element per observation, any order.

    Observations with the same score are pooled first, so they get one value. Counts of 0 and 1 are added up as whole
    numbers: their fit is exact.

    Raises:
        ValueError: no observation, different lengths, a number that is not finite, or a weight that is not above 0.
    """
    pools: list[_Pool] = []
    for pool in _tied(_checked(scores, outcomes, weights)):
        pools.append(pool)
        while len(pools) > 1 and pools[-2].value >= pools[-1].value:
            last = pools.pop()
            pools[-1].take(last)
    return Isotonic(tuple(Block(each.lowest, each.scores / each.weight, each.value, each.weight) for each in pools))


def _checked(
    scores: Sequence[float], outcomes: Sequence[float], weights: Sequence[float] | None
) -> list[tuple[float, float, float]]:
    all_weights = [1] * len(scores) if weights is None else weights
    if not scores or not len(scores) == len(outcomes) == len(all_weights):
        raise ValueError("A fit needs as many outcomes and weights as scores, and at least one.")
    if not all(map(math.isfinite, (*scores, *outcomes, *all_weights))) or min(all_weights) <= 0:
        raise ValueError("Scores and outcomes must be finite, weights above 0.")
    return sorted(zip(scores, outcomes, all_weights, strict=True), key=itemgetter(0))


def _tied(ordered: list[tuple[float, float, float]]) -> Iterator[_Pool]:
    """A pool for each distinct score, in rising order."""
    for lowest, group in groupby(ordered, key=itemgetter(0)):
        pool = _Pool(lowest, 0, 0, 0)
        for score, outcome, weight in group:
            pool.take(_Pool(score, score * weight, outcome * weight, weight))
        yield pool
