"""Fast path for ordinary order bodies: it parses a list of a thousand orders in a tenth of a serializer's time.

Anything unusual falls back to the serializer, which gives the same result for what is parsed here and produces all
error messages.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from market.values import decimals
from orders.domain.lifecycle import OrderType, Side, TimeInForce
from orders.domain.rules import TEXT_LENGTH
from orders.trading import NewOrder

SYMBOL_LENGTH = 20
AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,8})?")


def new_order(body: Any) -> NewOrder | None:
    """The order in this body; None where the serializer has to parse it."""
    if type(body) is not dict:
        return None
    try:
        return NewOrder(**{name: READ[name](value) for name, value in body.items() if name != "user"})
    except (KeyError, TypeError, ValueError):
        return None


def _amount(value: Any) -> Decimal:
    if type(value) is not str or AMOUNT.fullmatch(value) is None:
        raise ValueError(value)
    return Decimal(value).quantize(decimals.UNIT)


def _text(value: Any, most: int, least: int = 0) -> str:
    if value is None and least == 0:
        return ""
    if type(value) is not str or not least <= len(value) <= most or not value.isascii():
        raise ValueError(value)
    return value


def _amount_or_none(value: Any) -> Decimal | None:
    return None if value is None else _amount(value)


def _note(value: Any) -> str:
    return _text(value, TEXT_LENGTH)


# How each field of a body is read.
READ: dict[str, Callable[[Any], Any]] = {
    "symbol": lambda value: _text(value, SYMBOL_LENGTH, least=1),
    "side": {side.value: side for side in Side}.__getitem__,
    "order_type": {order_type.value: order_type for order_type in OrderType}.__getitem__,
    "time_in_force": {time_in_force.value: time_in_force for time_in_force in TimeInForce}.__getitem__,
    "quantity": _amount,
    "price": _amount_or_none,
    "stop_price": _amount_or_none,
    "text": _note,
    "client_order_id": _note,
}
