"""Limits that settings can turn on: an order's notional and a user's open orders. None is on by default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from orders.domain.errors import ValidationFailed
from orders.models import Order


def check_notional(quantity: Decimal, price: Decimal | None) -> None:
    """Raise ValidationFailed if quantity times price is above ORDERS_MAX_NOTIONAL; a market order has no price."""
    most = settings.ORDERS_MAX_NOTIONAL
    if most is not None and price is not None and quantity * price > most:
        message = f"The notional {quantity * price:f} is above the limit of {most:f}."
        raise ValidationFailed(message, fields={"quantity": [message]})


def room(user: User) -> int | None:
    """The number of orders that this user may still open now; None without a limit."""
    most = settings.ORDERS_MAX_OPEN
    return None if most is None else most - Order.objects.for_trader(user).working().count()


def check_open(left: int | None) -> None:
    """Raise ValidationFailed if there is no room for another open order."""
    if left is not None and left <= 0:
        raise ValidationFailed(f"You may have {settings.ORDERS_MAX_OPEN} open orders at most.")


def check_open_at_commit(user: User) -> None:
    """Make the transaction fail if at its commit the user has more open orders than allowed.

    Concurrent transactions may place orders too, and don't wait for each other before they commit.
    """
    if settings.ORDERS_MAX_OPEN is not None:
        transaction.on_commit(_AtCommit(user))


def _check_again(connection: BaseDatabaseWrapper, placed: Sequence[_AtCommit]) -> None:
    """Count again, with the orders of concurrent transactions: this one holds the lock of the owner's log by now."""
    for user in {each.user for each in placed}:
        left = room(user)
        check_open(None if left is None else left + 1)


@dataclass(frozen=True)
class _AtCommit:
    """A hook before the commit (webapp.db); after the commit there is nothing left to do."""

    before_commit = staticmethod(_check_again)
    user: User

    def __call__(self) -> None:
        pass
