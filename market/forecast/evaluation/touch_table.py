"""How good the touch probabilities of a walk were: skill, calibration and the honesty of their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from market.forecast import scores
from market.forecast.curve import Touch
from market.forecast.evaluation.bootstrap import Pair, skill
from market.forecast.evaluation.diebold_mariano import compare, holm
from market.forecast.evaluation.walk import Cell
from market.forecast.experts import CLIMATOLOGY, HISTORICAL
from market.forecast.horizon import Trial
from market.forecast.scores import Decomposition
from market.forecast.sequence import ConfidenceSequence

# Wider intervals are shown as words.
WORDS_FROM = 0.15
BINS = 10
# A cell with fewer windows that share no bar is printed, and not judged.
JUDGED = 20


@dataclass(frozen=True, slots=True)
class TouchRow:
    """One cell's figures; skill is against climatology, its interval the 90 % one of a block bootstrap.

    `half` is the skill of an even mix of historical simulation and climatology, the plainest rival. `width` is the
    median width of the intervals, `words` the share that is too wide to show. `honest` is, of those shown, the share in
    those of ten bins whose frequency of touches lies within the bin's mean interval; None if none is shown. `gain` is
    the mean gain in Brier score of forecasts that share no bar, `anytime` its lower bound (95 %), which holds however
    often one looks.
    """

    series: str
    minutes: int
    forecasts: int
    independent: int
    touched: float
    skill: float
    low: float | None
    high: float | None
    half: float
    parts: Decomposition
    calibration_error: float
    width: float
    words: float
    honest: float | None
    gain: float | None
    anytime: float
    p_value: float | None
    holm: float | None

    @property
    def is_judged(self) -> bool:
        return self.independent >= JUDGED


def touch_rows(cells: Sequence[Cell], seed: int) -> list[TouchRow]:
    """The rows of all cells that have forecasts; p-values of Diebold and Mariano, corrected by Holm."""
    found = [cell for cell in cells if cell.starts]
    pairs = [pair_of(cell) for cell in found]
    compared = [compare(*pair) if cell.independent >= JUDGED else None for cell, pair in zip(found, pairs, strict=True)]
    values = [test.p_value for test in compared if test]
    corrected = iter(holm(values))
    return [
        _row(cell, seed, test.p_value if test else None, next(corrected) if test else None)
        for cell, test in zip(found, compared, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Overall:
    """The figures of several cells taken together: of one series, or of all."""

    name: str
    forecasts: int
    skill: float
    parts: Decomposition
    calibration_error: float


def pair_of(cell: Cell) -> Pair:
    """The Brier scores of a cell's starts and of climatology."""
    return Pair(cell.losses(_shown), cell.losses(_climate), cell.bars)


def pair_of_all(cells: Sequence[Cell]) -> Pair:
    """The scores of one series' horizons together, bar by bar, since they share their bars."""
    sums: dict[int, list[float]] = {}
    for cell in cells:
        pair = pair_of(cell)
        for start, ours, climate in zip(cell.starts, pair.losses, pair.reference, strict=True):
            both = sums.setdefault(start.bar, [0.0, 0.0])
            both[0] += ours
            both[1] += climate
    ordered = [sums[bar] for bar in sorted(sums)]
    return Pair([ours for ours, _ in ordered], [climate for _, climate in ordered], max(cell.bars for cell in cells))


def overall(name: str, cells: Sequence[Cell]) -> Overall | None:
    """None without forecasts."""
    probabilities = [each for cell in cells for each in cell.probabilities]
    if not probabilities:
        return None
    outcomes = [each for cell in cells for each in cell.outcomes]
    climatology = [each for cell in cells for each in cell.climatology]
    return Overall(
        name,
        len(outcomes),
        _skill(scores.brier(probabilities, outcomes), scores.brier(climatology, outcomes)),
        scores.decompose(probabilities, outcomes),
        scores.calibration_error(probabilities, outcomes, BINS),
    )


def _row(cell: Cell, seed: int, p_value: float | None, corrected: float | None) -> TouchRow:
    probabilities, outcomes = cell.probabilities, cell.outcomes
    reference = scores.brier(cell.climatology, outcomes)
    half = [(one + other) / 2 for one, other in zip(cell.expert(HISTORICAL), cell.climatology, strict=True)]
    shown = [trial.touch for start in cell.starts for trial in start.trials]
    widths = [touch.high - touch.low for touch in shown]
    pair = pair_of(cell)
    interval = skill([pair], seed) if pair.is_enough else None
    watched = ConfidenceSequence()
    for ours, climate in zip(pair.losses[:: cell.bars], pair.reference[:: cell.bars], strict=True):
        watched.add(climate - ours)
    return TouchRow(
        cell.series,
        cell.minutes,
        len(outcomes),
        cell.independent,
        sum(outcomes) / len(outcomes),
        _skill(scores.brier(probabilities, outcomes), reference),
        interval.low if interval else None,
        interval.high if interval else None,
        _skill(scores.brier(half, outcomes), reference),
        scores.decompose(probabilities, outcomes),
        scores.calibration_error(probabilities, outcomes, BINS),
        median(widths),
        sum(width > WORDS_FROM for width in widths) / len(widths),
        _honest(shown, outcomes),
        watched.mean,
        watched.low,
        p_value,
        corrected,
    )


def _honest(touches: Sequence[Touch], outcomes: Sequence[int]) -> float | None:
    bins: list[list[tuple[Touch, int]]] = [[] for _ in range(BINS)]
    for touch, outcome in zip(touches, outcomes, strict=True):
        if touch.high - touch.low <= WORDS_FROM:
            bins[min(BINS - 1, int(touch.probability * BINS))].append((touch, outcome))
    shown = sum(map(len, bins))
    return sum(len(each) for each in bins if each and _is_honest(each)) / shown if shown else None


def _is_honest(found: Sequence[tuple[Touch, int]]) -> bool:
    low, high = (sum(touch[place] for touch, _ in found) for place in (1, 2))
    return low <= sum(outcome for _, outcome in found) <= high


def _skill(score: float, reference: float) -> float:
    return scores.skill(score, reference) or 0.0


def _shown(trial: Trial) -> float:
    return trial.touch.probability


def _climate(trial: Trial) -> float:
    return trial.experts[CLIMATOLOGY]
