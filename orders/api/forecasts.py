"""`/api/forecasts/`: how likely the market touches working orders, or any price, within some minutes."""

from __future__ import annotations

import time
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from market.forecaster.answering import refusal
from market.forecaster.asks import LEAST_MINUTES, MOST_MINUTES, USUAL, Ask
from market.models import Instrument
from market.values import decimals
from orders.api.base import OrdersView, person
from orders.api.parameters import whole_number
from orders.api.schema import whole
from orders.bodies.serializers import ErrorSerializer
from orders.domain import rules
from orders.domain.errors import NotFound, ValidationFailed
from orders.domain.lifecycle import OrderType, Side
from orders.forecasts import asking
from orders.models import Order
from orders.trading.permissions import MISSING

MOST_ORDERS = 500
MOST_HORIZONS = 10
DEFAULT_MINUTES = 15
PRICED = [OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT]


class ProbabilitySerializer(drf.Serializer[Any]):
    probability = drf.FloatField(help_text="0 to 1; 1 only where the market is there already")
    low = drf.FloatField()
    high = drf.FloatField()


class ForecastSerializer(drf.Serializer[Any]):
    """Either a number, or `unavailable` with its reason."""

    order = drf.IntegerField(required=False)
    symbol = drf.CharField()
    side = drf.ChoiceField(list(Side))
    price = drf.CharField(allow_null=True, help_text="the limit, or of a stop the stop price")
    minutes = drf.IntegerField()
    touch = ProbabilitySerializer(required=False)
    trade_through = ProbabilitySerializer(required=False, help_text="at least one tick beyond")
    median_minutes = drf.FloatField(
        required=False, allow_null=True, help_text="when a touch has become as likely as not; null beyond all horizons"
    )
    as_of = drf.DateTimeField(required=False)
    matured = drf.IntegerField(required=False, help_text="past windows that the number is learned from")
    independent = drf.IntegerField(required=False, help_text="those of them that share no bar")
    unavailable = drf.CharField(required=False, help_text="why there is no number")
    ready_in_minutes = drf.IntegerField(required=False, allow_null=True, help_text="null unless only time is missing")


class ForecastsSerializer(drf.Serializer[Any]):
    results = ForecastSerializer(many=True)


TOUCH = {"probability": 0.334, "low": 0.312, "high": 0.36}
THROUGH = {"probability": 0.317, "low": 0.297, "high": 0.338}
EXAMPLE = {
    "symbol": "AAPL",
    "side": "buy",
    "price": "584.9",
    "minutes": 15,
    "touch": TOUCH,
    "trade_through": THROUGH,
} | {
    "median_minutes": 31.5,
    "as_of": "2026-07-25T09:30:05.112402Z",
    "matured": 1455,
    "independent": 97,
}
UNREADY = {"symbol": "AAPL", "side": "buy", "price": "584.9", "minutes": 240} | {
    "unavailable": "Needs 57 more hours of prices.",
    "ready_in_minutes": 3390,
}


class Forecasts(OrdersView):
    parameters = frozenset({"orders", "minutes"})
    lengths = {"orders": MOST_ORDERS * 20}

    @extend_schema(
        operation_id="forecasts_list",
        summary="Forecast touches of your working orders",
        description="How likely the market touches each order's limit or stop price within some minutes. A touch is "
        "not a fill. Every number that is sent is recorded first, and scored when its time has passed.",
        parameters=[
            OpenApiParameter(
                "orders",
                {"type": "string", "maxLength": MOST_ORDERS * 20},
                description=f"Up to {MOST_ORDERS} ids of your orders, separated by commas. Default: the newest ones.",
            ),
            OpenApiParameter(
                "minutes",
                str,
                description=f"Up to {MOST_HORIZONS} times from {LEAST_MINUTES} to {MOST_MINUTES}, separated by commas. "
                f"Default: {','.join(map(str, USUAL))}.",
            ),
        ],
        responses={200: ForecastsSerializer, 404: ErrorSerializer},
        examples=[
            OpenApiExample("an order", {"results": [{"order": 7} | EXAMPLE]}, response_only=True, status_codes=["200"])
        ],
    )
    def get(self, request: Request) -> Response:
        minutes = _numbers(request, "minutes", LEAST_MINUTES, MOST_MINUTES, MOST_HORIZONS) or list(USUAL)
        ids = _numbers(request, "orders", 1, rules.BIGGEST_ID, MOST_ORDERS)
        return Response({"results": _forecasts(_orders(request, ids), minutes)})


