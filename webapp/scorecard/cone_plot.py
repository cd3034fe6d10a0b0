"""How often prices ended within the bounds, by horizon, beside what was promised: as SVG shapes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

# Of the whole drawing, and of the rectangle in which frequencies go up to 1.
WIDTH, HEIGHT = 308, 208
LEFT, TOP, ACROSS, UP = 42, 10, 258, 164
# The scale's steps, and up to which span each is good for.
STEPS = ((0.05, 0.25), (0.1, 0.5), (0.2, 1.0))


def cone_plot(level: float, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Coordinates for templates/forecasts/cone_plot.html, with one decimal; `found` has a point for each horizon.

    The scale begins below all intervals, and a tenth below the promise at least.
    """
    lowest = min([level - 0.1, *(each["apart_low"] for each in found)])
    step = next(step for step, span in STEPS if 1 - lowest <= span or span == 1)
    steps = math.ceil(round((1 - lowest) / step, 6))
    bottom = 1 - steps * step

    def up(share: float) -> str:
        return f"{TOP + UP * (1 - share) / (1 - bottom):.1f}"

    return {
        "width": WIDTH,
        "height": HEIGHT,
        "frame": {"x": LEFT, "y": TOP, "width": ACROSS, "height": UP},
        "promised": {"x1": LEFT, "x2": LEFT + ACROSS, "y": up(level)},
        "up": [{"y": up(1 - number * step), "text": f"{1 - number * step:.0%}"} for number in range(steps + 1)],
        "points": [
            {
                "x": f"{LEFT + ACROSS * (number + 0.5) / len(found):.1f}",
                "y": up(each["inside_apart"]),
                "low": up(each["apart_low"]),
                "high": up(each["apart_high"]),
                "text": each["minutes"],
            }
            for number, each in enumerate(found)
        ],
        "labels": {"left": LEFT - 6, "y": TOP + UP + 16, "name": TOP + UP + 30, "right": LEFT + ACROSS},
    }
