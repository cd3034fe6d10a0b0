"""`/api/instruments/`: lists and searches the instruments."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from market.catalog.directory import directory
from market.catalog.search import TERM_LENGTH
from market.models import Instrument
from market.values.decimals import decimal_string
from orders.api.base import OrdersView
from orders.api.parameters import whole_number
from orders.api.schema import whole
from orders.domain import rules
from orders.domain.errors import ValidationFailed

FOUND, MOST_FOUND = 20, 100


class InstrumentSerializer(drf.Serializer[Any]):
    symbol = drf.CharField()
    name = drf.CharField()
    currency = drf.CharField()
    tick_size = drf.CharField()
    lot_size = drf.CharField()
    price_decimals = drf.IntegerField()
    active = drf.BooleanField()


class Instruments(OrdersView):
    """All instruments by symbol; with `q` the best matches first."""

    parameters = frozenset({"q", "limit"})

    @extend_schema(
        operation_id="instruments_list",
        summary="List or search instruments",
        description="All instruments, by symbol. With `q` those that match, best match first, typos allowed.",
        parameters=[
            OpenApiParameter(
                "q", {"type": "string", "maxLength": TERM_LENGTH}, description="Part of a symbol or a name."
            ),
            whole("limit", 1, MOST_FOUND, f"With `q`: max number of matches, default {FOUND}."),
        ],
        responses={200: InstrumentSerializer(many=True)},
    )
    def get(self, request: Request) -> HttpResponseBase:
        term = request.query_params.get("q")
        if term is not None:
            return Response([instrument_row(instrument) for instrument in self._found(request, term)])
        if "limit" in request.query_params:
            raise ValidationFailed("limit: Requires q.", fields={"limit": ["Requires q."]})
        body = orjson.dumps([instrument_row(instrument) for instrument in Instrument.objects.all()])
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        response = HttpResponse(body, content_type="application/json", headers=headers)
        return get_conditional_response(request._request, etag=etag, response=response) or response

    def _found(self, request: Request, term: str) -> list[Instrument]:
        limit = whole_number(request.query_params, "limit", FOUND, 1, MOST_FOUND)
        problems = rules.Problems()
        rules.check_text(problems, "q", term, TERM_LENGTH)
        problems.check()
        return directory.find(term, limit)


def instrument_row(instrument: Instrument) -> dict[str, Any]:
    return {
        "symbol": instrument.symbol,
        "name": instrument.name,
        "currency": instrument.currency,
        "tick_size": decimal_string(instrument.tick_size),
        "lot_size": decimal_string(instrument.lot_size),
        "price_decimals": instrument.price_decimals,
        "active": instrument.active,
    }
