"""The marks: each one met, not met with the figures that fail it, and without anything to judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from market.forecast.evaluation.cone_table import Part
from market.forecast.evaluation.marks import Mark, cone_marks, touch_marks
from market.forecast.evaluation.touch_table import JUDGED
from market.forecast.scores import Decomposition
from tests.market.forecast.evaluation.cells import cone_row, overall_row, touch_row

COVERS, PARTS, ROLLING = range(3)
SKILL, POOLED, DISCRIMINATION, ERROR, MISCALIBRATION = range(5)
FEW = JUDGED - 1


def cones(*rows: dict[str, Any]) -> list[Mark]:
    """The marks of the 95 % cone."""
    return [mark for mark in cone_marks([cone_row(**row) for row in rows]) if "80 %" not in mark.text]


def touches(
    rows: Sequence[dict[str, Any]] = ({},), series: Sequence[dict[str, Any]] = ({},), low: float = 0.01, **pooled: Any
) -> list[Mark]:
    each = [overall_row(**one) for one in series]
    return list(touch_marks([touch_row(**row) for row in rows], each, overall_row("all", **pooled), low))


def test_good_figures_meet_every_mark() -> None:
    marks = [*cones({}, {"series": "lead"}), *touches()]
    assert len(marks) == 9
    assert all(mark.is_met and not mark.failing and mark.judged for mark in marks)
    assert [mark.judged for mark in marks[:3]] == [2, 14, 2]


def test_each_mark_says_what_it_is() -> None:
    texts = [mark.text for mark in [*cones({}), *touches()]]
    assert len(set(texts)) == len(texts)
    assert texts[0] == "The 95 % cone covers 93–97 %"
    assert texts[3] == "The 95 % cone has a better interval score than rival on most series"


@pytest.mark.parametrize(
    ("values", "place", "failing"),
    [
        ({"coverage": 0.929}, COVERS, "gold 5 min: 0.929"),
        ({"coverage": 0.971}, COVERS, "gold 5 min: 0.971"),
        (
            {"terciles": [Part(0.95, 60), Part(0.9, 60), Part(0.95, 60)]},
            PARTS,
            "gold 5 min, volatility tercile 2 (60 independent): 0.900",
        ),
        (
            {"quarters": [Part(0.95, 60)] * 3 + [Part(0.986, 20)]},
            PARTS,
            "gold 5 min, quarter of the day 4 (20 independent): 0.986",
        ),
        ({"rolling": 0.949}, ROLLING, "gold 5 min: 0.949"),
    ],
)
def test_a_cone_s_figure_that_fails_is_named_by_its_one_mark(values: dict[str, Any], place: int, failing: str) -> None:
    marks = cones(values, {"series": "lead"})
    assert [mark.failing for mark in marks] == [[failing] if number == place else [] for number in range(4)]
    assert [mark.is_met for mark in marks] == [number != place for number in range(4)]


@pytest.mark.parametrize(
    "values",
    [
        {"coverage": 0.93},
        {"coverage": 0.97},
        {"terciles": [Part(0.91, 60)] * 3},
        {"quarters": [Part(0.985, 60)] * 4},
        {"rolling": 0.95},
    ],
)
def test_a_bound_itself_meets_the_mark(values: dict[str, Any]) -> None:
    assert all(mark.is_met for mark in cones(values))


@pytest.mark.parametrize(("coverage", "is_met"), [(0.779, False), (0.78, True), (0.82, True), (0.821, False)])
def test_the_80_percent_cone_has_one_mark_and_the_95_percent_one_no_part_in_it(coverage: float, is_met: bool) -> None:
    rows = [cone_row(), cone_row(level=0.8, coverage=coverage), cone_row(level=0.8, coverage=0.5, independent=FEW)]
    marks = list(cone_marks(rows))
    [narrow] = [mark for mark in marks if mark.text == "The 80 % cone covers 78–82 %"]
    assert (narrow.is_met, narrow.judged) == (is_met, 1)
    assert all(mark.is_met for mark in marks if mark is not narrow)


def test_what_has_too_few_windows_that_share_no_bar_is_not_judged() -> None:
    poor = {"coverage": 0.5, "rolling": 0.1, "rivals": {"rival": (2.0, 1.0)}, "terciles": [Part(0.5, 60)] * 3}
    assert [(mark.is_met, mark.judged) for mark in cones({**poor, "independent": FEW})] == [(None, 0)] * 3
    assert [mark.is_met for mark in cones({**poor, "independent": JUDGED})] == [False] * 4
    parts = cones({"terciles": [Part(0.5, FEW)] * 3, "quarters": [Part(0.95, 50)] + [Part(0.5, FEW)] * 3})[PARTS]
    assert (parts.is_met, parts.judged) == (True, 1)
    rolling = cones({"rolling": None})[ROLLING]
    assert (rolling.is_met, rolling.judged) == (None, 0)
    assert [(mark.is_met, mark.failing) for mark in cones()] == [(None, [])] * 3


def test_a_sharper_cone_is_one_with_a_better_score_on_most_series() -> None:
    def against(*scores: tuple[str, float]) -> Mark:
        return cones(*({"series": name, "rivals": {"rival": (score, 2.0)}} for name, score in scores))[3]

    assert against(("gold", 1.8), ("lead", 1.9), ("zinc", 2.2)) == (
        against(("gold", 1)).text,
        True,
        3,
        ["zinc: 1.100 times its score"],
    )
    half = against(("gold", 1.8), ("lead", 2.0))
    assert (half.is_met, half.failing) == (False, ["lead: 1.000 times its score"])
    # A series counts once, by the mean ratio of its cells.
    mean = against(("gold", 1.5), ("gold", 2.3), ("gold", 2.1))
    assert (mean.is_met, mean.judged) == (True, 1)


def test_each_rival_has_a_mark_of_its_own() -> None:
    marks = cones({"rivals": {"one": (0.9, 1.0)}}, {"series": "lead", "rivals": {"one": (0.9, 1.0), "two": (2.0, 1.0)}})
    assert [(mark.text.split()[-4], mark.is_met, mark.judged) for mark in marks[3:]] == [
        ("one", True, 2),
        ("two", False, 1),
    ]


TOUCHES: list[tuple[Callable[[], list[Mark]], int, list[str]]] = [
    (lambda: touches(series=[{}, {"name": "lead", "skill": 0.0}]), SKILL, ["lead: 0.000"]),
    (lambda: touches(series=[{}, {"name": "lead", "skill": -0.02}]), SKILL, ["lead: -0.020"]),
    (lambda: touches(low=-0.001), POOLED, ["all: -0.001"]),
    (
        lambda: touches(series=[{"parts": Decomposition(0.004, 0.003, 0.24)}]),
        DISCRIMINATION,
        ["gold: -0.001"],
    ),
    (lambda: touches([{}, {"series": "lead", "calibration_error": 0.051}]), ERROR, ["lead 5 min: 0.051"]),
    (lambda: touches(calibration_error=0.031), ERROR, ["all: 0.031"]),
    (
        lambda: touches(series=[{"parts": Decomposition(0.005, 0.08, 0.2)}, {"name": "lead"}]),
        MISCALIBRATION,
        ["gold: 0.025"],
    ),
    (lambda: touches(parts=Decomposition(0.003, 0.08, 0.2)), MISCALIBRATION, ["all: 0.015"]),
]


@pytest.mark.parametrize(("marks", "place", "failing"), TOUCHES, ids=range(len(TOUCHES)))
def test_a_touch_s_figure_that_fails_is_named_by_its_one_mark(
    marks: Callable[[], list[Mark]], place: int, failing: list[str]
) -> None:
    found = marks()
    assert [mark.failing for mark in found] == [failing if number == place else [] for number in range(5)]
    assert [mark.is_met for mark in found] == [number != place for number in range(5)]


def test_figures_on_the_bound_meet_the_marks_of_touches() -> None:
    found = touches(
        [{"calibration_error": 0.05}], [{"parts": Decomposition(0.004, 0.08, 0.2)}], low=0.0, calibration_error=0.03
    )
    assert all(mark.is_met for mark in found)


def test_a_cell_of_touches_with_too_few_windows_is_not_judged() -> None:
    few = touches([{"calibration_error": 0.5, "independent": FEW}])[ERROR]
    assert (few.is_met, few.judged) == (True, 1)
    assert touches([{"calibration_error": 0.5, "independent": JUDGED}])[ERROR].is_met is False


def test_without_any_series_there_is_nothing_to_judge() -> None:
    found = touches([], [])
    assert [found[place].is_met for place in (SKILL, DISCRIMINATION)] == [None, None]


def test_outcomes_that_are_all_alike_leave_nothing_to_miscalibrate() -> None:
    assert touches(series=[{"parts": Decomposition(0.0, 0.0, 0.0)}])[MISCALIBRATION].is_met
