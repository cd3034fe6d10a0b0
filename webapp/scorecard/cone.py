"""The cone's section of the page: its own record, tables by horizon and by part, and a plot for each promise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webapp.scorecard.cone_plot import cone_plot
from webapp.scorecard.figures import count, interval, percent
from webapp.scorecard.tables import score_rows


def cone_section(card: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """What templates/forecasts/cone.html shows; `names` are those of the thirds by volatility."""
    if not card["scored"]:
        return {"rows": []}
    return {
        "rows": score_rows(card, _row),
        "plots": [_plotted(card, place) for place in range(len(card["overall"]["levels"]))],
        "by_liveliness": [
            {"name": names[each["name"]], "about": _times(each["from"], each["to"])} | _part(each)
            for each in card["by_liveliness"]
        ],
        "by_quarter": [
            {"name": f"{each['from']:02}–{each['to']:02} UTC", "about": ""} | _part(each) for each in card["by_quarter"]
        ],
    }


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


def _part(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "count": count(row["count"]),
        "levels": [{"inside": percent(told["inside"]), "width": percent(told["width"], 2)} for told in row["levels"]],
    }


def _plotted(card: Mapping[str, Any], place: int) -> dict[str, Any]:
    level = card["overall"]["levels"][place]["level"]
    found = [each | each["levels"][place] for each in card["by_minutes"]]
    return {
        "level": f"{level:.0%}".rstrip("%"),
        "plot": cone_plot(level, [each for each in found if each["apart"]]),
        "rows": [
            {
                "minutes": each["minutes"],
                "inside": percent(each["inside"]),
                "below": percent(each["below"]),
                "above": percent(each["above"]),
                "apart": count(each["apart"]),
                "inside_apart": percent(each["inside_apart"]),
                "interval": interval(each["apart_low"], each["apart_high"], 1),
            }
            for each in found
        ],
    }


def _times(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.2f} to {high:.2f}"
