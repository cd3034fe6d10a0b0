"""Validation rules of an order, shared by page, REST, socket, admin and import. They raise `ValidationFailed`."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from market.values.decimals import TOO_LONG, fits
from market.values.text import refusal
from orders.domain.errors import ValidationFailed
from orders.domain.lifecycle import ZERO, OrderType, TimeInForce

if TYPE_CHECKING:
    from market.models import Instrument

TEXT_LENGTH = 255
BIGGEST_ID = 2**63 - 1
CLIENT_ORDER_ID = re.compile(r"[A-Za-z0-9\-_]{1,36}")
PRICED = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
STOPPED = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})
IMMEDIATE = frozenset({TimeInForce.IOC, TimeInForce.FOK})


class Problems:
    """Collects messages by field; `check()` raises them all at once."""

    def __init__(self) -> None:
        self._fields: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, field: str, message: str) -> None:
        self._fields[field].append(message)

    def check(self) -> None:
        if self._fields:
            fields = dict(self._fields)
            name, messages = next(iter(fields.items()))
            raise ValidationFailed(f"{name}: {messages[0]}", fields=fields)


def check_positive(problems: Problems, field: str, value: Decimal) -> bool:
    """Check that the value is positive and that every database stores it exactly; return whether it is."""
    if not fits(value):
        problems.add(field, TOO_LONG)
    elif value <= ZERO:
        problems.add(field, "Must be greater than 0.")
    else:
        return True
    return False


def check_amount(problems: Problems, field: str, value: Decimal, step: Decimal, step_name: str) -> None:
    """Check also that it is a multiple of the instrument's step. For requests only: a reported fill is a fact."""
    if check_positive(problems, field, value) and value % step != ZERO:
        problems.add(field, f"Must be a multiple of the {step_name} {step.normalize():f}.")


def check_text(problems: Problems, field: str, value: str, length: int = TEXT_LENGTH) -> None:
    """Check that the text is not too long and can't be misread (`market.values.text`)."""
    if len(value) > length:
        problems.add(field, f"At most {length} characters.")
    elif (why := refusal(value)) is not None:
        problems.add(field, why)


def check_client_order_id(problems: Problems, value: str) -> None:
    if not CLIENT_ORDER_ID.fullmatch(value):
        problems.add("client_order_id", "1 to 36 characters: A-Z, a-z, 0-9, - and _.")


def check_prices(
    problems: Problems,
    instrument: Instrument,
    order_type: OrderType,
    price: Decimal | None,
    stop_price: Decimal | None,
) -> None:
    """Require the prices that the order type needs, and refuse the others."""
    check_price(problems, instrument, order_type, "price", price)
    check_price(problems, instrument, order_type, "stop_price", stop_price)


def check_price(
    problems: Problems, instrument: Instrument, order_type: OrderType, field: str, value: Decimal | None
) -> None:
    """Check one of the two prices: required or refused by order type, and a multiple of the tick size."""
    needed = order_type in (PRICED if field == "price" else STOPPED)
    name = order_type.replace("_", " ")
    if needed and value is None:
        problems.add(field, f"Required for a {name} order.")
    elif not needed and value is not None:
        problems.add(field, f"Not allowed for a {name} order.")
    elif value is not None:
        check_amount(problems, field, value, instrument.tick_size, "tick size")


def check_time_in_force(problems: Problems, order_type: OrderType, time_in_force: TimeInForce) -> None:
    if order_type in STOPPED and time_in_force in IMMEDIATE:
        problems.add("time_in_force", f"A {order_type.replace('_', ' ')} order can't be {time_in_force.upper()}.")
