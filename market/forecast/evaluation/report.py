"""The evaluation as text: tables for a terminal of 140 columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from market.forecast import volatility
from market.forecast.calibration import FORECASTS
from market.forecast.cone import SCORES
from market.forecast.evaluation.cone_table import ConeRow, Part
from market.forecast.evaluation.direction import Row
from market.forecast.evaluation.evaluate import Evaluation, code_hash
from market.forecast.evaluation.marks import Mark
from market.forecast.evaluation.touch_table import JUDGED, Overall, TouchRow
from market.forecast.experts import NAMES, NEWEST
from market.forecast.weights import RATE, SHARE

NOTHING = "–"
PARAMETERS = (
    f"parameters: {NEWEST:,} windows, volatility {volatility.FAST}/{volatility.SLOW}/{volatility.LONG_RUN} of "
    f"{volatility.FAST_BARS} and {volatility.SLOW_BARS} bars' half-life and all,",
    f"experts' rate {RATE:g} and share {SHARE:g}, calibrated on {FORECASTS:,}, cone on {SCORES:,}",
)


def aligned(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    for row in (names, *rows):
        first, *others = (
            cell.ljust(width) if not place else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join([first, *others]).rstrip()


def touch_lines(rows: Sequence[TouchRow], series: Sequence[Overall]) -> Iterator[str]:
    yield from aligned(
        [
            "touch",
            "min",
            "forecasts",
            "indep.",
            "touched",
            "skill",
            "90 % interval",
            "50:50",
            "MCB",
            "DSC",
            "UNC",
            "ECE",
        ],
        [
            [
                row.series,
                str(row.minutes),
                f"{row.forecasts:,}",
                f"{row.independent:,}{'' if row.is_judged else '*'}",
                f"{row.touched:.3f}",
                f"{row.skill:+.4f}",
                NOTHING if row.low is None else f"{row.low:+.4f} {row.high:+.4f}",
                f"{row.half:+.4f}",
                f"{row.parts.miscalibration:.4f}",
                f"{row.parts.discrimination:.4f}",
                f"{row.parts.uncertainty:.4f}",
                f"{row.calibration_error:.4f}",
            ]
            for row in rows
        ]
        + [
            [
                each.name,
                "all",
                f"{each.forecasts:,}",
                "",
                "",
                f"{each.skill:+.4f}",
                "",
                "",
                f"{each.parts.miscalibration:.4f}",
                f"{each.parts.discrimination:.4f}",
                f"{each.parts.uncertainty:.4f}",
                f"{each.calibration_error:.4f}",
            ]
            for each in series
        ],
    )
    if not all(row.is_judged for row in rows):
        yield f"* fewer than {JUDGED} windows that share no bar: printed, not judged"


def interval_lines(rows: Sequence[TouchRow]) -> Iterator[str]:
    yield from aligned(
        [
            "interval",
            "min",
            "median width",
            "in words",
            "frequency within",
            "gain",
            "at any time ≥",
            "DM p",
            "after Holm",
        ],
        [
            [
                row.series,
                str(row.minutes),
                f"{row.width:.3f}",
                f"{row.words:.1%}",
                NOTHING if row.honest is None else f"{row.honest:.1%}",
                NOTHING if row.gain is None else f"{row.gain:+.4f}",
                f"{row.anytime:+.4f}",
                _value(row.p_value),
                _value(row.holm),
            ]
            for row in rows
        ],
    )


def weight_lines(series: str, weights: Mapping[int, Sequence[float]]) -> list[list[str]]:
    return [[series, str(minutes), *(f"{each:.2f}" for each in found)] for minutes, found in weights.items()]


def weights_table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield from aligned(["weights at the end", "min", *NAMES], rows)


def cone_lines(rows: Sequence[ConeRow], plain: Mapping[tuple[str, int, float], float]) -> Iterator[str]:
    """`plain` is the coverage of plain ACI by series, minutes and level."""
    yield from aligned(
        [
            "cone",
            "min",
            "level",
            "windows",
            "indep.",
            "covered",
            "plain ACI",
            "by volatility",
            "by quarter of the day",
            "500s",
            "width",
        ],
        [
            [
                row.series,
                str(row.minutes),
                f"{row.level:.0%}",
                f"{row.starts:,}",
                f"{row.independent:,}{'' if row.independent >= JUDGED else '*'}",
                f"{row.coverage:.3f}",
                f"{plain[row.series, row.minutes, row.level]:.3f}",
                " ".join(map(_part, row.terciles)),
                " ".join(map(_part, row.quarters)),
                NOTHING if row.rolling is None else f"{row.rolling:.0%}",
                f"{row.width:.5f}",
            ]
            for row in rows
        ],
    )


def score_lines(rows: Sequence[ConeRow]) -> Iterator[str]:
    names = list(dict.fromkeys(name for row in rows for name in row.rivals))
    yield from aligned(
        ["interval score", "min", "level", "ours", *(f"/ {name}" for name in names)],
        [
            [
                row.series,
                str(row.minutes),
                f"{row.level:.0%}",
                f"{row.score:.6f}",
                *(
                    f"{row.rivals[name][0] / row.rivals[name][1]:.3f}" if name in row.rivals else NOTHING
                    for name in names
                ),
            ]
            for row in rows
        ],
    )


def direction_lines(series: str, rows: Sequence[Row]) -> Iterator[str]:
    yield from aligned(
        [f"direction of {series}", "mean error", "/ last price", "DM", "p"],
        [
            [
                row.name,
                f"{row.mae:.6g}",
                f"{row.relative_mae:.4f}" if row.relative_mae < 1000 else f"{row.relative_mae:,.0f}",
                NOTHING if row.dm is None else f"{row.dm:+.2f}",
                _value(row.p_value),
            ]
            for row in rows
        ],
    )


def mark_lines(marks: Sequence[Mark]) -> Iterator[str]:
    for mark in marks:
        yield f"{'nothing to judge' if mark.is_met is None else 'met    ' if mark.is_met else 'NOT MET'}  {mark.text}"
        yield from (f"         {each}" for each in mark.failing)


def _value(p_value: float | None) -> str:
    return NOTHING if p_value is None else f"{p_value:.3f}"


def _part(part: Part) -> str:
    if not part.independent:
        return NOTHING
    return f"{part.coverage:.3f}{'' if part.independent >= JUDGED else '*'}"


def report(found: Evaluation, minutes: Sequence[int], seed: int) -> Iterator[str]:
    """All of it."""
    horizons = ", ".join(map(str, minutes))
    yield f"code {code_hash()[:16]}, horizons {horizons} min, seed {seed}; every forecast is made from the past alone"
    yield from PARAMETERS
    for series in found.series:
        recording, (compared, leak) = series.recording, series.checked
        data = f"data {recording.sha256[:16]} {recording.name}"
        bars = f"{len(recording.candles):,} bars of {recording.seconds} s"
        changes = "ONE CHANGES" if leak else "none changes"
        yield f"{data}: {bars}; of {compared:,} forecasts {changes} if another future follows"
    cones = [row for series in found.series for row in series.cones]
    plain = {key: value for series in found.series for key, value in series.plain.items()}
    weights = [line for series in found.series for line in weight_lines(series.recording.name, series.walked.weights)]
    low, high = found.skill.low, found.skill.high
    for table in (
        touch_lines(found.touches, [*found.overalls, found.pooled]),
        [f"pooled skill {found.skill.skill:+.4f}, 90 % interval {low:+.4f} to {high:+.4f} (stationary bootstrap)"],
        interval_lines(found.touches),
        weights_table(weights),
        cone_lines(cones, plain),
        score_lines(cones),
        *(direction_lines(series.recording.name, series.directions) for series in found.series),
        mark_lines(found.marks),
    ):
        yield ""
        yield from table
