"""The cone's figures, by small cells worked out by hand; every band of theirs is −1 to 1 (80 %) and −2 to 3 (95 %)."""

from __future__ import annotations

import math

import pytest

from market.forecast.evaluation.cone_table import ROLLING, ConeRow, Part, cone_rows
from market.forecast.evaluation.walk import Start
from market.forecast.volatility import DAY_SECONDS
from tests.market.forecast.evaluation.cells import cell, start

INSIDE, BEYOND = 0.0, 4.0


def wide(starts: list[Start], bars: int = 1) -> ConeRow:
    """The row of the 95 % band."""
    return cone_rows(cell(starts, bars), {})[1]


def test_a_bound_itself_is_held_and_each_level_has_its_row() -> None:
    changes = [-2.01, -2.0, -1.0, 0.0, 1.0, 1.01, 3.0, 3.01]
    narrow, broad = cone_rows(cell([start(bar, change=change) for bar, change in enumerate(changes)], 3), {})
    assert [(row.level, row.coverage, row.width) for row in (narrow, broad)] == [(0.8, 3 / 8, 2.0), (0.95, 6 / 8, 5.0)]
    assert (broad.series, broad.minutes, broad.starts, broad.independent) == ("gold", 5, 8, 2)


def test_what_is_outside_costs_2_over_alpha_times_how_far() -> None:
    found = cone_rows(cell([start(0, change=0.5), start(1, change=-3.0), start(2, change=5.0)]), {})
    assert [row.score for row in found] == pytest.approx([(3 * 2 + 10 * (2 + 4)) / 3, (3 * 5 + 40 * (1 + 2)) / 3])


def test_terciles_are_by_the_volatility_at_the_start() -> None:
    # Shuffled: the calmest third is held once in three, the middle one twice, the liveliest always.
    kinds = [(9, INSIDE), (1, BEYOND), (4, INSIDE), (7, INSIDE), (2, INSIDE), (5, BEYOND), (8, INSIDE), (3, BEYOND)]
    starts = [
        start(bar, variance=float(each), change=change) for bar, (each, change) in enumerate([*kinds, (6, INSIDE)])
    ]
    assert wide(starts).terciles == [Part(1 / 3, 3), Part(2 / 3, 3), Part(1.0, 3)]
    assert [part.independent for part in wide(starts, bars=2).terciles] == [1, 1, 1]


def test_quarters_are_those_of_the_utc_day_and_one_without_starts_has_no_coverage() -> None:
    hours = [(0, BEYOND), (5.99, INSIDE), (6, INSIDE), (11.99, INSIDE), (12, BEYOND), (12.5, BEYOND), (17, INSIDE)]
    day = 18_000 * DAY_SECONDS
    quarters = wide(
        [start(bar, time=day + int(hour * 3600), change=change) for bar, (hour, change) in enumerate(hours)]
    ).quarters
    assert quarters[:3] == [Part(1 / 2, 2), Part(1.0, 2), Part(1 / 3, 3)]
    assert math.isnan(quarters[3].coverage)
    assert quarters[3].independent == 0


@pytest.mark.parametrize(
    ("misses", "after", "share"),
    [
        # 90 % and 99 % are within the bounds, one start more or less is not.
        (50, 0, 1.0),
        (51, 0, 0.0),
        (5, 0, 1.0),
        (4, 0, 0.0),
        # The misses come first: of the 101 windows of 500 the last have too few of them.
        (30, 100, 26 / 101),
    ],
)
def test_rolling_is_the_share_of_500_in_a_row_with_a_coverage_of_90_to_99(
    misses: int, after: int, share: float
) -> None:
    changes = [BEYOND] * misses + [INSIDE] * (ROLLING - misses + after)
    assert wide([start(bar, change=change) for bar, change in enumerate(changes)]).rolling == pytest.approx(share)


def test_fewer_than_500_starts_have_no_rolling_coverage() -> None:
    assert wide([start(bar) for bar in range(ROLLING - 1)]).rolling is None
    assert wide([start(bar) for bar in range(ROLLING)]).rolling == 0.0


def test_a_rival_is_compared_over_the_starts_that_it_has_bounds_for() -> None:
    starts = [start(bar, change=change) for bar, change in ((1, 0.0), (2, 4.0), (4, 0.0))]
    rivals = {"late": {1: [None, None, (-1.0, 2.0), None, (-2.0, 2.0)]}, "never": {1: [None] * 5}}
    narrow, broad = cone_rows(cell(starts), {0.95: rivals})
    # Ours: 5 + 40 · 1 and 5; theirs: 3 + 40 · 2 and 4.
    assert dict(broad.rivals) == {"late": (pytest.approx(25.0), pytest.approx(43.5))}
    assert dict(narrow.rivals) == {}
