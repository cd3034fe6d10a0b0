"""The reliability plot as SVG shapes: bins with their intervals, the rising curve, how many forecasts each bin has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Of the whole drawing, and of the square in which said and happened go from 0 to 1.
WIDTH, HEIGHT = 308, 304
LEFT, TOP, SIDE = 38, 8, 250
# Below the square: the bars that say how many forecasts there are.
BARS_TOP, BARS_HEIGHT = TOP + SIDE + 4, 24
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def plot(bins: Sequence[Mapping[str, Any]], curve: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Coordinates for templates/forecasts/plot.html, with one decimal."""
    most = max((each["count"] for each in bins), default=1)
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "square": {"x": LEFT, "y": TOP, "side": SIDE},
        "diagonal": {"x1": _x(0), "y1": _y(0), "x2": _x(1), "y2": _y(1)},
        "across": [{"x": _x(each), "text": f"{each:.0%}"} for each in TICKS],
        "up": [{"y": _y(each), "text": f"{each:.0%}"} for each in TICKS],
        "bins": [
            {"x": _x(each["said"]), "y": _y(each["happened"]), "low": _y(each["low"]), "high": _y(each["high"])}
            for each in bins
        ],
        "curve": " ".join(f"{_x(each['said'])},{_y(each['happened'])}" for each in curve),
        "bars": [_bar(each, most) for each in bins],
        "labels": {"y": BARS_TOP + BARS_HEIGHT + 14, "left": LEFT - 6},
        "names": {"left": LEFT + 7, "top": TOP + 15, "right": LEFT + SIDE - 7, "bottom": TOP + SIDE - 8},
    }


def _bar(found: Mapping[str, Any], most: int) -> dict[str, str]:
    height = max(1.0, BARS_HEIGHT * found["count"] / most)
    left, right = LEFT + SIDE * found["from"], LEFT + SIDE * found["to"]
    # They hang from the square, whose scale is theirs.
    return {
        "x": f"{left + 1:.1f}",
        "y": f"{BARS_TOP:.1f}",
        "width": f"{right - left - 2:.1f}",
        "height": f"{height:.1f}",
    }


def _x(share: float) -> str:
    return f"{LEFT + SIDE * share:.1f}"


def _y(share: float) -> str:
    return f"{TOP + SIDE * (1 - share):.1f}"
