"""Request bodies into the services' own types; what cannot be read at all is refused here, the rules are `services`'.

Used by REST and by the socket alike, and by the OpenAPI schema as the shape of what goes in and comes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from rest_framework import serializers

from orders import bodies, rows
from orders.errors import ValidationFailed
from orders.lifecycle import ExecutionKind, OrderType, Side, Status, TimeInForce
from orders.rules import TEXT_LENGTH
from orders.services import AMENDABLE, EXEC_ID_LENGTH, Amend, NewOrder, Report

BIGGEST_ID = 2**63 - 1


class AmountField(serializers.DecimalField):
    """A decimal as a string (or JSON number): at most 15 significant digits and 8 decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=23, decimal_places=8, **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, str | int | float | Decimal):
            self.fail("invalid")
        if isinstance(data, str) and not data.isascii():
            self.fail("invalid")
        return super().to_internal_value(data)


class TextField(serializers.CharField):
    """Text as it was typed; whether its characters are allowed is checked by the rules that every way in shares."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)
        self.validators = [v for v in self.validators if type(v).__name__ != "ProhibitNullCharactersValidator"]

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(data)


class NewOrderSerializer(serializers.Serializer[NewOrder]):
    symbol = TextField(max_length=bodies.SYMBOL_LENGTH)
    side = serializers.ChoiceField(list(Side))
    order_type = serializers.ChoiceField(list(OrderType), default=OrderType.LIMIT)
    time_in_force = serializers.ChoiceField(list(TimeInForce), default=TimeInForce.DAY)
    quantity = AmountField()
    price = AmountField(required=False, allow_null=True, default=None)
    stop_price = AmountField(required=False, allow_null=True, default=None)
    text = TextField(required=False, allow_blank=True, allow_null=True, default="", max_length=TEXT_LENGTH)
    client_order_id = TextField(required=False, allow_blank=True, allow_null=True, default=None)


class AmendmentSerializer(serializers.Serializer[Any]):
    expected_version = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID)
    quantity = AmountField(required=False)
    price = AmountField(required=False, allow_null=True)
    stop_price = AmountField(required=False, allow_null=True)
    text = TextField(required=False, allow_blank=True, allow_null=True, max_length=TEXT_LENGTH)


class ListAmendmentSerializer(AmendmentSerializer):
    id = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID)


class CancelSerializer(serializers.Serializer[Any]):
    expected_version = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID, required=False, allow_null=True)


class ReportSerializer(serializers.Serializer[Report]):
    exec_id = TextField(max_length=EXEC_ID_LENGTH)
    kind = serializers.ChoiceField(list(ExecutionKind))
    last_qty = AmountField(required=False, allow_null=True, default=None)
    last_price = AmountField(required=False, allow_null=True, default=None)
    text = TextField(required=False, allow_blank=True, allow_null=True, default="", max_length=TEXT_LENGTH)


class OrderSerializer(serializers.Serializer[Any]):
    """The shape of `rows.order_row`, for the schema."""

    id = serializers.IntegerField()
    client_order_id = serializers.CharField()
    user = serializers.CharField()
    symbol = serializers.CharField()
    side = serializers.ChoiceField(list(Side))
    order_type = serializers.ChoiceField(list(OrderType))
    time_in_force = serializers.ChoiceField(list(TimeInForce))
    quantity = serializers.CharField()
    price = serializers.CharField(allow_null=True)
    stop_price = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(list(Status))
    cum_qty = serializers.CharField()
    leaves_qty = serializers.CharField()
    avg_price = serializers.CharField(allow_null=True)
    text = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    arrival_price = serializers.CharField(allow_null=True)


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
    """The order in this body; `user` and what else is not the sender's to say is ignored. Raises ValidationFailed."""
    return bodies.new_order(body) or slow_new_order(body)


def slow_new_order(body: Any) -> NewOrder:
    """The same, of any body."""
    values = _valid(NewOrderSerializer, body)
    return NewOrder(
        symbol=values["symbol"],
        side=Side(values["side"]),
        order_type=OrderType(values["order_type"]),
        time_in_force=TimeInForce(values["time_in_force"]),
        quantity=values["quantity"],
        price=values["price"],
        stop_price=values["stop_price"],
        text=values["text"] or "",
        client_order_id=values["client_order_id"] or "",
    )


def amendment(body: Any) -> tuple[int, dict[str, Any]]:
    """The expected version and what is to change. Raises ValidationFailed."""
    values = _valid(AmendmentSerializer, body)
    if "text" in values:
        values["text"] = values["text"] or ""
    return values.pop("expected_version"), values


def list_amendment(body: Any) -> Amend:
    """One amendment of a list, which names its order by `id`. Raises ValidationFailed."""
    values = _valid(ListAmendmentSerializer, body)
    fixed = sorted(body.keys() - values.keys() - {"user"})
    if fixed:
        raise ValidationFailed(f"{fixed[0]}: This can't be amended.", fields={fixed[0]: ["This can't be amended."]})
    if "text" in values:
        values["text"] = values["text"] or ""
    return Amend(values.pop("id"), values.pop("expected_version"), values)


def refuse_fixed(body: Mapping[str, Any], current: rows.Row) -> None:
    """Raises ValidationFailed where a body asks for a change of what can't be amended."""
    fixed = {
        name: ["This can't be amended."]
        for name, value in body.items()
        if name in current and name not in AMENDABLE and value != current[name]
    }
    if fixed:
        raise ValidationFailed(f"{next(iter(fixed))}: This can't be amended.", fields=fixed)


def report(body: Any) -> Report:
    """The execution report in this body. Raises ValidationFailed."""
    values = _valid(ReportSerializer, body)
    return Report(
        values["exec_id"], ExecutionKind(values["kind"]), values["last_qty"], values["last_price"], values["text"] or ""
    )


def expected_version(body: Any) -> int | None:
    """The version a cancel expects, if it names one. Raises ValidationFailed."""
    version: int | None = _valid(CancelSerializer, body or {}).get("expected_version")
    return version


def whole_number(field: str, value: Any) -> int:
    """A positive whole number that a database takes. Raises ValidationFailed."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= BIGGEST_ID:
        raise ValidationFailed(f"{field}: A whole number is required.", fields={field: ["A whole number is required."]})
    return value


def _valid(serializer_class: type[serializers.Serializer[Any]], body: Any) -> dict[str, Any]:
    if not isinstance(body, Mapping):
        raise ValidationFailed("An object is required.")
    try:
        return dict(_reader(serializer_class).run_validation(body))
    except serializers.ValidationError as refused:
        detail: Any = refused.detail
    fields = {name: [str(message) for message in messages] for name, messages in detail.items()}
    name, messages = next(iter(fields.items()))
    raise ValidationFailed(f"{name}: {messages[0]}", fields=fields)


@cache
def _reader(serializer_class: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """One for all bodies: it keeps nothing of what it reads, and copying its fields costs more than reading."""
    return serializer_class()
