"""The cone's plot: each figure at its place, on a scale that holds them all."""

from __future__ import annotations

from typing import Any

import pytest

from webapp.scorecard.cone_plot import ACROSS, HEIGHT, LEFT, TOP, UP, WIDTH, cone_plot


def a_point(minutes: int, inside: float, low: float, high: float) -> dict[str, Any]:
    return {"minutes": minutes, "inside_apart": inside, "apart_low": low, "apart_high": high}


def test_horizons_go_across_and_frequencies_go_up() -> None:
    drawn = cone_plot(0.8, [a_point(5, 0.8, 0.75, 0.85), a_point(60, 1.0, 0.6, 1.0)])

    assert [tick["text"] for tick in drawn["up"]] == ["100%", "90%", "80%", "70%", "60%"]
    assert drawn["promised"]["y"] == f"{TOP + UP / 2:.1f}"
    first, second = drawn["points"]
    assert (first["x"], second["x"]) == (f"{LEFT + ACROSS / 4:.1f}", f"{LEFT + ACROSS * 3 / 4:.1f}")
    assert (first["y"], first["text"]) == (drawn["promised"]["y"], 5)
    assert (second["y"], second["high"], second["low"]) == (f"{TOP}.0", f"{TOP}.0", f"{TOP + UP}.0")


@pytest.mark.parametrize("low", [0.0, 0.21, 0.5, 0.69, 0.85, 0.93])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_nothing_leaves_the_drawing(low: float, level: float) -> None:
    drawn = cone_plot(level, [a_point(5, 1.0, low, 1.0)])

    [point] = drawn["points"]
    assert TOP <= float(point["y"]) <= float(point["low"]) <= TOP + UP
    assert TOP < float(drawn["promised"]["y"]) < TOP + UP
    assert 2 < len(drawn["up"]) <= 6
    assert LEFT + ACROSS < WIDTH
    assert drawn["labels"]["name"] < HEIGHT


def test_without_points_there_is_the_promise_alone() -> None:
    assert cone_plot(0.95, [])["points"] == []
