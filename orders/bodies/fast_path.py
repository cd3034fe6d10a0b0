"""Fast path for ordinary order bodies: it parses a list of a thousand orders in a tenth of a serializer's time.

Anything unusual falls back to the serializer, which gives the same result for what is parsed here and produces all
error messages.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from market.values import decimals
from orders.domain.lifecycle import OrderType, Side, TimeInForce
from orders.domain.rules import TEXT_LENGTH
from orders.trading import NewOrder

SYMBOL_LENGTH = 20
AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,8})?")
SIDES = {side.value: side for side in Side}
ORDER_TYPES = {order_type.value: order_type for order_type in OrderType}
TIMES_IN_FORCE = {time_in_force.value: time_in_force for time_in_force in TimeInForce}
KNOWN = frozenset(
    {
        *("symbol", "side", "order_type", "time_in_force", "quantity", "price", "stop_price"),
        *("text", "client_order_id", "user"),
    }
)


def new_order(body: Any) -> NewOrder | None:
    """The order in this body; None where the serializer has to parse it."""
    if type(body) is not dict or not body.keys() <= KNOWN:
        return None
    try:
        return NewOrder(
            symbol=_text(body["symbol"], SYMBOL_LENGTH, least=1),
            side=SIDES[body["side"]],
            order_type=ORDER_TYPES[body.get("order_type", OrderType.LIMIT.value)],
            time_in_force=TIMES_IN_FORCE[body.get("time_in_force", TimeInForce.DAY.value)],
            quantity=_amount(body["quantity"]),
            price=None if (price := body.get("price")) is None else _amount(price),
            stop_price=None if (stop_price := body.get("stop_price")) is None else _amount(stop_price),
            text=_text(body.get("text"), TEXT_LENGTH),
            client_order_id=_text(body.get("client_order_id"), TEXT_LENGTH),
        )
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
