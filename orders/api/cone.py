"""`/api/forecasts/cone/`: the bounds in which a symbol's price will be."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from market.forecaster import wire
from market.forecaster.asks import ConeAsk
from market.forecaster.cones import no_cone
from market.forecaster.wire import NoForecaster
from market.models import Instrument
from orders.api.base import OrdersView
from orders.bodies.serializers import ErrorSerializer
from orders.domain.errors import NotFound
from orders.forecasts.asking import NO_FEED, NOT_TRADED


class LevelSerializer(drf.Serializer[Any]):
    level = drf.FloatField(help_text="how often the price is to be within: 0.8 or 0.95")
    low = drf.CharField()
    high = drf.CharField()


class BandSerializer(drf.Serializer[Any]):
    """Either levels, or `unavailable` with its reason."""

    minutes = drf.IntegerField()
    levels = LevelSerializer(many=True, required=False)
    unavailable = drf.CharField(required=False)
    ready_in_minutes = drf.IntegerField(required=False)


class ConeSerializer(drf.Serializer[Any]):
    """Either bands, or `unavailable` with its reason."""

    def get_fields(self) -> dict[str, Any]:
        start = drf.IntegerField(required=False, help_text="the end of the last complete bar, in unix seconds")
        return super().get_fields() | {"from": start}

    symbol = drf.CharField()
    as_of = drf.DateTimeField(required=False)
    close = drf.CharField(required=False, help_text="that bar's last price")
    bands = BandSerializer(many=True, required=False)
    unavailable = drf.CharField(required=False)
    ready_in_minutes = drf.IntegerField(required=False, allow_null=True)


LEVELS = [{"level": 0.8, "low": "584.62", "high": "586.02"}, {"level": 0.95, "low": "584.21", "high": "586.4"}]
EXAMPLE = {"symbol": "AAPL", "as_of": "2026-07-25T15:10:03.112402Z", "from": 1784992200, "close": "585.33"} | {
    "bands": [
        {"minutes": 15, "levels": LEVELS},
        {"minutes": 240, "unavailable": "Needs 57 more hours of prices.", "ready_in_minutes": 3390},
    ]
}


class Cone(OrdersView):
    parameters = frozenset({"symbol"})

    @extend_schema(
        operation_id="forecasts_cone",
        summary="Forecast the bounds of a price",
        description="Between which prices a symbol will be some minutes after the last complete bar, four times out of "
        "five and 19 times out of 20. Each cone that is sent is recorded first, and scored when its time has passed.",
        parameters=[OpenApiParameter("symbol", str, required=True, description="One symbol.")],
        responses={200: ConeSerializer, 404: ErrorSerializer},
        examples=[OpenApiExample("bounds", EXAMPLE, response_only=True, status_codes=["200"])],
    )
    def get(self, request: Request) -> Response:
        instrument = Instrument.objects.filter(symbol=request.query_params.get("symbol", "")).first()
        if instrument is None:
            raise NotFound("There is no such instrument.")
        return Response(_cone(instrument))


def _cone(instrument: Instrument) -> dict[str, Any]:
    if settings.FEED == "off" or not instrument.active:
        return no_cone(instrument.symbol, NOT_TRADED if settings.FEED != "off" else NO_FEED)
    try:
        return wire.cone(ConeAsk(instrument.symbol, instrument.tick_size))
    except NoForecaster as error:
        return no_cone(instrument.symbol, error.why)
