"""Sign-in for programs, who one is, what can be traded, and the demo flow's switch."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as drf
from rest_framework.authtoken.models import Token
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from market.decimals import decimal_string
from market.directory import directory
from market.models import Instrument
from market.search import TERM_LENGTH
from orders import access, demo, lockout, rows, rules, services
from orders.api import OrdersView, person
from orders.api_json import JsonParser
from orders.api_schema import whole
from orders.errors import Forbidden, RateLimited, ValidationFailed
from orders.parameters import whole_number
from orders.people import is_demo_person
from orders.serializers import ErrorSerializer, TextField, check_empty, refuse_unknown

FOUND, MOST_FOUND = 20, 100


class SignInSerializer(drf.Serializer[Any]):
    username = TextField(max_length=150)
    password = TextField(max_length=4096)


class TokenSerializer(drf.Serializer[Any]):
    token = drf.CharField()


class MeSerializer(drf.Serializer[Any]):
    user = drf.CharField()
    display = drf.CharField()
    is_demo = drf.BooleanField()
    can_watch = drf.BooleanField()
    can_execute = drf.BooleanField()


class InstrumentSerializer(drf.Serializer[Any]):
    symbol = drf.CharField()
    name = drf.CharField()
    currency = drf.CharField()
    tick_size = drf.CharField()
    lot_size = drf.CharField()
    price_decimals = drf.IntegerField()
    active = drf.BooleanField()


class DemoSerializer(drf.Serializer[Any]):
    running = drf.BooleanField()
    ends_at = drf.DateTimeField(allow_null=True)


class TokenView(OrdersView):
    """A token for a name and a password; failed attempts count as failed sign-ins, never a foreign page's."""

    hashes = True
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    parser_classes = [JsonParser, FormParser, MultiPartParser]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Another site's page could lock its visitors out, and learns nothing here that it may know."""
        if access.is_foreign(request._request):
            raise Forbidden("Sign in from this site's own pages, or from a program.")
        super().initial(request, *args, **kwargs)

    @extend_schema(
        operation_id="token_create",
        summary="Sign in",
        description="A token for a name and a password. Send it with every other request, after the word `Token`:"
        " `Authorization: Token …`. Five failures lock the name for this address for a while.",
        auth=[],
        request={"application/json": SignInSerializer},
        responses={200: TokenSerializer},
    )
    def post(self, request: Request) -> Response:
        body: Any = request.data
        form = SignInSerializer(data=body)
        form.is_valid(raise_exception=True)
        refuse_unknown(body, form.fields)
        username, password = form.validated_data["username"], form.validated_data["password"]
        problems = rules.Problems()
        rules.check_text(problems, "username", username)
        problems.check()
        asked: Any = request._request
        user = authenticate(asked, username=username, password=password)
        if getattr(asked, "axes_locked_out", False):
            asked.axes_locked_out = False  # answered here, in the API's words
            seconds = lockout.seconds_left(username, asked.META.get("REMOTE_ADDR"))
            raise RateLimited("Too many attempts have failed. Try again later.", retry_after=seconds)
        if user is None or (key := token_of(user)) is None:
            raise ValidationFailed("Name and password do not match.")
        user_logged_in.send(sender=type(user), request=asked, user=user)
        return Response({"token": key})


def token_of(user: Any) -> str | None:
    """The person's token; None where the password they have signed in with was changed in between."""
    with transaction.atomic():
        # Until the commit nobody changes it, which would end the tokens there are.
        if not User.objects.select_for_update().filter(pk=user.pk, password=user.password).exists():
            return None
        token: Token = Token.objects.get_or_create(user=user)[0]
        return str(token.key)


class Me(OrdersView):
    @extend_schema(
        operation_id="me",
        summary="Read who is signed in",
        description="Who one is, and what one may do.",
        responses={200: MeSerializer},
    )
    def get(self, request: Request) -> Response:
        user = person(request)
        return Response(
            {
                "user": user.get_username(),
                "display": user.get_full_name() or user.get_username(),
                "is_demo": is_demo_person(user),
                "can_watch": services.can_watch(user),
                "can_execute": services.can_execute(user),
            }
        )


class Instruments(OrdersView):
    """All of them by symbol; with `q` those that it may mean, the best first."""

    parameters = frozenset({"q", "limit"})

    @extend_schema(
        operation_id="instruments_list",
        summary="List or search instruments",
        description="What can be traded, by symbol. With `q` those that may be meant, the best first, with a typo too.",
        parameters=[
            OpenApiParameter(
                "q", {"type": "string", "maxLength": TERM_LENGTH}, description="Part of a symbol or a name."
            ),
            whole("limit", 1, MOST_FOUND, f"With `q`: how many at most, {FOUND} without it."),
        ],
        responses={200: InstrumentSerializer(many=True)},
    )
    def get(self, request: Request) -> HttpResponseBase:
        term = request.query_params.get("q")
        if term is not None:
            return Response([instrument_row(instrument) for instrument in self._found(request, term)])
        if "limit" in request.query_params:
            raise ValidationFailed("limit: Goes with q.", fields={"limit": ["Goes with q."]})
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


class IsDemoPerson(BasePermission):
    message = "The demo flow plays for demo people only."

    def has_permission(self, request: Request, view: Any) -> bool:
        return is_demo_person(request.user)


class Demo(OrdersView):
    """The demo flow of the signed-in demo person."""

    permission_classes = [IsAuthenticated, IsDemoPerson]

    @extend_schema(
        operation_id="demo_read",
        summary="Read whether the demo flow plays",
        description="For demo people.",
        responses={200: DemoSerializer, 403: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        return Response(_run(demo.running(request.user)))

    @extend_schema(
        operation_id="demo_start",
        summary="Play two minutes of demo flow",
        description="For demo people. Orders of one's own are placed, filled and canceled, as if there were a market.",
        request=None,
        responses={201: DemoSerializer},
    )
    def post(self, request: Request) -> Response:
        check_empty(request.data)
        demo.start(request.user)
        return Response(_run(demo.running(request.user)), status=201)

    @extend_schema(
        operation_id="demo_stop",
        summary="Stop the demo flow",
        description="For demo people.",
        responses={200: DemoSerializer},
    )
    def delete(self, request: Request) -> Response:
        check_empty(request.data)
        demo.stop(request.user)
        return Response(_run(demo.running(request.user)))


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


def _run(ends_at: Any) -> dict[str, Any]:
    return {"running": ends_at is not None, "ends_at": None if ends_at is None else rows.timestamp(ends_at)}
