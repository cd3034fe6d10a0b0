"""Calibrated probabilities with their own error, by inductive Venn–Abers prediction.

Vovk, Petej, Fedorova, "Large-scale probabilistic predictors with and without guarantees of validity", NIPS (2015).
For calibration data and test objects that are exchangeable, one of each pair (p0, p1) is perfectly calibrated, whatever
the scores mean.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

# A corner of the cumulative sum diagram: observations so far, and how many of them were events.
Corner = tuple[int, int]


class VennAbers:
    """Turns scores into probabilities of an event. Built in O(n log n), asked in O(log n)."""

    def __init__(self, scores: Sequence[float], outcomes: Sequence[int]) -> None:
        """Learn from past `scores` (any scale, higher is likelier) and their `outcomes` (0 or 1), of the same length.

        Raises:
            ValueError: no observation, different lengths, a score that is not finite, an outcome that is not 0 or 1.
        """
        if not scores or len(scores) != len(outcomes):
            raise ValueError("Calibration needs as many outcomes as scores, and at least one.")
        if not all(map(math.isfinite, scores)) or not set(outcomes) <= {0, 1}:
            raise ValueError("Scores must be finite, outcomes 0 or 1.")
        counts: dict[float, list[int]] = {}
        for score, outcome in zip(scores, outcomes, strict=True):
            count = counts.setdefault(score, [0, 0])
            count[0] += 1
            count[1] += int(outcome)
        self._scores = sorted(counts)
        groups = [(counts[score][0], counts[score][1]) for score in self._scores]
        mirrored = [(total, total - events) for total, events in reversed(groups)]
        # Of an object above all scores, label 1 pools with none; of one below them, label 0.
        self._upper = [*(events / total for total, events in _slopes(groups)), 1.0]
        self._lower = [*((total - events) / total for total, events in _slopes(mirrored)), 0.0][::-1]

    def interval(self, score: float) -> tuple[float, float]:
        """Probabilities (p0, p1) of the event, 0 <= p0 <= p1 <= 1; both are non-decreasing in `score`.

        p0 is the isotonic fit at `score` of the calibration data and this score with outcome 0; p1 with outcome 1.
        """
        return self._lower[bisect_right(self._scores, score)], self._upper[bisect_left(self._scores, score)]


def _slopes(groups: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The fit at each group after one more event in it, as (observations, events) of the block that it gets into.

    `groups` are (observations, events) of each distinct score, in rising order. One more event in group i moves all
    corners before it by (−1, −1); its fit is the slope of the lower hull's edge between the corners before and from i.
    From group to group that edge only moves to the right, so each corner is pushed and popped once.
    """
    right: list[Corner] = [(0, 0)]
    for observations, events in groups:
        right.append((right[-1][0] + observations, right[-1][1] + events))
    hull: list[Corner] = []
    for corner in reversed(right[1:]):
        _push(hull, corner)
    _push(hull, (-1, -1))
    found = []
    for total, events in right[1:]:
        start, end = hull[-1], hull[-2]
        found.append((end[0] - start[0], end[1] - start[1]))
        moved = (total - 1, events - 1)
        if _turn(start, moved, end) > 0:
            hull.pop()
            _push(hull, moved)
    return found


def _push(hull: list[Corner], corner: Corner) -> None:
    """Add a corner on the left of the hull, dropping those that are no longer on it."""
    while len(hull) > 1 and _turn(corner, hull[-1], hull[-2]) <= 0:
        hull.pop()
    hull.append(corner)


def _turn(first: Corner, second: Corner, third: Corner) -> int:
    """Above 0 if the way over the three corners turns to the left: then the second is below the other two's line."""
    ahead = (second[0] - first[0]) * (third[1] - first[1])
    return ahead - (second[1] - first[1]) * (third[0] - first[0])
