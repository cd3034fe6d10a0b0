"""What every view of the API shares: who sees which orders, where a change comes from, and JSON written once."""

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

# What narrows and sorts a list, for the schema.
FILTERS = [
    OpenApiParameter("user", str, description="For desk and broker: somebody's name, or `*` for everyone."),
    OpenApiParameter("tab", str, enum=list(lifecycle.TABS), description="Which orders, by how far they have come."),
    OpenApiParameter("symbol", str, description="One or more symbols, separated by commas."),
    several("side", lifecycle.Side, "One or both, separated by a comma."),
    several("status", lifecycle.Status, "One or more, separated by commas."),
    several("order_type", lifecycle.OrderType, "One or more, separated by commas."),
    OpenApiParameter("created_after", datetime, description="Placed at this moment or later; RFC 3339 with a zone."),
    OpenApiParameter("created_before", datetime, description="Placed before this moment; RFC 3339 with a zone."),
    OpenApiParameter(
        "search",
        {"type": "string", "maxLength": filters.SEARCH_LENGTH},
        description="Part of a symbol, a client order id, a text or, from three characters on, the instrument's name; "
        "a whole number also finds that `id`; `buy` and `sell` find that side, alone or before or after the rest.",
    ),
    several(
        "ordering",
        [f"-?{column}" for column in fields.SORTS],
        "Columns, separated by commas; `-` before one turns it round. Newest first without it.",
    ),
]


class OrdersView(APIView):
    """Checks what every request is made of, and stamps every change with its source and its actor.

    `parameters` are the query parameters that reading understands, and writing understands none; any other is refused
    rather than ignored. `lengths` are of those that may be longer than usual.
    """

    parser_classes: Sequence[type[BaseParser]] = [JsonParser]
    renderer_classes: Sequence[type[BaseRenderer]] = [JsonRenderer]
    parameters: frozenset[str] = frozenset()
    lengths: Mapping[str, int] = MappingProxyType({})
    # How large a body may be; refused before anything of it is read.
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
        """Whether reading understands this query parameter."""
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
        """Changes made inside are the sender's, from the page where the page itself says so."""
        from_page = isinstance(request.successful_authenticator, SessionAuthentication)
        from_page &= request.headers.get(PAGE_HEADER) == "page"
        with acting(Source.PAGE if from_page else Source.REST, person(request).get_username()):
            yield


def _none(name: str) -> bool:
    """Writing is told by its body alone."""
    return False


def person(request: Request) -> User:
    """Who asks; the API lets nobody in unnamed."""
    user: Any = request.user
    return user  # type: ignore[no-any-return]


def watched(request: Request) -> User | None:
    """Whose orders are asked for by `user`: oneself by default, None for everyone's. Raises NotFound."""
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
    """One order that this person may see. Raises NotFound, for foreign ones as for those that do not exist."""
    order = trading.visible(user, order_id)
    if order.user_id != user.pk:
        log.info("%r reads order %s of %r", user.get_username(), order.pk, order.user.get_username())
    return order


@contextmanager
def reading(check: Callable[[User, int], Any], user: User, order_id: int) -> Iterator[None]:
    """A body is read inside; where it is refused, `check` says first whether the order is there for this person."""
    try:
        yield
    except ValidationFailed:
        check(user, order_id)
        raise


def json_text(text: str) -> HttpResponse:
    """An answer whose JSON is written already."""
    return HttpResponse(text, content_type="application/json")
