"""The figures of touch probabilities: small cells worked out by hand, and that chance has no skill."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from market.forecast import scores
from market.forecast.evaluation.diebold_mariano import holm
from market.forecast.evaluation.touch_table import JUDGED, overall, pair_of, pair_of_all, touch_rows
from market.forecast.evaluation.walk import Cell, walk
from market.forecast.scores import Decomposition
from tests.market.forecast import simulated
from tests.market.forecast.evaluation.cells import cell, start, trial


def alternating(count: int, bars: int = 1, series: str = "gold", said: float = 0.9) -> Cell:
    """Every other window is touched; `said` is what was said of those, 1 − `said` of the others."""
    return cell(
        [
            start(bar, [trial(said if bar % 2 else 1 - said, 0.5 + bar % 5 / 100)], [bar % 2])
            for bar in range(1, count + 1)
        ],
        bars,
        series,
    )


def test_a_cell_s_figures_are_those_worked_out_by_hand() -> None:
    found = cell(
        [
            start(1, [trial(0.8, 0.5, 0.9, (0.7, 0.9)), trial(0.2, 0.4, 0.1, (0.1, 0.2))], [1, 0]),
            start(2, [trial(0.6, 0.5, 0.7, (0.5, 0.7)), trial(0.4, 0.4, 0.3, (0.0, 0.5))], [0, 0]),
        ],
        bars=2,
    )
    [row] = touch_rows([found], seed=1)
    assert (row.series, row.minutes, row.forecasts, row.independent, row.touched) == ("gold", 5, 4, 1, 0.25)
    ours, climatology = (0.04 + 0.04 + 0.36 + 0.16) / 4, (0.25 + 0.16 + 0.25 + 0.16) / 4
    assert row.skill == pytest.approx(1 - ours / climatology)
    half = (0.3**2 + 0.25**2 + 0.6**2 + 0.35**2) / 4
    assert row.half == pytest.approx(1 - half / climatology)
    # Recalibrated, 0.8 becomes 1 and everything below it 0.
    assert row.parts == Decomposition(pytest.approx(ours), pytest.approx(0.1875), pytest.approx(0.1875))
    assert row.calibration_error == pytest.approx((0.2 + 0.2 + 0.6 + 0.4) / 4)
    # Widths 0.2, 0.1, 0.2, 0.5: three are too wide to be shown.
    assert (row.width, row.words) == (pytest.approx(0.2), 0.75)
    # 0 is not within 0.1 to 0.2, which is the only one shown.
    assert row.honest == 0.0
    assert (row.low, row.high, row.p_value, row.holm, row.is_judged) == (None, None, None, None, False)


def test_an_interval_is_honest_if_the_frequency_of_its_bin_is_within_its_mean() -> None:
    said = [trial(0.31, 0.5, interval=(0.27, 0.4)), trial(0.39, 0.5, interval=(0.31, 0.45))]
    for touched, honest in (([1, 0], 0.0), ([0, 0], 0.0), ([1, 1], 0.0)):
        assert touch_rows([cell([start(1, said, touched)])], 1)[0].honest == honest
    starts = [start(bar, said, touched) for bar, touched in enumerate(([1, 0], [0, 0], [0, 1]))]
    assert touch_rows([cell(starts)], 1)[0].honest == 1.0
    wide = [start(4, [trial(0.35, 0.5, interval=(0.2, 0.4))], [1])]
    assert touch_rows([cell(starts + wide)], 1)[0].honest == 1.0
    assert touch_rows([cell(wide)], 1)[0].honest is None


def test_losses_are_the_mean_brier_score_of_each_start() -> None:
    found = pair_of(cell([start(1, [trial(0.8, 0.5), trial(0.2, 0.4)], [1, 1]), start(2, [trial(0.3, 0.1)], [0])], 7))
    assert found.losses == pytest.approx([(0.04 + 0.64) / 2, 0.09])
    assert found.reference == pytest.approx([(0.25 + 0.36) / 2, 0.01])
    assert found.horizon == 7


def test_horizons_of_one_series_are_one_pair_bar_by_bar() -> None:
    short = cell([start(bar, [trial(0.5, 0.9)], [1]) for bar in (1, 2, 3)], 2)
    long = cell([start(bar, [trial(0.9, 0.5)], [1]) for bar in (2, 3, 5)], 4)
    both = pair_of_all([short, long])
    assert both.losses == pytest.approx([0.25, 0.26, 0.26, 0.01])
    assert both.reference == pytest.approx([0.01, 0.26, 0.26, 0.25])
    assert both.horizon == 4


def test_several_cells_count_by_their_forecasts() -> None:
    one, other = alternating(10), alternating(30, said=0.6)
    both = overall("all", [one, Cell("gold", 15, 3), other])
    assert both is not None
    assert (both.name, both.forecasts) == ("all", 40)
    score = (10 * 0.01 + 30 * 0.16) / 40
    reference = scores.brier(one.climatology + other.climatology, one.outcomes + other.outcomes)
    assert both.skill == pytest.approx(1 - score / reference)
    assert both.calibration_error == pytest.approx((10 * 0.1 + 30 * 0.4) / 40)
    assert overall("none", [Cell("gold", 15, 3)]) is None


def test_cells_without_forecasts_have_no_row() -> None:
    assert [row.series for row in touch_rows([Cell("lead", 5, 5), alternating(4)], 1)] == ["gold"]


def test_p_values_are_corrected_for_the_cells_that_are_judged_and_for_no_others() -> None:
    cells = [alternating(19), alternating(40, said=0.55), alternating(60, bars=20), alternating(80, bars=2, said=0.52)]
    rows = touch_rows(cells, seed=1)
    assert [row.p_value is not None for row in rows] == [False, True, False, True]
    assert [row.low is not None for row in rows] == [False, True, True, True]
    values = [row.p_value for row in rows if row.p_value is not None]
    assert [row.holm for row in rows if row.holm is not None] == holm(values)
    assert [row.holm is not None for row in rows] == [False, True, False, True]
    alone = touch_rows(cells[1:2], seed=1)[0]
    assert alone.holm == alone.p_value == values[0]


def test_a_cell_is_judged_from_enough_windows_that_share_no_bar() -> None:
    judged = [row.is_judged for row in touch_rows([alternating(3 * JUDGED - 1, 3), alternating(3 * JUDGED, 3)], 1)]
    assert judged == [False, True]


def test_the_interval_of_a_skill_holds_it_and_the_seed_decides_it() -> None:
    again = [touch_rows([alternating(60, said=0.6)], seed)[0] for seed in (1, 1, 2)]
    assert again[0] == again[1]
    assert (again[0].low, again[0].high) != (again[2].low, again[2].high)
    for row in again:
        assert row.low is not None
        assert row.high is not None
        assert row.low <= row.skill <= row.high


def test_shuffled_outcomes_show_no_skill_where_the_true_ones_do() -> None:
    walked = walk(simulated.recording(simulated.candles(simulated.regimes(1_500, ratio=6))), (5, 15))
    for true in walked.cells.values():
        touched = [each.touched for each in true.starts]
        random.Random(1).shuffle(touched)
        starts = [each._replace(touched=other) for each, other in zip(true.starts, touched, strict=True)]
        shuffled = replace(true, starts=starts)
        [found], [chance] = (touch_rows([each], seed=1) for each in (true, shuffled))
        assert found.skill > 0.02
        assert found.low is not None
        assert found.low > 0
        assert chance.skill < 0
        assert chance.parts.discrimination < found.parts.discrimination


def test_the_gain_that_holds_at_any_time_counts_windows_that_share_no_bar() -> None:
    [apart] = touch_rows([alternating(600)], seed=1)
    [overlapping] = touch_rows([alternating(600, bars=50)], seed=1)
    assert 0.1 < apart.anytime < (apart.gain or 0)
    assert apart.gain == pytest.approx(overlapping.gain, abs=0.05)
    assert overlapping.anytime < 0 < apart.anytime
