"""The reliability plot: each figure at its place."""

from __future__ import annotations

from typing import Any

from webapp.scorecard.plot import BARS_HEIGHT, HEIGHT, LEFT, SIDE, TOP, WIDTH, plot


def a_bin(number: int, count: int, happened: float) -> dict[str, Any]:
    edges = {"from": number / 20, "to": (number + 1) / 20}
    return edges | {"said": number / 20 + 0.025, "happened": happened, "low": 0.0, "high": 1.0, "count": count}


def test_what_was_said_goes_across_and_what_happened_goes_up() -> None:
    [shape] = plot([a_bin(10, 5, 0.25)], [])["bins"]

    assert shape == {
        "x": f"{LEFT + SIDE * 0.525:.1f}",
        "y": f"{TOP + SIDE * 0.75:.1f}",
        "low": f"{TOP + SIDE:.1f}",
        "high": f"{TOP:.1f}",
    }


def test_a_bar_is_as_high_as_its_bin_is_full_and_always_to_be_seen() -> None:
    bars = plot([a_bin(0, 1000, 0.1), a_bin(1, 500, 0.1), a_bin(19, 1, 1.0)], [])["bars"]

    assert [float(bar["height"]) for bar in bars] == [BARS_HEIGHT, BARS_HEIGHT / 2, 1]
    assert float(bars[2]["x"]) + float(bars[2]["width"]) <= LEFT + SIDE


def test_the_curve_goes_through_its_steps_and_nothing_leaves_the_drawing() -> None:
    steps = [{"said": 0.0, "happened": 0.0, "count": 3}, {"said": 1.0, "happened": 1.0, "count": 3}]
    drawn = plot([], steps)

    assert drawn["curve"] == f"{LEFT}.0,{TOP + SIDE}.0 {LEFT + SIDE}.0,{TOP}.0"
    assert LEFT + SIDE < WIDTH
    assert drawn["labels"]["y"] < HEIGHT
