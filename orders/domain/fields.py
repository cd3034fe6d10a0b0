"""An order's fields as every reader is told of them: REST, schema, exports, filters and sorts take them from here.

`rows.order_row` writes their values, in the same turn. What the database has besides is nobody's to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from orders.domain.lifecycle import OrderType, Side, Status, TimeInForce


class Value(Enum):
    """What stands in a field."""

    WHOLE = auto()  # a number in JSON
    AMOUNT = auto()  # a decimal, text in JSON
    TIME = auto()  # RFC 3339
    CHOICE = auto()
    TEXT = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """`column` is Django's path to it from an order. `is_written`: people may have put any text there."""

    name: str
    value: Value
    column: str = ""
    choices: type[StrEnum] | None = None
    is_nullable: bool = False
    is_written: bool = False
    is_sorted: bool = True


FIELDS = (
    Field("id", Value.WHOLE),
    Field("client_order_id", Value.TEXT, is_written=True),
    Field("user", Value.TEXT, column="user__username", is_written=True),
    Field("symbol", Value.TEXT, column="symbol_id", is_written=True),
    Field("side", Value.CHOICE, choices=Side),
    Field("order_type", Value.CHOICE, choices=OrderType),
    Field("time_in_force", Value.CHOICE, choices=TimeInForce),
    Field("quantity", Value.AMOUNT),
    Field("price", Value.AMOUNT, is_nullable=True),
    Field("stop_price", Value.AMOUNT, is_nullable=True),
    Field("status", Value.CHOICE, choices=Status),
    Field("cum_qty", Value.AMOUNT),
    Field("leaves_qty", Value.AMOUNT),
    Field("avg_price", Value.AMOUNT, is_nullable=True),
    Field("text", Value.TEXT, is_written=True),
    Field("version", Value.WHOLE),
    Field("created_at", Value.TIME),
    Field("updated_at", Value.TIME),
    Field("arrival_price", Value.AMOUNT, is_nullable=True, is_sorted=False),
)

NAMES = tuple(field.name for field in FIELDS)
# Django's path to each that readers may sort by.
SORTS = {field.name: field.column or field.name for field in FIELDS if field.is_sorted}
NULLABLE = frozenset(field.name for field in FIELDS if field.is_nullable)
WRITTEN = frozenset(field.name for field in FIELDS if field.is_written)


def of(value: Value) -> frozenset[str]:
    """The names of the fields that have such values."""
    return frozenset(field.name for field in FIELDS if field.value is value)


WHOLE_NUMBERS = of(Value.WHOLE)
AMOUNTS = of(Value.AMOUNT)
TIMES = of(Value.TIME)
