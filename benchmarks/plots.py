"""Plots of `benchmarks.growth`, one an axis; the same figures give the same bytes.

`python -m benchmarks.plots` reads `benchmarks/results/growth.json` and writes `docs/images/growth-*.svg`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from benchmarks.outcome import RESULTS
from benchmarks.served import ROOT

IMAGES = ROOT / "docs" / "images"
COLOURS = ["#1f5fa8", "#b4501e", "#4b7f3a"]
INK, FAINT = "#333333", "#d9d9d9"
STYLE: dict[str, Any] = {
    "svg.hashsalt": "order-monitor",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "xtick.color": INK,
    "ytick.color": INK,
}


def draw(axis: str, measured: dict[str, Any], file: Path) -> None:
    """Draw one axis: for each curve a line through the medians and a band from the lowest to the highest round."""
    with mpl.rc_context(STYLE):
        figure, plot = pyplot.subplots(figsize=(6.4, 3.2), layout="constrained")
        points = measured["points"]
        for (name, spreads), colour in zip(measured["curves"].items(), COLOURS, strict=False):
            plot.plot(points, [s["median"] for s in spreads], color=colour, marker="o", markersize=4, label=name)
            low, high = ([s[end] for s in spreads] for end in ("low", "high"))
            plot.fill_between(points, low, high, color=colour, alpha=0.12, linewidth=0)
        plot.set_xscale("log")
        plot.xaxis.set_major_locator(FixedLocator(points))
        plot.xaxis.set_minor_locator(NullLocator())
        plot.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        plot.set_xlabel(axis)
        plot.set_ylabel(measured["unit"])
        plot.set_ylim(bottom=0)
        plot.grid(axis="y", color=FAINT, linewidth=0.6)
        plot.set_axisbelow(True)
        for side in ("top", "right"):
            plot.spines[side].set_visible(False)
        plot.legend(frameon=False, loc="upper left", bbox_to_anchor=(0, 1.18), ncols=3, fontsize=9)
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None}, facecolor="white")
        pyplot.close(figure)


def main() -> None:
    growth = json.loads((RESULTS / "growth.json").read_text())
    for axis, measured in growth["figures"].items():
        file = IMAGES / f"growth-{axis}.svg"
        draw(axis, measured, file)
        print(file.relative_to(ROOT))


if __name__ == "__main__":
    main()
