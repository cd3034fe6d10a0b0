"""What a valid order is: the checks that page, REST, socket, admin and import share. Raises `ValidationFailed`."""

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


def check_positive(problems: Problems, field: str, value: Decimal) -> bool:
    """A positive number that every store keeps exactly; whether it is one."""
    if not fits(value):
        problems.add(field, TOO_LONG)
    elif value <= ZERO:
        problems.add(field, "Must be greater than 0.")
    else:
        return True
    return False


def check_amount(problems: Problems, field: str, value: Decimal, step: Decimal, step_name: str) -> None:
    """The same in whole steps of the instrument, which bind what is newly asked for: what was done is a fact."""
    if check_positive(problems, field, value) and value % step != ZERO:
        problems.add(field, f"Must be a multiple of the {step_name} {step.normalize():f}.")


def check_text(problems: Problems, field: str, value: str, length: int = TEXT_LENGTH) -> None:
    """Text that is not too long and that nobody can misread (`market.values.text`)."""
    if len(value) > length:
        problems.add(field, f"At most {length} characters.")
    elif (why := refusal(value)) is not None:
        problems.add(field, why)


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
    check_price(problems, instrument, order_type, "price", price)
    check_price(problems, instrument, order_type, "stop_price", stop_price)


def check_price(
    problems: Problems, instrument: Instrument, order_type: OrderType, field: str, value: Decimal | None
) -> None:
    """One of the two: there where the order's type needs it, in whole ticks."""
    needed = order_type in (PRICED if field == "price" else STOPPED)
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
