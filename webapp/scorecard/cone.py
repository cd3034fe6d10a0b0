"""The cone's section of the page: its own record, tables by horizon and by part, and a plot for each promise."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

from webapp.scorecard.cone_plot import cone_plot
from webapp.scorecard.figures import count, interval, percent
from webapp.scorecard.tables import Table, part_tables, score_rows


def cone_section(card: Mapping[str, Any]) -> dict[str, Any]:
    """What templates/forecasts/cone.html shows."""
    if not card["scored"]:
        return {"rows": []}
    return {
        "rows": score_rows(card, _row),
        "plots": [_plotted(card, place) for place in range(len(card["overall"]["levels"]))],
    } | part_tables(card, ("Scored", "80 %", "Width", "95 %", "Width"), _part)


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"count": count(row["count"]), "apart": count(row["apart"]), "levels": list(map(_level, row["levels"]))}


def _level(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "inside": percent(told["inside"]),
        "width": percent(told["width"], 2),
        "bound": interval(told["low"], told["high"], 1),
        "verdict": _verdict(told),
    }


def _verdict(told: Mapping[str, Any]) -> str:
    """What the bounds that hold at any time leave no doubt about."""
    if told["high"] is not None and told["high"] < told["level"]:
        return "too narrow"
    return "too wide" if told["low"] is not None and told["low"] > told["level"] else ""


def _part(row: Mapping[str, Any]) -> list[str]:
    levels = [(percent(told["inside"]), percent(told["width"], 2)) for told in row["levels"]]
    return [count(row["count"]), *chain(*levels)]


def _plotted(card: Mapping[str, Any], place: int) -> dict[str, Any]:
    level = card["overall"]["levels"][place]["level"]
    found = [each | each["levels"][place] for each in card["by_minutes"]]
    return {
        "level": f"{level:.0%}".rstrip("%"),
        "plot": cone_plot(level, [each for each in found if each["apart"]]),
        "table": Table(
            ("After", "Within", "Below", "Above", "Apart", "Within, apart", "95 %"),
            [
                (
                    f"{each['minutes']} min",
                    percent(each["inside"]),
                    percent(each["below"]),
                    percent(each["above"]),
                    count(each["apart"]),
                    percent(each["inside_apart"]),
                    interval(each["apart_low"], each["apart_high"], 1),
                )
                for each in found
            ],
        ),
    }
