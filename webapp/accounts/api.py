"""Token endpoint for programs, and the signed-in user's profile."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.authtoken.models import Token
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from demo.people import is_demo_person
from orders import trading
from orders.api.base import OrdersView, person
from orders.api.json import JsonParser
from orders.bodies.serializers import TextField, refuse_unknown
from orders.domain import rules
from orders.domain.errors import Forbidden, RateLimited, ValidationFailed
from orders.socket import auth
from webapp.accounts import lockout


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


class TokenView(OrdersView):
    """A token for a name and a password; failed attempts count as failed sign-ins, except those of a foreign page."""

    hashes = True
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    parser_classes = [JsonParser, FormParser, MultiPartParser]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse requests from pages of another origin, which could lock their visitors out."""
        if auth.is_foreign(request._request):
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
            asked.axes_locked_out = False  # answered here, in the API's own format
            seconds = lockout.seconds_left(username, asked.META.get("REMOTE_ADDR"))
            raise RateLimited("Too many attempts have failed. Try again later.", retry_after=seconds)
        if user is None or (key := token_of(user)) is None:
            raise ValidationFailed("Name and password do not match.")
        user_logged_in.send(sender=type(user), request=asked, user=user)
        return Response({"token": key})


def token_of(user: Any) -> str | None:
    """The user's token; None if the password they signed in with has been changed in the meantime."""
    with transaction.atomic():
        # The lock keeps the password unchanged until the commit; a change would delete the user's tokens.
        if not User.objects.select_for_update().filter(pk=user.pk, password=user.password).exists():
            return None
        token: Token = Token.objects.get_or_create(user=user)[0]
        return str(token.key)


class Me(OrdersView):
    @extend_schema(
        operation_id="me",
        summary="Read who is signed in",
        description="Your user name and your permissions.",
        responses={200: MeSerializer},
    )
    def get(self, request: Request) -> Response:
        user = person(request)
        return Response(
            {
                "user": user.get_username(),
                "display": user.get_full_name() or user.get_username(),
                "is_demo": is_demo_person(user),
                "can_watch": trading.can_watch(user),
                "can_execute": trading.can_execute(user),
            }
        )
