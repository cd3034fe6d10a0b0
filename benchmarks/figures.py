"""Figures of a benchmark: medians with their spread, and ratios compared with their targets."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any, Self


@dataclass(frozen=True)
class Spread:
    """Median, lowest and highest of several rounds."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{_short(self.median)} ({_short(self.low)}–{_short(self.high)})"


@dataclass(frozen=True)
class Figure:
    """A quantity of the order monitor and of a baseline, from the same run; `ratio` is ours to the baseline's.

    `at_most` or `at_least` is the ratio's target; without one the figure only informs.
    """

    name: str
    unit: str
    baseline: str
    theirs: Spread
    ours: Spread
    at_most: float | None = None
    at_least: float | None = None

    @property
    def ratio(self) -> float:
        return self.ours.median / self.theirs.median if self.theirs.median else float("inf")

    @property
    def mark(self) -> str:
        if self.at_most is not None:
            return f"<= {self.at_most:g}"
        return f">= {self.at_least:g}" if self.at_least is not None else ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without a target."""
        if self.at_most is not None:
            return self.ratio <= self.at_most
        return self.ratio >= self.at_least if self.at_least is not None else None

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"ratio": self.ratio, "mark": self.mark, "met": self.met}


def percentile(values: Sequence[float], share: float) -> float:
    """The measured value that this share of `values` does not exceed: 0.99 for the p99."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def table(figures: Sequence[Figure]) -> str:
    """A plain-text table, for a terminal or a code block."""
    head = ("", "unit", "baseline", "", "order monitor", "ratio", "target", "")
    rows = [head] + [
        (
            figure.name,
            figure.unit,
            figure.baseline,
            str(figure.theirs),
            str(figure.ours),
            _short(figure.ratio),
            figure.mark,
            {True: "met", False: "missed", None: ""}[figure.met],
        )
        for figure in figures
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
