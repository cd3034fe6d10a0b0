"""Walk a recording bar by bar: each forecast is made from the past alone, and kept with what came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from market.forecast.cone import Band, MakeTracker
from market.forecast.evaluation.bars_file import Recording
from market.forecast.experts import CLIMATOLOGY
from market.forecast.horizon import Trial
from market.forecast.model import Matured, Model
from market.forecast.trackers import DtACI

# The horizons that are evaluated, in minutes.
MINUTES = (5, 15, 60)
# Bars between two calls of `progress`.
PROGRESS_BARS = 500


class Start(NamedTuple):
    """The forecasts made at the end of one bar: which one it was of all sessions', its end in unix seconds, the
    variance of a bar as estimated then, and what was said and what came."""

    bar: int
    time: int
    variance: float
    trials: Sequence[Trial]
    touched: Sequence[bool]
    bands: Sequence[Band]
    change: float


@dataclass
class Cell:
    """All forecasts of one series and horizon, in the order of their starts; `bars` is the horizon's length."""

    series: str
    minutes: int
    bars: int
    starts: list[Start] = field(default_factory=list)

    @property
    def independent(self) -> int:
        """How many of the starts share no bar, if none is missing between them."""
        return len(self.starts) // self.bars

    @property
    def probabilities(self) -> list[float]:
        return [trial.touch.probability for start in self.starts for trial in start.trials]

    @property
    def climatology(self) -> list[float]:
        """What the frequency of touches of the same distance and side has been: the reference of skill."""
        return self.expert(CLIMATOLOGY)

    def expert(self, index: int) -> list[float]:
        return [trial.experts[index] for start in self.starts for trial in start.trials]

    @property
    def outcomes(self) -> list[int]:
        return [int(touched) for start in self.starts for touched in start.touched]

    def losses(self, probability: Callable[[Trial], float]) -> list[float]:
        """The mean Brier score of each start's forecasts."""
        return [
            sum((probability(trial) - touched) ** 2 for trial, touched in zip(start.trials, start.touched, strict=True))
            / len(start.trials)
            for start in self.starts
        ]


class Walk(NamedTuple):
    """A walk's cells by minutes, and the experts' weights at its end."""

    cells: dict[int, Cell]
    weights: dict[int, list[float]]


def walk(
    recording: Recording,
    minutes: Sequence[int] = MINUTES,
    *,
    tracker: MakeTracker = DtACI,
    model: type[Model] = Model,
    progress: Callable[[int], None] = lambda bars: None,
) -> Walk:
    """Forecast and score a whole recording. Horizons that are no whole number of its bars have no cell.

    `progress` is called after every PROGRESS_BARS bars with their number.
    """
    learner = model(recording.seconds, minutes, tracker)
    cells = {each: Cell(recording.name, each, each * 60 // recording.seconds) for each in learner.minutes}
    for done, candle in enumerate(recording.candles, 1):
        for matured in learner.take(candle):
            if matured.bands:
                cells[matured.minutes].starts.append(_start(matured))
        if done % PROGRESS_BARS == 0:
            progress(PROGRESS_BARS)
    return Walk(cells, learner.weights)


def _start(matured: Matured) -> Start:
    window = matured.window
    return Start(
        window.number - 1, window.time, window.variance, matured.trials, matured.touched, matured.bands, matured.change
    )
