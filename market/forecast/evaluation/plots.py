"""The evaluation as a picture: reliability of the touch probabilities, and a stretch of the cone with the price."""

from __future__ import annotations

import math
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from market.forecast import scores
from market.forecast.evaluation.evaluate import Evaluation
from market.forecast.evaluation.walk import Cell

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#777777"
# Starts that the cone is drawn for.
STRETCH = 400
BINS = 20


def draw(evaluation: Evaluation, file: Path) -> None:
    """Write the picture, its format by the file's ending. Raises OSError, and ValueError for an unknown format."""
    # Text as text, and nothing that changes from run to run.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "forecast"}):
        figure = Figure(figsize=(10, 4.4), layout="constrained")
        reliability, cone = figure.subplots(1, 2, width_ratios=(1, 1.4))
        cells = [cell for series in evaluation.series for cell in series.cells if cell.starts]
        _reliability(reliability, cells)
        _cone(cone, max(cells, key=lambda cell: len(cell.starts)))
        figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else {})


def _reliability(axes: Any, cells: list[Cell]) -> None:
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.8)
    for minutes, colour in zip(sorted({cell.minutes for cell in cells}), cycle((BLUE, ORANGE, GREY)), strict=False):
        some = [cell for cell in cells if cell.minutes == minutes]
        probabilities = [each for cell in some for each in cell.probabilities]
        outcomes = [each for cell in some for each in cell.outcomes]
        points = scores.reliability(probabilities, outcomes)
        axes.plot(
            [point.forecast for point in points],
            [point.calibrated for point in points],
            drawstyle="steps-mid",
            color=colour,
            label=f"{minutes} min ({len(outcomes):,})",
        )
    axes.set(xlabel="probability said", ylabel="touched", title="Touch: said and happened", aspect="equal")
    axes.legend(frameon=False)


def _cone(axes: Any, cell: Cell) -> None:
    starts = cell.starts[-STRETCH:]
    ends = range(len(starts))
    wide, narrow = (
        (
            [math.expm1(start.bands[place].low) * 100 for start in starts],
            [math.expm1(start.bands[place].high) * 100 for start in starts],
        )
        for place in (1, 0)
    )
    axes.fill_between(ends, *wide, color=BLUE, alpha=0.15, linewidth=0, label="95 %")
    axes.fill_between(ends, *narrow, color=BLUE, alpha=0.3, linewidth=0, label="80 %")
    axes.plot(ends, [math.expm1(start.change) * 100 for start in starts], color=ORANGE, linewidth=0.8, label="came")
    axes.set(
        xlabel="last forecasts of the series", ylabel="change in %", title=f"{cell.series}: cone of {cell.minutes} min"
    )
    axes.legend(frameon=False, ncols=3)
