"""`/api/quotes/` and `/api/bars/`: prices for programs and for a page that has just opened."""

from __future__ import annotations

from typing import Any

import redis
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers as drf
from rest_framework.request import Request

from market import bars, board
from market.models import Instrument
from orders.api import OrdersView, json_text
from orders.errors import NotFound, Unavailable, ValidationFailed
from orders.serializers import ErrorSerializer

MOST = 500


class QuoteSerializer(drf.Serializer[Any]):
    symbol = drf.CharField()
    bid = drf.CharField(allow_null=True)
    ask = drf.CharField(allow_null=True)
    last = drf.CharField(allow_null=True)
    change = drf.CharField(allow_null=True, help_text="percent since the day's open")
    at = drf.FloatField(help_text="unix milliseconds")


class QuotesSerializer(drf.Serializer[Any]):
    feed = drf.DictField(allow_null=True)
    quotes = QuoteSerializer(many=True)


class BarSerializer(drf.Serializer[Any]):
    time = drf.IntegerField(help_text="unix seconds")
    open = drf.CharField()
    high = drf.CharField()
    low = drf.CharField()
    close = drf.CharField()
    volume = drf.CharField()


class BarsSerializer(drf.Serializer[Any]):
    symbol = drf.CharField()
    seconds = drf.IntegerField()
    bars = BarSerializer(many=True)


QUOTE = {"symbol": "AAPL", "bid": "585.31", "ask": "585.34", "last": "585.33", "change": "0.72", "at": 1784992205112.4}
FEED = {"name": "sim", "state": "live", "reason": "", "limit": 50, "in_use": 12, "queued": [], "counts": {}}
PRICES = {"open": "585.3", "high": "585.4", "low": "585.28", "close": "585.33"}
BAR = {"time": 1784992200, **PRICES, "volume": "1240"}


class Quotes(OrdersView):
    parameters = frozenset({"symbols"})

    @extend_schema(
        operation_id="quotes_list",
        parameters=[OpenApiParameter("symbols", str, description="comma-separated; all instruments without it")],
        responses={200: QuotesSerializer, 400: ErrorSerializer, 503: ErrorSerializer},
        examples=[
            OpenApiExample(
                "prices",
                {"feed": FEED | {"at": 1784992205115.7}, "quotes": [QUOTE]},
                response_only=True,
                status_codes=[200],
            )
        ],
    )
    def get(self, request: Request) -> Any:
        given = request.query_params.get("symbols", "")
        named = list(dict.fromkeys(symbol for symbol in given.split(",") if symbol))
        if len(named) > MOST:
            raise ValidationFailed(f"symbols: At most {MOST}.", fields={"symbols": [f"At most {MOST}."]})
        known = Instrument.objects.filter(symbol__in=named) if named else Instrument.objects.filter(active=True)
        symbols = sorted(known.values_list("symbol", flat=True))
        if unknown := [symbol for symbol in named if symbol not in symbols]:
            message = f"There is no instrument {unknown[0][:20]}."
            raise ValidationFailed(f"symbols: {message}", fields={"symbols": [message]})
        try:
            texts, feed = board.read(symbols), board.feed_text()
        except redis.RedisError as error:
            raise Unavailable("The broker does not answer: there are no prices now.") from error
        quotes = ",".join(texts[symbol] for symbol in symbols if symbol in texts)
        return json_text(f'{{"feed":{feed or "null"},"quotes":[{quotes}]}}')


class BarList(OrdersView):
    parameters = frozenset({"symbol"})

    @extend_schema(
        operation_id="bars_list",
        parameters=[OpenApiParameter("symbol", str, required=True)],
        responses={200: BarsSerializer, 404: ErrorSerializer, 503: ErrorSerializer},
        examples=[
            OpenApiExample(
                "minutes", {"symbol": "AAPL", "seconds": 60, "bars": [BAR]}, response_only=True, status_codes=[200]
            )
        ],
    )
    def get(self, request: Request) -> Any:
        instrument = Instrument.objects.filter(symbol=request.query_params.get("symbol", "")).first()
        if instrument is None:
            raise NotFound("There is no such instrument.")
        try:
            texts = board.read_bars(instrument.symbol)
        except redis.RedisError as error:
            raise Unavailable("The broker does not answer: there are no prices now.") from error
        return json_text(f'{{"symbol":"{instrument.symbol}","seconds":{bars.SECONDS},"bars":[{",".join(texts)}]}}')
