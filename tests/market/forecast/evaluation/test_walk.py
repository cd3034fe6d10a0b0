"""A walk over a recording: what is kept of each forecast, and that none knew more than the past."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from market.forecast.candles import Candle
from market.forecast.evaluation.bars_file import Recording
from market.forecast.evaluation.walk import PROGRESS_BARS, Start, Walk, walk
from market.forecast.horizon import DISTANCES, WAYS
from market.forecast.touch import Direction
from market.forecast.trackers import ACI
from tests.market.forecast import simulated

BARS, KNOWN = 700, 500
MINUTES = (1, 5, 15)


def made(*after: Candle) -> Recording:
    """A recording whose first KNOWN bars are always the same."""
    bars = simulated.candles(simulated.regimes(BARS))
    return simulated.recording([*bars[:KNOWN], *(after or bars[KNOWN:])])


def said(walked: Walk, minutes: int) -> dict[int, tuple[object, ...]]:
    """What was forecast at the end of each of the known bars, without what came."""
    starts = walked.cells[minutes].starts
    return {start.bar: (start.time, start.variance, start.trials, start.bands) for start in starts if start.bar < KNOWN}


@pytest.fixture(scope="module")
def walked() -> Walk:
    return walk(made(), MINUTES)


@pytest.mark.parametrize("factor", [0.5, 1.001, 40.0])
def test_bars_that_come_later_change_no_forecast_made_before(walked: Walk, factor: float) -> None:
    later = [
        Candle(bar.time, *(each * factor ** (1 + place % 2) for each in bar[1:]))
        for place, bar in enumerate(made().candles[KNOWN:])
    ]
    other = walk(made(*later), MINUTES)
    for minutes in MINUTES:
        assert said(other, minutes) == said(walked, minutes)
        assert max(said(walked, minutes)) == KNOWN - 1
        outcomes = [[start.change for start in each.cells[minutes].starts] for each in (other, walked)]
        assert outcomes[0] != outcomes[1]


def test_outcomes_are_those_of_the_bars_that_followed(walked: Walk) -> None:
    bars = made().candles
    for minutes, cell in walked.cells.items():
        for start in cell.starts:
            close, after = bars[start.bar].close, bars[start.bar + 1 : start.bar + 1 + minutes]
            assert start.time == after[0].time
            assert start.change == pytest.approx(math.log(after[-1].close / close), abs=1e-12)
            low, high = (
                math.log(close / min(bar.low for bar in after)),
                math.log(max(bar.high for bar in after) / close),
            )
            expected = [trial.distance <= (low if trial.way is Direction.DOWN else high) for trial in start.trials]
            assert start.touched == expected


def test_every_bar_is_a_start_from_the_first_forecast_until_the_horizon_reaches_over_the_end(walked: Walk) -> None:
    for minutes, first in ((1, 180), (5, 184), (15, 344)):
        cell = walked.cells[minutes]
        assert [start.bar for start in cell.starts] == list(range(first, BARS - minutes))
        assert (cell.minutes, cell.bars, cell.independent) == (minutes, minutes, len(cell.starts) // minutes)
        assert len(cell.outcomes) == len(cell.starts) * len(DISTANCES) * len(WAYS)


def test_a_horizon_that_is_no_whole_number_of_bars_has_no_cell() -> None:
    bars = simulated.candles(simulated.steady(300), seconds=300)
    walked = walk(simulated.recording(bars, 300), (1, 5, 7, 10))
    assert {minutes: cell.bars for minutes, cell in walked.cells.items()} == {5: 1, 10: 2}
    assert list(walked.weights) == [5, 10]


def test_bars_are_counted_through_all_sessions_and_no_window_reaches_from_one_into_the_next() -> None:
    bars = simulated.candles(simulated.steady(600), session=250)
    starts = walk(simulated.recording(bars), (5,)).cells[5].starts
    assert all(start.bar // 250 == (start.bar + 5) // 250 for start in starts)
    assert [(before.bar, after.bar) for before, after in pairwise(starts) if after.bar != before.bar + 1] == [
        (244, 250),
        (494, 500),
    ]


def test_where_the_price_stood_for_long_nothing_was_forecast() -> None:
    bars = simulated.candles(simulated.steady(400))
    starts: list[Start] = walk(simulated.recording([*bars[:300], *bars[310:]]), (1,)).cells[1].starts
    assert [start.bar for start in starts] == [*range(180, 303), *range(310, 399)]


def test_plain_aci_gives_other_bands_and_the_same_touches(walked: Walk) -> None:
    plain = walk(made(), MINUTES, tracker=ACI)
    for minutes, cell in plain.cells.items():
        assert [start.trials for start in cell.starts] == [start.trials for start in walked.cells[minutes].starts]
        assert [start.bands for start in cell.starts] != [start.bands for start in walked.cells[minutes].starts]


def test_progress_is_told_after_every_so_many_bars() -> None:
    told: list[int] = []
    walk(simulated.recording(simulated.candles(simulated.steady(2 * PROGRESS_BARS + 1))), (1,), progress=told.append)
    assert told == [PROGRESS_BARS] * 2
