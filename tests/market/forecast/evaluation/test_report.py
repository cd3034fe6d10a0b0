"""The evaluation as text: lines that fit a terminal, every table, and what has to be said of bad news."""

from __future__ import annotations

import re
from dataclasses import replace

from market.forecast.evaluation import marks, report
from market.forecast.evaluation.evaluate import Evaluation, code_hash
from market.forecast.evaluation.leaks import LeakCheck
from market.forecast.evaluation.marks import Mark
from tests.market.forecast.evaluation.cells import cone_row, overall_row, start, touch_row
from tests.market.forecast.evaluation.conftest import MINUTES, NAMES, SEED

COLUMNS = 140


def lines_of(evaluation: Evaluation) -> list[str]:
    return list(report.report(evaluation, MINUTES, SEED))


def test_every_line_fits_140_columns_with_four_series(evaluation: Evaluation) -> None:
    lines = lines_of(evaluation)
    assert len(evaluation.series) == 4
    assert [line for line in lines if len(line) > COLUMNS] == []
    assert [line for line in lines if line != line.rstrip()] == []


def test_code_data_seed_and_parameters_are_printed_before_any_figure(evaluation: Evaluation) -> None:
    first, parameters, _, *data = lines_of(evaluation)[:7]
    assert first.startswith(f"code {code_hash()[:16]}, horizons 5, 15 min, seed 1;")
    assert parameters.startswith("parameters: 1,500 windows, ")
    for line, series, (name, bars) in zip(data, evaluation.series, NAMES.items(), strict=True):
        begin = f"data {series.recording.sha256[:16]} {name}: {bars} bars of 60 s; of {series.checked.compared:,} "
        assert series.checked.compared > 0
        assert line == begin + "forecasts none changes if another future follows"


def test_each_table_has_its_head_and_a_line_for_each_series(evaluation: Evaluation) -> None:
    blocks = "\n".join(lines_of(evaluation)).split("\n\n")
    heads = [re.split(r"  +", block)[0] for block in blocks]
    assert heads[1] == "touch"
    assert heads[2].startswith("pooled skill +" if evaluation.skill.skill >= 0 else "pooled skill -")
    assert heads[3:7] == ["interval", "weights at the end", "cone", "interval score"]
    assert heads[7:11] == [f"direction of {name}" for name in NAMES]
    for block in (blocks[1], *blocks[3:7]):
        assert all(re.search(rf"^{name} ", block, re.MULTILINE) for name in NAMES)
    assert "all" in re.findall(r"^\w+", blocks[1], re.MULTILINE)


def test_every_mark_is_printed_with_what_fails_it(evaluation: Evaluation) -> None:
    lines = lines_of(evaluation)
    for mark in evaluation.marks:
        verdict = {True: "met    ", False: "NOT MET", None: "nothing to judge"}[mark.is_met]
        place = lines.index(f"{verdict}  {mark.text}")
        failing = lines[place + 1 : place + 1 + len(mark.failing)]
        assert [line.strip() for line in failing] == mark.failing
        assert all(line.startswith(" " * 9) for line in failing)


def test_a_mark_that_is_not_met_can_t_be_missed() -> None:
    found = report.mark_lines(
        [Mark("One", True, 3, []), Mark("Two", False, 3, ["gold: 0.5"]), Mark("Three", None, 0, [])]
    )
    assert list(found) == ["met      One", "NOT MET  Two", "         gold: 0.5", "nothing to judge  Three"]


def test_a_forecast_that_knew_the_future_is_shouted_about(evaluation: Evaluation) -> None:
    leaking = replace(evaluation.series[2], checked=LeakCheck(8, start(7)))
    series = [*evaluation.series[:2], leaking, evaluation.series[3]]
    shouted = [line for line in lines_of(replace(evaluation, series=series)) if "ONE CHANGES" in line]
    assert [" sp500-1m: " in line for line in shouted] == [True]


def test_cells_that_are_not_judged_are_starred_and_the_star_is_explained() -> None:
    *_, row, whole, told = report.touch_lines([touch_row(independent=19, low=None, high=None)], [overall_row()])
    assert re.split(r"  +", row)[:7] == ["gold", "5", "1,000", "19*", "0.400", "+0.0500", "–"]
    assert re.split(r"  +", whole)[:4] == ["gold", "all", "1,000", "+0.0500"]
    assert told == "* fewer than 20 windows that share no bar: printed, not judged"
    assert not any("*" in line for line in report.touch_lines([touch_row()], [overall_row()]))


def test_the_cone_s_line_has_each_part_and_plain_aci_beside_it() -> None:
    row = cone_row(independent=19, rolling=None)
    _, line = report.cone_lines([row], {("gold", 5, 0.95): 0.9412})
    cells = re.split(r"  +", line)
    assert cells[:7] == ["gold", "5", "95%", "1,000", "19*", "0.950", "0.941"]
    assert cells[7:] == ["0.950 0.950 0.950", "0.950 0.950 0.950 0.950", "–", "0.01000"]
    _, line = report.score_lines([row])
    assert re.split(r"  +", line) == ["gold", "5", "95%", "0.020000", "0.900"]


def test_columns_are_as_wide_as_their_widest_cell_numbers_to_the_right() -> None:
    assert list(report.aligned(["a", "figure"], [["longer", "1"], ["b", "1,234,567"]])) == [
        "a          figure",
        "longer          1",
        "b       1,234,567",
    ]


def test_the_marks_judge_all_cones_and_then_the_touches(evaluation: Evaluation) -> None:
    cones = list(marks.cone_marks([row for series in evaluation.series for row in series.cones]))
    touches = list(marks.touch_marks([], [], overall_row(), 0))
    assert evaluation.marks[: len(cones)] == cones
    assert [mark.text for mark in evaluation.marks[len(cones) :]] == [mark.text for mark in touches]
