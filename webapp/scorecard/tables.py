"""The tables that the page has of touches and of cones: scores by horizon and symbol, and figures by part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

THIRDS = {"calm": "Calm", "usual": "Usual", "lively": "Lively"}


class Table(NamedTuple):
    """What templates/forecasts/table.html shows: a row's first cell is its name, all others are figures."""

    heads: Sequence[str]
    rows: Sequence[Iterable[Any]]


def score_rows(card: Mapping[str, Any], figures: Callable[[Any], dict[str, Any]]) -> list[dict[str, Any]]:
    """All together, then each number of minutes, each with its symbols."""
    rows = [{"minutes": "All", "symbol": "All", "is_total": True} | figures(card["overall"])]
    for total in card["by_minutes"]:
        minutes = f"{total['minutes']} min"
        rows.append({"minutes": minutes, "symbol": "All", "is_total": True} | figures(total))
        rows += [
            {"minutes": minutes, "symbol": each["symbol"], "is_total": False} | figures(each)
            for each in card["by_symbol"]
            if each["minutes"] == total["minutes"]
        ]
    return rows


def part_tables(
    card: Mapping[str, Any], heads: Sequence[str], figures: Callable[[Any], Iterable[str]]
) -> dict[str, Table]:
    """By volatility, and by time of day."""
    return {
        "by_liveliness": Table(
            ("Market", "Times the usual", *heads),
            [(THIRDS[each["name"]], _span(each["from"], each["to"]), *figures(each)) for each in card["by_liveliness"]],
        ),
        "by_quarter": Table(
            ("Hours", *heads),
            [(f"{each['from']:02}–{each['to']:02} UTC", *figures(each)) for each in card["by_quarter"]],
        ),
    }


def _span(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.2f} to {high:.2f}"
