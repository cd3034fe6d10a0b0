"""The picture of an evaluation."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from market.forecast.evaluation.evaluate import Evaluation
from market.forecast.evaluation.plots import draw


def test_an_svg_holds_its_titles_as_text_and_is_the_same_each_time(evaluation: Evaluation, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("once.svg", "again.svg")]
    for file in files:
        draw(evaluation, file)
    once, again = (file.read_bytes() for file in files)
    assert once == again
    texts = {"".join(node.itertext()) for node in ElementTree.fromstring(once).iter("{http://www.w3.org/2000/svg}text")}
    assert {"Touch: said and happened", "eth-btc-5m: cone of 5 min", "probability said", "touched", "came"} <= texts
    counts = {
        minutes: sum(
            len(cell.outcomes) for series in evaluation.series for cell in series.cells if cell.minutes == minutes
        )
        for minutes in (5, 15)
    }
    assert {f"{minutes} min ({count:,})" for minutes, count in counts.items()} <= texts


def test_a_png_is_drawn_where_its_name_asks_for_one(evaluation: Evaluation, tmp_path: Path) -> None:
    draw(evaluation, tmp_path / "drawn.png")
    assert (tmp_path / "drawn.png").read_bytes().startswith(b"\x89PNG\r\n")


def test_an_unknown_format_and_a_missing_folder_are_refused(evaluation: Evaluation, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not supported"):
        draw(evaluation, tmp_path / "drawn.txt")
    with pytest.raises(OSError, match="No such file or directory"):
        draw(evaluation, tmp_path / "nowhere" / "drawn.svg")
    assert list(tmp_path.iterdir()) == []
