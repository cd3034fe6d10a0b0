"""The base of all API views: visibility of orders, the source of a change, and responses from prebuilt JSON."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, QueryDict
from drf_spectacular.utils import OpenApiParameter
from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import BaseParser
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from orders import trading
from orders.api.json import SMALL_BYTES, JsonParser, JsonRenderer
from orders.api.parameters import check_names, check_text
from orders.api.schema import several
from orders.domain import fields, lifecycle
from orders.domain.errors import NotFound, ValidationFailed
from orders.listing import filters
from orders.log.provenance import Source, acting
from orders.models import Order
from orders.protocol.inbound import EVERYONE

log = logging.getLogger(__name__)

PAGE_HEADER = "X-Order-Source"

# The filter and sort parameters of a list, for the schema.
FILTERS = [
    OpenApiParameter("user", str, description="For desk and broker: a user's name, or `*` for everyone."),
    OpenApiParameter("tab", str, enum=list(lifecycle.TABS), description="Orders whose status is in this group."),
    OpenApiParameter("symbol", str, description="One or more symbols, separated by commas."),
    several("side", lifecycle.Side, "One or both, separated by a comma."),
    several("status", lifecycle.Status, "One or more, separated by commas."),
    several("order_type", lifecycle.OrderType, "One or more, separated by commas."),
    OpenApiParameter("created_after", datetime, description="Placed at this time or later; RFC 3339 with a time zone."),
    OpenApiParameter("created_before", datetime, description="Placed before this time; RFC 3339 with a time zone."),
    OpenApiParameter(
        "search",
        {"type": "string", "maxLength": filters.SEARCH_LENGTH},
        description="Part of a symbol, a client order id, a text or, from three characters on, the instrument's name; "
        "a whole number also finds that `id`; `buy` and `sell` find that side, alone or before or after the rest.",
    ),
    several(
        "ordering",
        [f"-?{column}" for column in fields.SORTS],
        "Columns, separated by commas; `-` before one sorts it descending. Default: newest first.",
    ),
]


class OrdersView(APIView):
    """Validates every request, and records the source and the actor of every change.

    `parameters` are the query parameters of a read; a write accepts none. Any other parameter is refused, not ignored.
    `lengths` are the max lengths of those that may be longer than usual.
    """

    parser_classes: Sequence[type[BaseParser]] = [JsonParser]
    renderer_classes: Sequence[type[BaseRenderer]] = [JsonRenderer]
    parameters: frozenset[str] = frozenset()
    lengths: Mapping[str, int] = MappingProxyType({})
    # Max body size; a larger one is refused before any of it is read.
    most_bytes: int = SMALL_BYTES
    # Whether a POST checks a password.
    hashes = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if int(request.META.get("CONTENT_LENGTH") or 0) > self.most_bytes:
            raise RequestDataTooBig(f"More than {self.most_bytes} bytes.")
        check_text(request.query_params, self.lengths)
        self._check_format(request.query_params)
        super().initial(request, *args, **kwargs)
        check_names(request.query_params, self.knows if request.method in SAFE_METHODS else _none)

    def knows(self, name: str) -> bool:
        """Whether a read accepts this query parameter."""
        return name in self.parameters

    def _check_format(self, parameters: QueryDict) -> None:
        formats = [renderer.format for renderer in self.renderer_classes]
        if parameters.get("format", formats[0]) not in formats:
            message = f"One of {', '.join(map(str, formats))}."
            raise ValidationFailed(f"format: {message}", fields={"format": [message]})

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with acting(Source.REST):
            return super().dispatch(request, *args, **kwargs)

    @contextmanager
    def as_sender(self, request: Request) -> Iterator[None]:
        """Attribute the changes made inside to the user, and to the page where its header says so."""
        from_page = isinstance(request.successful_authenticator, SessionAuthentication)
        from_page &= request.headers.get(PAGE_HEADER) == "page"
        with acting(Source.PAGE if from_page else Source.REST, person(request).get_username()):
            yield


def _none(name: str) -> bool:
    """Refuse every name: a write accepts no query parameters, only a body."""
    return False


def person(request: Request) -> User:
    """The authenticated user; the API refuses anonymous requests."""
    user: Any = request.user
    return user  # type: ignore[no-any-return]


def watched(request: Request) -> User | None:
    """The user whose orders `user` asks for: by default the requesting user, None for everyone. Raises NotFound."""
    user = person(request)
    name = request.query_params.get("user", "")
    if not name or name == user.get_username():
        return user
    if not trading.can_watch(user):
        raise NotFound("There is no such user.")
    if name == EVERYONE:
        log.info("%r reads everyone at %s", user.get_username(), request.path)
        return None
    found = User.objects.filter(username=name).first()
    if found is None:
        raise NotFound("There is no such user.")
    log.info("%r reads %r at %s", user.get_username(), name, request.path)
    return found


def visible_order(user: User, order_id: int) -> Order:
    """An order that this user may see. Raises NotFound, for other users' orders as for missing ones."""
    order = trading.visible(user, order_id)
    if order.user_id != user.pk:
        log.info("%r reads order %s of %r", user.get_username(), order.pk, order.user.get_username())
    return order


@contextmanager
def reading(check: Callable[[User, int], Any], user: User, order_id: int) -> Iterator[None]:
    """Parse a body inside; if it is invalid, `check` first raises if the order isn't there for this user."""
    try:
        yield
    except ValidationFailed:
        check(user, order_id)
        raise


def json_text(text: str) -> HttpResponse:
    """A response from JSON text that is already serialized."""
    return HttpResponse(text, content_type="application/json")
