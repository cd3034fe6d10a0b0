"""The one JSON shape of an order, and how its decimals and times are written."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

import orjson

from market.values.decimals import decimal_string
from orders.domain import lifecycle

Row = dict[str, Any]

# Fields added by later releases, oldest first: a log that began earlier has events without them.
LATER = ("arrival_price",)
# Finds the newest field in an event's text. It can't match inside a value, where quotes are escaped.
_NEWEST = f'"{LATER[-1]}":'

# Every save changes these; a change of these alone counts as none.
BOOKKEEPING = frozenset({"version", "updated_at"})
# How much a change raises the version: by one for each event that records it. An order given to another owner is
# `deleted` for one owner and `created` for the other.
RISE, RISE_GIVEN_AWAY = 1, 2


class Order(Protocol):
    """The attributes of an order, its owner included, that its row is built from."""

    pk: Any
    user: Any
    symbol_id: Any
    client_order_id: str
    side: str
    order_type: str
    time_in_force: str
    quantity: Decimal
    price: Decimal | None
    stop_price: Decimal | None
    status: str
    cum_qty: Decimal
    avg_price: Decimal | None
    gross_trade_amount: Decimal
    text: str
    version: int
    created_at: datetime
    updated_at: datetime
    arrival_price: Decimal | None


def timestamp(value: datetime) -> str:
    """RFC 3339 in UTC with six fraction digits and `Z`."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def average_price(order: Order) -> Decimal | None:
    """AvgPx with all its digits: SQLite stores the column as a float, but the sum of the fills exactly."""
    if order.avg_price is None or not order.gross_trade_amount:
        return order.avg_price
    exact = lifecycle.avg_price(order.gross_trade_amount, order.cum_qty)
    return exact if exact is not None and float(exact) == float(order.avg_price) else order.avg_price


def order_row(order: Order) -> Row:
    """The order's JSON row, the same for every reader: REST, events, log, export."""
    status = lifecycle.Status(order.status)
    avg_price = average_price(order)
    return {
        "id": order.pk,
        "client_order_id": order.client_order_id,
        "user": order.user.get_username(),
        "symbol": order.symbol_id,
        "side": str(order.side),
        "order_type": str(order.order_type),
        "time_in_force": str(order.time_in_force),
        "quantity": decimal_string(order.quantity),
        "price": None if order.price is None else decimal_string(order.price),
        "stop_price": None if order.stop_price is None else decimal_string(order.stop_price),
        "status": str(status),
        "cum_qty": decimal_string(order.cum_qty),
        "leaves_qty": decimal_string(lifecycle.leaves_qty(status, order.quantity, order.cum_qty)),
        "avg_price": None if avg_price is None else decimal_string(avg_price),
        "text": order.text,
        "version": order.version,
        "created_at": timestamp(order.created_at),
        "updated_at": timestamp(order.updated_at),
        "arrival_price": None if order.arrival_price is None else decimal_string(order.arrival_price),
    }


def words(order: Order) -> str:
    """A short description of an order for people; also of an unsaved one, whose quantity may be any value."""
    quantity: object = order.quantity
    shown = decimal_string(quantity) if isinstance(quantity, Decimal) else quantity
    return f"{order.side} {shown} {order.symbol_id} ({order.pk or order.client_order_id})"


def changes(before: Row, after: Row) -> dict[str, list[Any]]:
    """`{field: [old, new]}` of every field that differs, without `version` and `updated_at`."""
    return {
        field: [before[field], value]
        for field, value in after.items()
        if field not in BOOKKEEPING and before[field] != value
    }


def completed(body: str) -> str:
    """An event's text in this release's shape: order fields that did not exist when it was logged are null."""
    if _NEWEST in body:
        return body
    event = orjson.loads(body)
    event["order"] |= {field: None for field in LATER if field not in event["order"]}
    return orjson.dumps(event).decode()
