"""The fields of an order's JSON row; schema, exports, filters, sorts and the page all use this list.

`rows.order_row` writes the values in the same order. Other database columns are not exposed to any client.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orders.domain.lifecycle import OrderType, Side, Status, TimeInForce


class Value(StrEnum):
    """The type of a field's value."""

    WHOLE = "whole"  # a number in JSON
    AMOUNT = "amount"  # a decimal, text in JSON
    TIME = "time"  # RFC 3339
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the row. `title` is the heading of its column, `digits` the column's minimum width in digits.

    `column` is Django's lookup path from an order. `is_written`: users may have entered any text in it.
    `is_later`: added by a later release, so that events of older logs lack it.
    """

    name: str
    value: Value
    title: str
    digits: float
    column: str = ""
    choices: type[StrEnum] | None = None
    is_nullable: bool = False
    is_written: bool = False
    is_sorted: bool = True
    is_later: bool = False


FIELDS = (
    Field("id", Value.WHOLE, "Order", 7),
    Field("client_order_id", Value.TEXT, "Client ID", 13, is_written=True),
    Field("user", Value.TEXT, "Owner", 8, column="user__username", is_written=True),
    Field("symbol", Value.TEXT, "Symbol", 8, column="symbol_id", is_written=True),
    Field("side", Value.CHOICE, "Side", 5, choices=Side),
    Field("order_type", Value.CHOICE, "Type", 8, choices=OrderType),
    Field("time_in_force", Value.CHOICE, "TIF", 4, choices=TimeInForce),
    Field("quantity", Value.AMOUNT, "Quantity", 8),
    Field("price", Value.AMOUNT, "Price", 9, is_nullable=True),
    Field("stop_price", Value.AMOUNT, "Stop", 9, is_nullable=True),
    Field("status", Value.CHOICE, "Status", 15.5, choices=Status),
    Field("cum_qty", Value.AMOUNT, "Filled", 8),
    Field("leaves_qty", Value.AMOUNT, "Leaves", 8),
    Field("avg_price", Value.AMOUNT, "Average", 10, is_nullable=True),
    Field("text", Value.TEXT, "Note", 18, is_written=True),
    Field("version", Value.WHOLE, "Version", 7),
    Field("created_at", Value.TIME, "Time", 8),
    Field("updated_at", Value.TIME, "Changed", 8),
    Field("arrival_price", Value.AMOUNT, "Arrival", 9, is_nullable=True, is_sorted=False, is_later=True),
)
# The table's columns, in display order.
COLUMNS = (
    *("created_at", "symbol", "side", "order_type", "quantity", "cum_qty", "leaves_qty", "price", "stop_price"),
    *("avg_price", "status", "time_in_force", "client_order_id", "text", "id", "user", "version", "updated_at"),
    "arrival_price",
)

NAMES = tuple(field.name for field in FIELDS)
LATER = tuple(field.name for field in FIELDS if field.is_later)
# A column of the table that is no field: the forecast, by which a table can be sorted, too.
TOUCH = "touch"
# Django's lookup path of each sortable field.
SORTS = {field.name: field.column or field.name for field in FIELDS if field.is_sorted}
NULLABLE = frozenset(field.name for field in FIELDS if field.is_nullable)
WRITTEN = frozenset(field.name for field in FIELDS if field.is_written)


def of(value: Value) -> frozenset[str]:
    """The names of the fields with this type of value."""
    return frozenset(field.name for field in FIELDS if field.value is value)


WHOLE_NUMBERS = of(Value.WHOLE)
AMOUNTS = of(Value.AMOUNT)
TIMES = of(Value.TIME)
