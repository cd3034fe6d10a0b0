"""What the page's tables have alike, of touches and of cones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


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
