"""`/api/quotes/` and `/api/bars/`: prices for programs and for a page that has just opened."""

from __future__ import annotations

from typing import Any

import orjson
import redis
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers as drf
from rest_framework.request import Request

from market.live import bars, redis_board
from market.models import Instrument
from orders.api.base import OrdersView, json_text
from orders.bodies.fast_path import SYMBOL_LENGTH
from orders.bodies.serializers import ErrorSerializer
from orders.domain.errors import NotFound, Unavailable, ValidationFailed

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
    lengths = {"symbols": MOST * (SYMBOL_LENGTH + 1)}

    @extend_schema(
        operation_id="quotes_list",
        summary="Read the latest prices",
        description="Of the named symbols, or of all active instruments. Symbols without a price are left out; `at` is "
        "the time of each symbol's last change. For live prices use the websocket.",
        parameters=[
            OpenApiParameter(
                "symbols",
                {"type": "string", "maxLength": MOST * (SYMBOL_LENGTH + 1)},
                description=f"Up to {MOST} symbols, separated by commas. Default: all active instruments.",
            )
        ],
        responses={200: QuotesSerializer},
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
            texts, feed = redis_board.read(symbols), redis_board.feed_text()
        except redis.RedisError as error:
            raise Unavailable("Redis does not answer: no prices at the moment.") from error
        quotes = ",".join(texts[symbol] for symbol in symbols if symbol in texts)
        return json_text(f'{{"feed":{feed or "null"},"quotes":[{quotes}]}}')


class BarList(OrdersView):
    parameters = frozenset({"symbol"})

    @extend_schema(
        operation_id="bars_list",
        summary="Read a symbol's one-minute bars",
        description="One-minute bars, oldest first, at most 1,500; the last one is the current minute.",
        parameters=[OpenApiParameter("symbol", str, required=True, description="One symbol.")],
        responses={200: BarsSerializer, 404: ErrorSerializer},
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
            texts = redis_board.read_bars(instrument.symbol)
        except redis.RedisError as error:
            raise Unavailable("Redis does not answer: no prices at the moment.") from error
        symbol = orjson.dumps(instrument.symbol).decode()
        return json_text(f'{{"symbol":{symbol},"seconds":{bars.SECONDS},"bars":[{",".join(texts)}]}}')
