"""Cells and rows by hand, for tests of the tables and the marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from market.forecast.cone import LEVELS, Band
from market.forecast.curve import Touch
from market.forecast.evaluation.cone_table import ConeRow, Part
from market.forecast.evaluation.touch_table import Overall, TouchRow
from market.forecast.evaluation.walk import Cell, Start
from market.forecast.horizon import Trial
from market.forecast.scores import Decomposition
from market.forecast.touch import Direction

# The narrow and the wide band of every start by hand.
BANDS = [Band(LEVELS[0], -1.0, 1.0), Band(LEVELS[1], -2.0, 3.0)]


def trial(
    said: float, climatology: float, historical: float = 0.5, interval: tuple[float, float] = (0.0, 1.0)
) -> Trial:
    return Trial(Direction.UP, 0.01, (historical, 0.5, climatology, 0.5), Touch(said, *interval))


def start(
    bar: int,
    trials: Sequence[Trial] = (),
    touched: Sequence[int] = (),
    *,
    time: int = 0,
    variance: float = 1.0,
    change: float = 0.0,
) -> Start:
    return Start(bar, time, variance, trials, [bool(each) for each in touched], BANDS, change)


def cell(starts: list[Start], bars: int = 1, series: str = "gold") -> Cell:
    return Cell(series, 5, bars, starts)


def touch_row(**values: Any) -> TouchRow:
    """A row that meets each mark, but for these values."""
    good: dict[str, Any] = {
        "series": "gold",
        "minutes": 5,
        "forecasts": 1_000,
        "independent": 200,
        "touched": 0.4,
        "skill": 0.05,
        "low": 0.01,
        "high": 0.09,
        "half": 0.04,
        "parts": Decomposition(0.001, 0.08, 0.24),
        "calibration_error": 0.01,
        "width": 0.03,
        "words": 0.1,
        "honest": 0.95,
        "gain": 0.01,
        "anytime": 0.002,
        "p_value": 0.01,
        "holm": 0.02,
    }
    return TouchRow(**good | values)


def overall_row(name: str = "gold", **values: Any) -> Overall:
    good = {"forecasts": 1_000, "skill": 0.05, "parts": Decomposition(0.001, 0.08, 0.24), "calibration_error": 0.01}
    return Overall(name, **good | values)


def cone_row(**values: Any) -> ConeRow:
    good: dict[str, Any] = {
        "series": "gold",
        "minutes": 5,
        "level": 0.95,
        "starts": 1_000,
        "independent": 200,
        "coverage": 0.95,
        "terciles": [Part(0.95, 60)] * 3,
        "quarters": [Part(0.95, 50)] * 4,
        "rolling": 0.99,
        "width": 0.01,
        "score": 0.02,
        "rivals": {"rival": (0.9, 1.0)},
    }
    return ConeRow(**good | values)
