"""The whole evaluation of recorded bars: walks, tables and marks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from pathlib import Path

from market.forecast import cone
from market.forecast.candles import fill
from market.forecast.evaluation import baselines, direction
from market.forecast.evaluation.bars_file import Recording
from market.forecast.evaluation.baselines import Forecasts
from market.forecast.evaluation.bootstrap import Skill, skill
from market.forecast.evaluation.cone_table import ConeRow, cone_rows
from market.forecast.evaluation.garch import garch_t
from market.forecast.evaluation.leaks import LeakCheck, check
from market.forecast.evaluation.marks import Mark, cone_marks, touch_marks
from market.forecast.evaluation.touch_table import Overall, TouchRow, overall, pair_of_all, touch_rows
from market.forecast.evaluation.walk import Cell, Walk, walk
from market.forecast.trackers import ACI

CODE = Path(cone.__file__).parent
BASELINES = {
    "unconditional quantiles": baselines.past_quantiles,
    "EWMA normal": baselines.ewma_normal,
    "GARCH(1,1)-t": garch_t,
}


@dataclass(frozen=True, slots=True)
class Series:
    """One recording's walk and tables, and whether its forecasts knew the future."""

    recording: Recording
    walked: Walk
    checked: LeakCheck
    cones: Sequence[ConeRow]
    plain: dict[tuple[str, int, float], float]
    directions: Sequence[direction.Row]

    @property
    def cells(self) -> list[Cell]:
        return list(self.walked.cells.values())


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All recordings' figures, and the marks."""

    series: Sequence[Series]
    touches: Sequence[TouchRow]
    overalls: Sequence[Overall]
    pooled: Overall
    skill: Skill
    marks: Sequence[Mark]


class NothingToEvaluate(Exception):
    """No recording has a forecast to judge; the message says why."""


def code_hash() -> str:
    """Of the forecast's modules, without the evaluation's."""
    return sha256(b"".join(path.read_bytes() for path in sorted(CODE.glob("*.py")))).hexdigest()


def evaluate_series(
    recording: Recording, minutes: Sequence[int], seed: int, progress: Callable[[float], None]
) -> Series:
    """`progress` is called with the share of the work that is done. Raises NothingToEvaluate."""
    steps = Steps(len(recording.candles), progress)
    walked = walk(recording, minutes, progress=steps.walked)
    if not walked.cells:
        raise NothingToEvaluate(f"{recording.name}: no horizon is a whole number of its bars of {recording.seconds} s.")
    checked = check(lambda other: walk(other, minutes, progress=steps.walked), recording, walked)
    plain = walk(recording, minutes, tracker=ACI, progress=steps.walked)
    sessions = list(fill(recording.candles, recording.seconds))
    closes = [[bar.candle.close for bar in session] for session in sessions]
    bars = [cell.bars for cell in walked.cells.values()]
    wide = cone.LEVELS[-1]
    rivals = {wide: {name: make(closes, bars, 1 - wide) for name, make in BASELINES.items()}}
    return Series(
        recording,
        walked,
        checked,
        _cones(walked, rivals),
        {(row.series, row.minutes, row.level): row.coverage for row in _cones(plain, {})},
        _directions([[bar.candle.close for bar in session if bar.traded] for session in sessions], seed),
    )


class Steps:
    """The share of a series' work that is done: two walks and a half make up most of it."""

    def __init__(self, bars: int, progress: Callable[[float], None]) -> None:
        self._total, self._progress = 2.5 * bars, progress
        self._done = 0

    def walked(self, bars: int) -> None:
        self._done += bars
        self._progress(min(1.0, self._done / self._total))


def sum_up(series: Sequence[Series], seed: int) -> Evaluation:
    """Raises NothingToEvaluate."""
    cells = list(chain.from_iterable(each.cells for each in series))
    pairs = [pair for each in series if (pair := pair_of_all(each.cells)).is_enough]
    pooled = overall("all", cells)
    if not pairs or pooled is None:
        raise NothingToEvaluate("There are too few bars for a single forecast, or the price never moves.")
    touches = touch_rows(cells, seed)
    overalls = [found for each in series if (found := overall(each.recording.name, each.cells))]
    bounds = skill(pairs, seed)
    cones = [row for each in series for row in each.cones]
    marks = [*cone_marks(cones), *touch_marks(touches, overalls, pooled, bounds.low)]
    return Evaluation(series, touches, overalls, pooled, bounds, marks)


def _cones(walked: Walk, baselines: Mapping[float, Mapping[str, Forecasts]]) -> list[ConeRow]:
    return [row for cell in walked.cells.values() if cell.starts for row in cone_rows(cell, baselines)]


def _directions(sessions: Sequence[Sequence[float]], seed: int) -> Sequence[direction.Row]:
    """None for too few closes, and for a price that never moves."""
    try:
        return direction.table(sessions, seed)
    except ValueError:
        return []
