"""Parses request bodies into the types of `trading`; refuses malformed ones here, all other rules are in `trading`.

REST and the socket use it, and the OpenAPI schema takes the shapes of requests and responses from it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from django.contrib.auth.models import User
from django.http import QueryDict
from rest_framework import serializers

from market.values import decimals
from orders import trading
from orders.bodies import fast_path
from orders.bodies.fields import AmountField, WholeField
from orders.bodies.fields import TextField as TextField
from orders.domain.errors import Forbidden, ValidationFailed
from orders.domain.fields import FIELDS, Field, Value
from orders.domain.lifecycle import ExecutionKind, OrderType, Side, TimeInForce
from orders.domain.rules import BIGGEST_ID, TEXT_LENGTH
from orders.trading import EXEC_ID_LENGTH, FIXED, Amend, NewOrder, Report

UNKNOWN = "There is no such field."
TWICE = "Given more than once."


class NewOrderSerializer(serializers.Serializer[NewOrder]):
    symbol = TextField(max_length=fast_path.SYMBOL_LENGTH, error_messages={"blank": "Enter a symbol."})
    side = serializers.ChoiceField(list(Side))
    order_type = serializers.ChoiceField(list(OrderType), default=OrderType.LIMIT)
    time_in_force = serializers.ChoiceField(list(TimeInForce), default=TimeInForce.DAY)
    quantity = AmountField()
    price = AmountField(required=False, allow_null=True, default=None)
    stop_price = AmountField(required=False, allow_null=True, default=None)
    text = TextField(required=False, allow_blank=True, allow_null=True, default="", max_length=TEXT_LENGTH)
    client_order_id = TextField(required=False, allow_blank=True, allow_null=True, default=None)


class AmendmentSerializer(serializers.Serializer[Any]):
    expected_version = WholeField()
    quantity = AmountField(required=False)
    price = AmountField(required=False, allow_null=True)
    stop_price = AmountField(required=False, allow_null=True)
    text = TextField(required=False, allow_blank=True, allow_null=True, max_length=TEXT_LENGTH)


class ListAmendmentSerializer(AmendmentSerializer):
    id = WholeField()


class CancelSerializer(serializers.Serializer[Any]):
    expected_version = WholeField(required=False, allow_null=True)


class ReportSerializer(serializers.Serializer[Report]):
    exec_id = TextField(max_length=EXEC_ID_LENGTH)
    kind = serializers.ChoiceField(list(ExecutionKind))
    last_qty = AmountField(required=False, allow_null=True, default=None)
    last_price = AmountField(required=False, allow_null=True, default=None)
    text = TextField(required=False, allow_blank=True, allow_null=True, default="", max_length=TEXT_LENGTH)


class OrderSerializer(serializers.Serializer[Any]):
    """The shape of `rows.order_row`, for the schema."""

    def get_fields(self) -> dict[str, Any]:
        return {field.name: _told(field) for field in FIELDS}


class OrderPageSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = OrderSerializer(many=True)


class EventSerializer(serializers.Serializer[Any]):
    """The shape of an event, for the schema."""

    seq = serializers.IntegerField()
    user = serializers.CharField()
    kind = serializers.CharField()
    order = OrderSerializer()
    changes = serializers.DictField(child=serializers.ListField())
    source = serializers.CharField()  # type: ignore[assignment]
    actor = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()


class EventPageSerializer(serializers.Serializer[Any]):
    head = serializers.IntegerField()
    results = EventSerializer(many=True)


class ErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)  # type: ignore[assignment]
    current = OrderSerializer(required=False)


def new_order(body: Any) -> NewOrder:
    """The order in this body. Clients can't set `user`, so it is ignored. Raises ValidationFailed."""
    return fast_path.new_order(body) or slow_new_order(body)


def slow_new_order(body: Any) -> NewOrder:
    """The same for any body, without the fast path."""
    return NewOrder(**_valid(NewOrderSerializer, body))


def amendment(body: Any, naming: Collection[str] = ()) -> tuple[int, dict[str, Any]]:
    """The expected version and the changes, in a body that may repeat the order's other fields.

    `naming`: further fields that identify the order. Raises ValidationFailed.
    """
    values = _valid(AmendmentSerializer, body, {*_reader(OrderSerializer).fields, *naming})
    return values.pop("expected_version"), values


def list_amendment(body: Any) -> Amend:
    """One amendment of a list, which identifies its order by `id`. Raises ValidationFailed."""
    values = _valid(ListAmendmentSerializer, body, _reader(OrderSerializer).fields)
    fixed = sorted(body.keys() - values.keys() - {"user"})
    if fixed:
        raise ValidationFailed.at(fixed[0], FIXED)
    return Amend(values.pop("id"), values.pop("expected_version"), values)


def refuse_for_others(user: User, body: Any) -> None:
    """Raise Forbidden where a user who may watch others names one of them; a trader's `user` is ignored."""
    name = body.get("user") if isinstance(body, dict) else None
    if name is not None and name != user.get_username() and trading.can_watch(user):
        raise Forbidden("You can't place orders for other users.")


def refuse_unknown(body: Mapping[str, Any], known: Collection[str]) -> None:
    """Raise ValidationFailed where a form or a body has an unknown field, or one of them twice."""
    for name in body:
        if name not in known:
            raise ValidationFailed.at(name, UNKNOWN)
        if isinstance(body, QueryDict) and len(body.getlist(name)) > 1:
            raise ValidationFailed.at(name, TWICE)


def report(body: Any) -> Report:
    """The execution report in this body. Raises ValidationFailed."""
    return Report(**_valid(ReportSerializer, body))


def expected_version(body: Any, naming: Collection[str] = ()) -> int | None:
    """The version that a cancel expects, or None; `naming`: fields that identify the order. Raises ValidationFailed."""
    version: int | None = _valid(CancelSerializer, body, naming).get("expected_version")
    return version


def check_empty(body: Any) -> None:
    """Check the body of a request that needs none: `{}` is valid, and `user` is ignored. Raises ValidationFailed."""
    _valid(serializers.Serializer, body)


def whole_number(field: str, value: Any) -> int:
    """A positive whole number within the database's range. Raises ValidationFailed."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= BIGGEST_ID:
        raise ValidationFailed.at(field, decimals.NOT_WHOLE)
    return value


def _told(field: Field) -> serializers.Field[Any, Any, Any, Any]:
    """The field in the schema of a response."""
    match field.value:
        case Value.WHOLE:
            return serializers.IntegerField()
        case Value.TIME:
            return serializers.DateTimeField()
        case Value.CHOICE:
            return serializers.ChoiceField(list(field.choices or ()))
    return serializers.CharField(allow_null=field.is_nullable)


def _valid(
    serializer_class: type[serializers.Serializer[Any]], body: Any, more: Collection[str] = ()
) -> dict[str, Any]:
    """The validated values of the serializer's fields; also allowed are `more` fields, and `user`, which is ignored."""
    if not isinstance(body, Mapping):
        raise ValidationFailed("An object is required.")
    reader = _reader(serializer_class)
    refuse_unknown(body, {"user", *reader.fields, *more})
    try:
        return dict(reader.run_validation(body))
    except serializers.ValidationError as refused:
        detail: Any = refused.detail
    fields = {name: [str(message) for message in messages] for name, messages in detail.items()}
    name, messages = next(iter(fields.items()))
    raise ValidationFailed(f"{name}: {messages[0]}", fields=fields)


@cache
def _reader(serializer_class: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """One instance for all bodies: it keeps no state between them, and copying its fields costs more than parsing."""
    return serializer_class()
