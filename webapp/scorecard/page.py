"""`/forecasts/`: how good the forecasts were, for everybody who is signed in; and `/forecasts/direction/`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from market.scorecard.direction_table import direction
from market.scorecard.readings import BeingRead
from market.scorecard.touch_scorecard import scorecard
from webapp.scorecard.cone import cone_section
from webapp.scorecard.figures import NOTHING, amount, at_least, count, interval, numbers, p_value, percent, signed
from webapp.scorecard.plot import plot
from webapp.scorecard.tables import Table, part_tables, score_rows

REASONS = {
    "restart": "the forecaster was restarted",
    "feed": "the price feed was interrupted",
    "closed": "the market closed",
}
LONGEST = 240
# How often a page without figures asks for them.
REFRESH_SECONDS = 3


@require_safe
@never_cache
def forecasts(request: HttpRequest) -> HttpResponse:
    """The scorecard, of one symbol or some minutes where `symbol` and `minutes` ask for them."""
    symbol = request.GET.get("symbol") or None
    minutes = _minutes(request.GET.get("minutes", ""))
    try:
        card = scorecard(symbol, minutes)
    except BeingRead as reading:
        return _being_read(request, reading)
    if symbol is not None and symbol not in card["symbols"]:
        raise Http404
    asked = {name: value for name, value in (("symbol", symbol), ("minutes", minutes)) if value}
    return render(request, "forecasts/forecasts.html", _context(card, asked))


@require_safe
@never_cache
def why_no_direction(request: HttpRequest) -> HttpResponse:
    """Four forecasts of the next close beside the last price, on this site's own bars."""
    asked = request.GET.get("symbol", "")
    found = direction(asked)
    if asked and asked not in found.symbols:
        raise Http404
    table = Table(
        ("Forecast", "Off by", "Times the last price’s", "DM", "p"),
        [
            (
                capfirst(row.name),
                amount(row.mae),
                f"{row.relative_mae:.4f}" if row.relative_mae < 1000 else f"{row.relative_mae:,.0f}",
                NOTHING if row.dm is None else f"{row.dm:+.2f}".replace("-", "−"),
                p_value(row.p_value),
            )
            for row in found.rows
        ],
    )
    context = {"found": found, "table": table, "closes": count(found.closes), "is_simulated": settings.FEED == "sim"}
    return render(request, "forecasts/direction.html", context)


def _minutes(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= LONGEST):
        raise Http404
    return int(text)


def _being_read(request: HttpRequest, reading: BeingRead) -> HttpResponse:
    """A page that says how far it is, and looks again by itself."""
    context = {"done": reading.done, "total": reading.total, "told": f"{count(reading.done)} of {count(reading.total)}"}
    answer = render(request, "forecasts/being_read.html", context, status=202)
    answer.headers["Refresh"] = str(REFRESH_SECONDS)
    return answer


def _context(card: dict[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "card": card,
        "read_at": datetime.fromisoformat(card["read_at"]),
        "record": _record(card),
        "is_asked": bool(asked),
        "is_simulated": settings.FEED == "sim",
        "query": urlencode({"format": "csv", **asked}),
        "cone_query": urlencode({"format": "csv", "record": "cone", **asked}),
        "scores": score_rows(card, _scores) if card["scored"] else [],
        "reliability": [_reliability(each) for each in card["reliability"]],
        "cone_record": _record(card["cone"]),
        "cone": cone_section(card["cone"]),
    } | part_tables(card, ("Scored", "Said", "Happened", "Skill"), _part)


def _record(card: dict[str, Any]) -> dict[str, Any]:
    """How many there are of a record, and whether any is missing."""
    holes = card["holes"]
    return {
        "head": card["head"],
        "since": card["since"] and datetime.fromisoformat(card["since"]),
        "shown": count(card["stored"]),
        "scored": count(card["scored"]),
        "waiting": count(card["waiting"]),
        "unscored": [
            {"count": count(card["unscored"][name]), "reason": reason}
            for name, reason in REASONS.items()
            if card["unscored"][name]
        ],
        "unscored_in_all": count(sum(card["unscored"].values())),
        "proof": f"1–{count(card['head'])}: {count(holes['count'])} missing",
        "missing": [numbers(*each) for each in holes["ranges"]],
        "are_all_named": sum(last - first + 1 for first, last in holes["ranges"]) == holes["count"],
    }


def _scores(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "count": count(row["count"]),
        "apart": count(row["apart"]),
        "said": percent(row["said"]),
        "happened": percent(row["happened"]),
        "off": percent(row["calibration_error"]),
        "skill": signed(row["skill"]),
        "gain": signed(row["gain"]),
        "bound": at_least(row["low"]),
        "is_proven": row["low"] is not None and row["low"] > 0,
    }


def _part(row: Mapping[str, Any]) -> tuple[str, ...]:
    return count(row["count"]), percent(row["said"]), percent(row["happened"]), signed(row["skill"])


def _reliability(found: Mapping[str, Any]) -> dict[str, Any]:
    table = Table(
        ("Forecast", "Count", "Spans", "Said", "Happened", "95 %"),
        [
            (
                interval(each["from"], each["to"]),
                count(each["count"]),
                count(each["windows"]),
                percent(each["said"]),
                percent(each["happened"]),
                interval(each["low"], each["high"]),
            )
            for each in found["bins"]
        ],
    )
    return {"minutes": found["minutes"], "table": table, "plot": plot(found["bins"], found["curve"])}