class TouchForecast(OrdersView):
    parameters = frozenset({"symbol", "side", "price", "minutes", "order_type"})

    @extend_schema(
        operation_id="forecasts_touch",
        summary="Forecast a touch of any price",
        description="How likely the market touches a limit, or a stop, at this price within some minutes.",
        parameters=[
            OpenApiParameter("symbol", str, required=True),
            OpenApiParameter("side", str, required=True, enum=list(Side)),
            OpenApiParameter("price", str, required=True, description="A multiple of the instrument's tick size."),
            whole("minutes", LEAST_MINUTES, MOST_MINUTES, "Within how many minutes.", DEFAULT_MINUTES),
            OpenApiParameter("order_type", str, enum=PRICED, description="Default: `limit`. Else the price is a stop."),
        ],
        responses={200: ForecastSerializer, 404: ErrorSerializer},
        examples=[
            OpenApiExample("a price", EXAMPLE, response_only=True, status_codes=["200"]),
            OpenApiExample("too early", UNREADY, response_only=True, status_codes=["200"]),
        ],
    )
    def get(self, request: Request) -> Response:
        symbol = request.query_params.get("symbol", "")
        instrument = Instrument.objects.filter(symbol=symbol).first()
        if instrument is None:
            raise NotFound("There is no such instrument.")
        ask = _ask(request, instrument)
        now = time.time()
        found = asking.answers_to([ask], now)[0] if instrument.active else refusal(ask, asking.NOT_TRADED, now)
        return Response(next(asking.rows(ask, found)))


def _ask(request: Request, instrument: Instrument) -> Ask:
    parameters, problems = request.query_params, rules.Problems()
    side, order_type = parameters.get("side", ""), parameters.get("order_type", OrderType.LIMIT)
    if side not in list(Side):
        problems.add("side", f"One of {', '.join(Side)}.")
    if order_type not in PRICED:
        problems.add("order_type", f"One of {', '.join(PRICED)}.")
    price = decimals.UNIT
    try:
        price = decimals.amount(parameters.get("price", ""))
        rules.check_amount(problems, "price", price, instrument.tick_size, "tick size")
    except decimals.BadNumber as bad:
        problems.add("price", str(bad))
    minutes = whole_number(parameters, "minutes", DEFAULT_MINUTES, LEAST_MINUTES, MOST_MINUTES)
    problems.check()
    return Ask(instrument.symbol, side, price, instrument.tick_size, (minutes,), order_type != OrderType.LIMIT)


def _numbers(request: Request, name: str, least: int, most: int, count: int) -> list[int]:
    """The parameter as whole numbers within the bounds, in order, each once."""
    texts = [text for text in request.query_params.get(name, "").split(",") if text]
    numbers = [int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1 for text in texts]
    if len(numbers) > count or not all(least <= number <= most for number in numbers):
        raise ValidationFailed.at(name, f"At most {count} whole numbers from {least} to {most}, separated by commas.")
    return list(dict.fromkeys(numbers))


def _orders(request: Request, ids: list[int]) -> list[Order]:
    user = person(request)
    if not ids:
        return list(asking.newest(user, MOST_ORDERS))
    own = Order.objects.for_trader(user, by_id=True).select_related("symbol")
    by_id = {order.pk: order for order in own.filter(pk__in=ids)}
    if len(by_id) < len(ids):
        raise NotFound(MISSING)
    return [by_id[pk] for pk in ids]


def _forecasts(orders: list[Order], minutes: list[int]) -> list[asking.Row]:
    asks = {}
    for order in orders:
        ask = asking.ask_of(order, minutes)
        if ask is not None and asking.why_not(order) is None:
            asks[order.pk] = ask
    answers = dict(zip(asks, asking.answers_to(list(asks.values()), time.time()), strict=True))
    found: list[asking.Row] = []
    for order in orders:
        if order.pk in asks:
            found += asking.rows(asks[order.pk], answers[order.pk], order.pk)
        else:
            found += asking.refused(order, asking.why_not(order) or asking.NO_PRICE, minutes)
    return found
