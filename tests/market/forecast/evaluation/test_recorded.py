"""The forecast on recorded bars, each series walked once: what it is held to on every one of them."""

from __future__ import annotations

from functools import cache

import pytest

from market.forecast import scores
from market.forecast.evaluation import bars_file
from market.forecast.evaluation.bootstrap import skill
from market.forecast.evaluation.cone_table import cone_rows
from market.forecast.evaluation.marks import COVERED, ERROR_EACH, ERROR_POOLED
from market.forecast.evaluation.touch_table import JUDGED, overall, pair_of_all
from market.forecast.evaluation.walk import Cell, walk
from tests.market import recordings

each_series = pytest.mark.parametrize("file", recordings.BARS)


@cache
def cells(file: str) -> list[Cell]:
    return list(walk(bars_file.read(recordings.bars(file))).cells.values())


def calibration_error(found: list[Cell]) -> float:
    probabilities = [each for cell in found for each in cell.probabilities]
    return scores.calibration_error(probabilities, [each for cell in found for each in cell.outcomes])


@each_series
def test_touch_probabilities_have_skill_and_tell_more_than_they_are_wrong(file: str) -> None:
    whole = overall(file, cells(file))
    assert whole is not None
    assert whole.skill > 0
    assert whole.parts.discrimination > whole.parts.miscalibration


@each_series
def test_touch_probabilities_are_calibrated_and_the_cone_covers_what_it_says(file: str) -> None:
    judged = [cell for cell in cells(file) if cell.independent >= JUDGED]
    assert len(judged) >= 2
    for cell in judged:
        assert calibration_error([cell]) <= ERROR_EACH
        row = cone_rows(cell, {})[1]
        assert COVERED[0] <= row.coverage <= COVERED[1], row


def test_all_series_together_have_skill_beyond_chance_and_are_calibrated() -> None:
    found = [cell for file in recordings.BARS for cell in cells(file)]
    assert skill([pair_of_all(cells(file)) for file in recordings.BARS]).low >= 0
    assert calibration_error(found) <= ERROR_POOLED
