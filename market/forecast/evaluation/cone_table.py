"""How often the cone held, overall and by volatility and time of day, and how sharp it was beside three baselines."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from market.forecast import scores
from market.forecast.cone import LEVELS
from market.forecast.evaluation.baselines import Bounds, Forecasts
from market.forecast.evaluation.walk import Cell, Start
from market.forecast.volatility import DAY_SECONDS

TERCILES, QUARTERS = 3, 4
# Of successive starts; their coverage by the widest cone is to stay between these bounds for most of the time.
ROLLING, ROLLING_LOW, ROLLING_HIGH = 500, 0.90, 0.99


@dataclass(frozen=True, slots=True)
class Part:
    """The coverage of some of a cell's starts, and how many of them share no bar."""

    coverage: float
    independent: int


@dataclass(frozen=True, slots=True)
class ConeRow:
    """One cell's figures for one level; `rivals` are interval scores over the same starts, by the baseline's name."""

    series: str
    minutes: int
    level: float
    starts: int
    independent: int
    coverage: float
    terciles: Sequence[Part]
    quarters: Sequence[Part]
    rolling: float | None
    width: float
    score: float
    rivals: Mapping[str, tuple[float, float]]


def cone_rows(cell: Cell, baselines: Mapping[float, Mapping[str, Forecasts]]) -> list[ConeRow]:
    """A row for each level; `baselines` by level and name."""
    return [_row(cell, place, level, baselines.get(level, {})) for place, level in enumerate(LEVELS)]


def _row(cell: Cell, place: int, level: float, baselines: Mapping[str, Forecasts]) -> ConeRow:
    def own(start: Start) -> Bounds:
        return start.bands[place].low, start.bands[place].high

    held = [is_held(start, own(start)) for start in cell.starts]
    return ConeRow(
        cell.series,
        cell.minutes,
        level,
        len(held),
        cell.independent,
        _mean(held),
        _parts(cell, held, _tercile_of(cell)),
        _parts(cell, held, lambda start: start.time % DAY_SECONDS * QUARTERS // DAY_SECONDS, QUARTERS),
        _rolling(held) if level == LEVELS[-1] else None,
        _mean([own(start)[1] - own(start)[0] for start in cell.starts]),
        _mean([_score(start, own(start), level) for start in cell.starts]),
        {name: rival for name, each in baselines.items() if (rival := _rival(cell, own, each[cell.bars], level))},
    )


def is_held(start: Start, bounds: Bounds) -> bool:
    return bounds[0] <= start.change <= bounds[1]


def _score(start: Start, bounds: Bounds, level: float) -> float:
    return scores.interval_score(*bounds, start.change, 1 - level)


def _rival(
    cell: Cell, own: Callable[[Start], Bounds], bounds: Sequence[Bounds | None], level: float
) -> tuple[float, float] | None:
    """Our score and the baseline's, over the starts that the baseline has bounds for."""
    both = [(start, rival) for start in cell.starts if (rival := bounds[start.bar]) is not None]
    if not both:
        return None
    ours = _mean([_score(start, own(start), level) for start, _ in both])
    return ours, _mean([_score(start, rival, level) for start, rival in both])


def _tercile_of(cell: Cell) -> Callable[[Start], int]:
    ordered = sorted(start.variance for start in cell.starts)
    bounds = [ordered[len(ordered) * number // TERCILES] for number in range(1, TERCILES)]
    return lambda start: sum(start.variance >= bound for bound in bounds)


def _parts(cell: Cell, held: Sequence[bool], part_of: Callable[[Start], int], count: int = TERCILES) -> list[Part]:
    found: list[list[bool]] = [[] for _ in range(count)]
    for start, each in zip(cell.starts, held, strict=True):
        found[part_of(start)].append(each)
    return [Part(_mean(each), len(each) // cell.bars) for each in found]


def _rolling(held: Sequence[bool]) -> float | None:
    """The share of the time in which the coverage of the last ROLLING starts was within its bounds."""
    if len(held) < ROLLING:
        return None
    inside, covered = 0, sum(held[:ROLLING])
    for place in range(ROLLING, len(held) + 1):
        inside += ROLLING_LOW <= covered / ROLLING <= ROLLING_HIGH
        if place < len(held):
            covered += held[place] - held[place - ROLLING]
    return inside / (len(held) - ROLLING + 1)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else math.nan
