"""`/api/forecasts/scorecard/`: how good the forecasts were, and the records themselves as CSV."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from market.models import Instrument, ShownCone, ShownForecast
from market.scorecard.readings import BeingRead
from market.scorecard.touch_scorecard import scorecard
from market.values.decimals import decimal_string
from orders.api.base import OrdersView
from orders.api.export import CsvFormat, from_thread
from orders.api.export_csv import CHUNK, as_text
from orders.api.json import JsonRenderer
from orders.api.parameters import whole_number
from orders.api.schema import whole
from orders.api.scorecard_shapes import ScorecardSerializer
from orders.bodies.fast_path import SYMBOL_LENGTH
from orders.bodies.serializers import ErrorSerializer
from orders.domain.errors import NotFound, Unavailable, ValidationFailed

LONGEST = 240
RETRY_AFTER_SECONDS = 3


@dataclass(frozen=True, slots=True)
class File:
    """A record as a file: its name and columns, what is read of a row that has come due, and how that is written."""

    name: str
    columns: str
    model: type[ShownForecast] | type[ShownCone]
    outcome: str
    fields: tuple[str, ...]
    line: Callable[[Any], str]

    def chunks(self, symbol: str | None, minutes: int | None) -> Generator[str, None, None]:
        """The column names, then 500 lines at a time; each chunk is a read of its own, since what is settled stays."""
        rows: Any = self.model._default_manager
        found = rows.exclude(**{self.outcome: None}, unscored="").order_by("number")
        found = found.filter(symbol=symbol) if symbol else found
        found = found.filter(minutes=minutes) if minutes else found
        yield self.columns + "\r\n"
        last = 0
        while taken := list(
            found.filter(number__gt=last).values_list("number", "at", "symbol", "minutes", *self.fields)[:CHUNK]
        ):
            yield "".join(_begin(*row[:4]) + self.line(row[4:]) for row in taken)
            last = taken[-1][0]


def _begin(number: int, at: Any, symbol: str, minutes: int) -> str:
    quoted = as_text(symbol).replace('"', '""')
    # To the minute: enough to see that times do not overlap, too little to find an order by.
    return f'{number},{at:%Y-%m-%dT%H:%MZ},"{quoted}",{minutes},'


def _touch(row: tuple[Any, ...]) -> str:
    *thousandths, outcome, unscored = row
    shares = ",".join(f"{each / 1000:.3f}" for each in thousandths)
    told = f"not scored: {unscored}" if outcome is None else str(int(outcome > 0))
    return f"{shares},{told}\r\n"


def _cone(row: tuple[Any, ...]) -> str:
    *bounds, price, unscored = row
    prices = ",".join(map(decimal_string, bounds))
    told = f"not scored: {unscored}" if price is None else decimal_string(price)
    return f"{prices},{told}\r\n"


BOUNDS = ("close", "low_80", "high_80", "low_95", "high_95")
FILES = {
    # No price, side or order type: who placed an order at that moment could be recognized by it.
    "touch": File(
        "forecasts",
        "number,at,symbol,minutes,probability,low,high,climatology,outcome",
        ShownForecast,
        "outcome",
        ("touch", "touch_low", "touch_high", "climate", "outcome", "unscored"),
        _touch,
    ),
    # Nobody's order is behind a cone: its prices are the market's.
    "cone": File(
        "cones",
        f"number,at,symbol,minutes,{','.join(BOUNDS)},price",
        ShownCone,
        "price",
        (*BOUNDS, "price", "unscored"),
        _cone,
    ),
}


class Scorecard(OrdersView):
    renderer_classes = [JsonRenderer, CsvFormat]
    parameters = frozenset({"symbol", "minutes", "record"})

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:
        """Ignore `Accept`: the `format` parameter names the format, and errors are always JSON."""
        renderer = JsonRenderer()
        return renderer, renderer.media_type

    @extend_schema(
        operation_id="forecasts_scorecard",
        summary="Read how good the forecasts were",
        description="Computed from the records of all forecasts that were shown, the same for everybody. With "
        "`format=csv` a record's forecasts that have come due, one a line, by number. While a long record is read for "
        "the first time the answer is 503, with `Retry-After`.",
        parameters=[
            OpenApiParameter(
                "symbol", {"type": "string", "maxLength": SYMBOL_LENGTH}, description="Of this symbol alone."
            ),
            whole("minutes", 1, LONGEST, "Of forecasts for this many minutes alone."),
            OpenApiParameter("format", str, enum=["json", "csv"], description="Default: `json`."),
            OpenApiParameter(
                "record", str, enum=list(FILES), description="With `format=csv`, which record. Default: `touch`."
            ),
        ],
        responses={
            (200, "application/json"): ScorecardSerializer,
            (200, "text/csv"): OpenApiTypes.STR,
            404: ErrorSerializer,
        },
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        asked = request.query_params
        minutes = whole_number(asked, "minutes", 0, 1, LONGEST) or None
        symbol = asked.get("symbol") or None
        is_file = asked.get("format", "json") == "csv"
        file = _file(asked.get("record"), is_file)
        if symbol is not None and not is_known(symbol):
            raise NotFound("There is no such instrument.")
        if not is_file:
            return Response(_card(symbol, minutes))
        chunks = file.chunks(symbol, minutes)
        streamed: Any = from_thread(chunks) if isinstance(request._request, ASGIRequest) else chunks
        response = StreamingHttpResponse(streamed, content_type="text/csv; charset=utf-8; header=present")
        name = f"{file.name}-{timezone.now():%Y%m%dT%H%M%SZ}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def is_known(symbol: str) -> bool:
    """Whether there is such an instrument, or there was one and forecasts of it are in a record."""
    return Instrument.objects.filter(symbol=symbol).exists() or any(
        model._default_manager.filter(symbol=symbol, is_apart=True).exists() for model in (ShownForecast, ShownCone)
    )


def _file(record: str | None, is_file: bool) -> File:
    if record is not None and not is_file:
        raise ValidationFailed.at("record", "Only with format=csv: the JSON has both records.")
    if record is not None and record not in FILES:
        raise ValidationFailed.at("record", f"One of {', '.join(FILES)}.")
    return FILES[record or "touch"]


def _card(symbol: str | None, minutes: int | None) -> dict[str, Any]:
    try:
        return scorecard(symbol, minutes)
    except BeingRead as reading:
        message = f"The record is being read, {reading.done:,} of {reading.total:,}. Try again in a few seconds."
        raise Unavailable(message, retry_after=RETRY_AFTER_SECONDS) from reading
