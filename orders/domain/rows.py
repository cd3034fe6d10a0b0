"""The one JSON shape of an order, and how its decimals and times are written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Protocol

import orjson

from market.values.decimals import decimal_string
from orders.domain import lifecycle
from orders.domain.fields import FIELDS, LATER, Value

Row = dict[str, Any]

# Finds the newest field in an event's text. It can't match inside a value, where quotes are escaped.
_NEWEST = f'"{LATER[-1]}":'

# Every save changes these; a change of these alone counts as none.
BOOKKEEPING = frozenset({"version", "updated_at"})
# How much a change raises the version: by one for each event that records it. An order given to another owner is
# `deleted` for one owner and `created` for the other.
RISE, RISE_GIVEN_AWAY = 1, 2


class Order(Protocol):
    """The attributes of an order, its owner included, that its row is computed from; other fields are copied."""

    pk: Any
    user: Any
    symbol_id: Any
    client_order_id: str
    side: str
    quantity: Decimal
    status: str
    cum_qty: Decimal
    avg_price: Decimal | None
    gross_trade_amount: Decimal


def timestamp(value: datetime) -> str:
    """RFC 3339 in UTC with six fraction digits and `Z`."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def average_price(order: Order) -> Decimal | None:
    """AvgPx with all its digits: SQLite stores the column as a float, but the sum of the fills exactly."""
    if order.avg_price is None or not order.gross_trade_amount:
        return order.avg_price
    exact = lifecycle.avg_price(order.gross_trade_amount, order.cum_qty)
    return exact if exact is not None and float(exact) == float(order.avg_price) else order.avg_price


def remaining_quantity(order: Order) -> Decimal:
    """LeavesQty, also of an order that the database has not computed it for yet."""
    return lifecycle.leaves_qty(lifecycle.Status(order.status), order.quantity, order.cum_qty)


# How a field is read from an order, unless it is the attribute of its name; and how its value is written.
_READ: dict[str, Callable[[Any], Any]] = {
    "id": attrgetter("pk"),
    "user": lambda order: order.user.get_username(),
    "symbol": attrgetter("symbol_id"),
    "leaves_qty": remaining_quantity,
    "avg_price": average_price,
}
_WRITE: dict[Value, Callable[[Any], Any]] = {
    Value.AMOUNT: lambda amount: None if amount is None else decimal_string(amount),
    Value.TIME: timestamp,
    Value.CHOICE: str,
}
_CELLS = tuple(
    (field.name, _READ.get(field.name, attrgetter(field.name)), _WRITE.get(field.value, lambda value: value))
    for field in FIELDS
)


def order_row(order: Order) -> Row:
    """The order's JSON row, the same for every reader: REST, events, log, export. Its fields are `FIELDS`, in order."""
    return {name: write(read(order)) for name, read, write in _CELLS}


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
