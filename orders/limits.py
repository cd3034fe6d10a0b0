"""The limits a desk may switch on by settings: notional of an order, open orders of a person. None is on by default."""

from __future__ import annotations

import time
from collections import deque
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import User

from orders.errors import ValidationFailed
from orders.models import Order


def check_notional(quantity: Decimal, price: Decimal | None) -> None:
    """Raises ValidationFailed where quantity times price is above ORDERS_MAX_NOTIONAL; a market order has no price."""
    most = settings.ORDERS_MAX_NOTIONAL
    if most is not None and price is not None and quantity * price > most:
        message = f"The notional {quantity * price:f} is above the limit of {most:f}."
        raise ValidationFailed(message, fields={"quantity": [message]})


def check(user: User, quantity: Decimal, price: Decimal | None, *, more: int = 0) -> None:
    """Both limits, for a new order of this user, who is about to place so many `more`."""
    check_notional(quantity, price)
    most = settings.ORDERS_MAX_OPEN
    if most is not None and Order.objects.for_trader(user).working().count() + more >= most:
        raise ValidationFailed(f"You have {most} open orders, which is the limit.")


class MessageRate:
    """Allows ORDERS_MESSAGES_PER_MINUTE of a socket's frames, `received` and `ping` aside; None allows all."""

    def __init__(self) -> None:
        self._most: int | None = settings.ORDERS_MESSAGES_PER_MINUTE
        self._times: deque[float] = deque()

    def allows(self) -> bool:
        if self._most is None:
            return True
        now = time.monotonic()
        while self._times and now - self._times[0] > 60:
            self._times.popleft()
        self._times.append(now)
        return len(self._times) <= self._most
