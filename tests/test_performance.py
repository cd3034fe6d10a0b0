"""The performance page is held to what there is: each benchmark has its section, each plot is what its figures draw."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks import growth, plots

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "performance.md").read_text()


def test_each_benchmark_has_its_section_and_its_command() -> None:
    [names] = re.findall(r"^BENCHMARKS := (.+)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert set(re.findall(r"^## (\w+): ", PAGE, flags=re.MULTILINE)) == {name.capitalize() for name in names.split()}
    for name in names.split():
        assert f"`make bench-{name}`" in PAGE
        assert (ROOT / "benchmarks" / f"{name}.py").exists()


def test_each_way_that_costs_grow_is_shown() -> None:
    shown = set(re.findall(r"images/growth-(\w+)\.svg", PAGE))
    assert shown == set(growth.AXES)
    assert shown == {path.stem.removeprefix("growth-") for path in plots.IMAGES.glob("growth-*.svg")}


def test_the_same_figures_draw_the_same_small_plot(tmp_path: Path) -> None:
    spread = {"median": 2.0, "low": 1.5, "high": 3.0}
    measured = {
        "unit": "ms",
        "points": [1, 10, 100],
        "curves": {"placing one": [spread] * 3, "first page": [spread] * 3},
    }
    files = [tmp_path / name for name in ("once.svg", "again.svg")]
    for file in files:
        plots.draw("orders", measured, file)
    once, again = (file.read_bytes() for file in files)
    assert once == again
    assert len(once) < 60_000
    assert b"placing one" in once
