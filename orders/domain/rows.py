"""The one JSON shape of an order, and how its decimals and times are written."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

import orjson

from market.values.decimals import decimal_string
from orders.domain import lifecycle

Row = dict[str, Any]

# Fields that came with later releases, in their turn: a log that was begun before has events without them.
LATER = ("arrival_price",)
# In the text of an event it is there as a field and nowhere in a value, where quotes are escaped.
_NEWEST = f'"{LATER[-1]}":'

# Every save touches these; alone they are no change.
BOOKKEEPING = frozenset({"version", "updated_at"})
# By how much a change raises the version: by one for each event that tells of it. An order that is given away is
# `deleted` for one owner and `created` for the other.
RISE, RISE_GIVEN_AWAY = 1, 2


class Order(Protocol):
    """An order with its owner at hand, as far as it has a row."""

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
    """AvgPx with all its digits: SQLite keeps the column as a float, but the sum of the fills exactly."""
    if order.avg_price is None or not order.gross_trade_amount:
        return order.avg_price
    exact = lifecycle.avg_price(order.gross_trade_amount, order.cum_qty)
    return exact if exact is not None and float(exact) == float(order.avg_price) else order.avg_price


def order_row(order: Order) -> Row:
    """The order as every reader gets it: REST, events, log, export."""
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
    """What a person is shown of an order, even of one that was never saved, whose quantity may be anything."""
    quantity: object = order.quantity
    shown = decimal_string(quantity) if isinstance(quantity, Decimal) else quantity
    return f"{order.side} {shown} {order.symbol_id} ({order.pk or order.client_order_id})"


def changes(before: Row, after: Row) -> dict[str, list[Any]]:
    """`{field: [old, new]}` of what differs, bookkeeping left out."""
    return {
        field: [before[field], value]
        for field, value in after.items()
        if field not in BOOKKEEPING and before[field] != value
    }


def completed(body: str) -> str:
    """The text of an event as of this release: what was not kept of an order when it was logged is null."""
    if _NEWEST in body:
        return body
    event = orjson.loads(body)
    event["order"] |= {field: None for field in LATER if field not in event["order"]}
    return orjson.dumps(event).decode()
