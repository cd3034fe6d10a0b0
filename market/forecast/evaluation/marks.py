"""What the forecast is held to, and what of it the figures meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from market.forecast import cone
from market.forecast.evaluation.cone_table import ConeRow, Part
from market.forecast.evaluation.touch_table import JUDGED, Overall, TouchRow

COVERED, NARROW_COVERED = (0.93, 0.97), (0.78, 0.82)
PART_COVERED = (0.91, 0.985)
ERROR_EACH, ERROR_POOLED = 0.05, 0.03
MISCALIBRATED_EACH, MISCALIBRATED_POOLED = 0.02, 0.01
ROLLING_TIME = 0.95


class Mark(NamedTuple):
    """One of them, and how many figures it judges; None without any. `failing` names those that do not meet it."""

    text: str
    is_met: bool | None
    judged: int
    failing: list[str]


def cone_marks(rows: Sequence[ConeRow]) -> Iterator[Mark]:
    """Of the cones, in the cells with enough windows that share no bar; all but one of the 95 % cone."""
    narrow, judged = (
        [row for row in rows if row.level == level and row.independent >= JUDGED] for level in cone.LEVELS
    )
    yield _each(
        "The 95 % cone covers 93–97 %",
        [(_name(row), row.coverage, COVERED) for row in judged],
    )
    parts = [
        (f"{_name(row)}, {kind} {place} ({_of(part)})", part.coverage, PART_COVERED)
        for row in judged
        for kind, found in (("volatility tercile", row.terciles), ("quarter of the day", row.quarters))
        for place, part in enumerate(found, 1)
        if part.independent >= JUDGED
    ]
    yield _each("… and 91–98.5 % in each tercile of volatility and quarter of the day", parts)
    yield _each(
        "… and 90–99 % of any 500 in a row, for 95 % of the time",
        [(_name(row), row.rolling, (ROLLING_TIME, 1.0)) for row in judged if row.rolling is not None],
    )
    yield _each("The 80 % cone covers 78–82 %", [(_name(row), row.coverage, NARROW_COVERED) for row in narrow])
    yield from _sharper(judged)


def touch_marks(rows: Sequence[TouchRow], series: Sequence[Overall], pooled: Overall, low: float) -> Iterator[Mark]:
    """Of the touch probabilities; `low` is the lower bound of the skill of all cells."""
    infinite = float("inf")
    yield _each("Brier skill above 0 on each series", [(each.name, each.skill, (1e-12, infinite)) for each in series])
    yield _each("The pooled skill's lower bound (90 %) is not below 0", [("all", low, (0.0, infinite))])
    yield _each(
        "Discrimination exceeds miscalibration on each series",
        [(each.name, each.parts.discrimination - each.parts.miscalibration, (1e-12, infinite)) for each in series],
    )
    yield _each(
        "Expected calibration error at most 0.05 each and 0.03 pooled",
        [
            *((f"{each.series} {each.minutes} min", each.calibration_error, (0, ERROR_EACH)) for each in _judged(rows)),
            ("all", pooled.calibration_error, (0, ERROR_POOLED)),
        ],
    )
    yield _each(
        "Miscalibration at most 2 % of the uncertainty on each series and 1 % pooled",
        [
            *((each.name, _miscalibrated(each), (0, MISCALIBRATED_EACH)) for each in series),
            ("all", _miscalibrated(pooled), (0, MISCALIBRATED_POOLED)),
        ],
    )


def _sharper(rows: Sequence[ConeRow]) -> Iterator[Mark]:
    """One for each baseline: met if most series are better; all that are not are named."""
    for name in dict.fromkeys(name for row in rows for name in row.rivals):
        sums: dict[str, list[float]] = {}
        for row in rows:
            if name in row.rivals:
                ours, theirs = row.rivals[name]
                sums.setdefault(row.series, []).append(ours / theirs)
        ratios = {series: sum(found) / len(found) for series, found in sums.items()}
        worse = [f"{series}: {ratio:.3f} times its score" for series, ratio in ratios.items() if ratio >= 1]
        text = f"The 95 % cone has a better interval score than {name} on most series"
        yield Mark(text, len(worse) * 2 < len(ratios), len(ratios), worse)


def _each(text: str, values: Sequence[tuple[str, float, tuple[float, float]]]) -> Mark:
    failing = [f"{name}: {value:.3f}" for name, value, (low, high) in values if not low <= value <= high]
    return Mark(text, not failing if values else None, len(values), failing)


def _judged(rows: Sequence[TouchRow]) -> list[TouchRow]:
    return [row for row in rows if row.is_judged]


def _miscalibrated(each: Overall) -> float:
    return each.parts.miscalibration / each.parts.uncertainty if each.parts.uncertainty else 0.0


def _name(row: ConeRow) -> str:
    return f"{row.series} {row.minutes} min"


def _of(part: Part) -> str:
    return f"{part.independent} independent"
