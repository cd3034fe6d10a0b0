"""What a valid order is: the checks that page, REST, socket, admin and import share. Raises `ValidationFailed`."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from orders.errors import ValidationFailed
from orders.lifecycle import DECIMAL_PLACES, SIGNIFICANT_DIGITS, ZERO, OrderType, TimeInForce

if TYPE_CHECKING:
    from market.models import Instrument

TEXT_LENGTH = 255
CLIENT_ORDER_ID = re.compile(r"[A-Za-z0-9\-_]{1,36}")
PRICED = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
STOPPED = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})
IMMEDIATE = frozenset({TimeInForce.IOC, TimeInForce.FOK})
# Unicode's bidirectional controls: marks, embeddings, overrides and isolates reorder what a person reads.
BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Problems:
    """Collects messages a field; `check()` raises them all at once."""

    def __init__(self) -> None:
        self._fields: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, field: str, message: str) -> None:
        self._fields[field].append(message)

    def check(self) -> None:
        if self._fields:
            fields = dict(self._fields)
            name, messages = next(iter(fields.items()))
            raise ValidationFailed(f"{name}: {messages[0]}", fields=fields)


def fits(value: Decimal) -> bool:
    """At most 15 significant digits and 8 decimals, the precision that every store and client keeps exactly."""
    if not value.is_finite():
        return False
    digits = value.normalize().as_tuple()
    exponent = int(digits.exponent)
    places, whole = max(0, -exponent), max(0, len(digits.digits) + exponent)
    return places <= DECIMAL_PLACES and whole <= SIGNIFICANT_DIGITS and len(digits.digits) <= SIGNIFICANT_DIGITS


def check_amount(problems: Problems, field: str, value: Decimal, step: Decimal, step_name: str) -> None:
    """A positive number that every store keeps exactly, in whole steps of the instrument."""
    if not fits(value):
        problems.add(field, f"At most {SIGNIFICANT_DIGITS} significant digits and {DECIMAL_PLACES} decimals.")
    elif value <= ZERO:
        problems.add(field, "Must be greater than 0.")
    elif value % step != ZERO:
        problems.add(field, f"Must be a multiple of the {step_name} {step.normalize():f}.")


def check_text(problems: Problems, field: str, value: str, length: int = TEXT_LENGTH) -> None:
    """Readable text: no control characters, no bidirectional marks, no lone surrogates."""
    if len(value) > length:
        problems.add(field, f"At most {length} characters.")
    if any(unicodedata.category(char) in ("Cc", "Cs") or char in BIDIRECTIONAL for char in value):
        problems.add(field, "Control characters and bidirectional marks are not allowed.")


def check_client_order_id(problems: Problems, value: str) -> None:
    if not CLIENT_ORDER_ID.fullmatch(value):
        problems.add("client_order_id", "1 to 36 of A-Z, a-z, 0-9, - and _.")


def check_prices(
    problems: Problems,
    instrument: Instrument,
    order_type: OrderType,
    price: Decimal | None,
    stop_price: Decimal | None,
) -> None:
    """The prices that the order's type needs, and no others."""
    for field, value, needed in (
        ("price", price, order_type in PRICED),
        ("stop_price", stop_price, order_type in STOPPED),
    ):
        name = order_type.replace("_", " ")
        if needed and value is None:
            problems.add(field, f"A {name} order needs it.")
        elif not needed and value is not None:
            problems.add(field, f"A {name} order has none.")
        elif value is not None:
            check_amount(problems, field, value, instrument.tick_size, "tick size")


def check_time_in_force(problems: Problems, order_type: OrderType, time_in_force: TimeInForce) -> None:
    if order_type in STOPPED and time_in_force in IMMEDIATE:
        problems.add("time_in_force", f"A {order_type.replace('_', ' ')} order can't be {time_in_force.upper()}.")
