"""The limits a desk may switch on by settings: notional of an order, open orders of a person. None is on by default."""

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
    """Raises ValidationFailed where quantity times price is above ORDERS_MAX_NOTIONAL; a market order has no price."""
    most = settings.ORDERS_MAX_NOTIONAL
    if most is not None and price is not None and quantity * price > most:
        message = f"The notional {quantity * price:f} is above the limit of {most:f}."
        raise ValidationFailed(message, fields={"quantity": [message]})


def room(user: User) -> int | None:
    """How many more orders this user may have open now; None for any number."""
    most = settings.ORDERS_MAX_OPEN
    return None if most is None else most - Order.objects.for_trader(user).working().count()


def check_open(left: int | None) -> None:
    """Raises ValidationFailed where there is no room for another open order."""
    if left is not None and left <= 0:
        raise ValidationFailed(f"You may have {settings.ORDERS_MAX_OPEN} open orders at most.")


def check_open_at_commit(user: User) -> None:
    """Has the transaction fail if by its commit the user has more open orders than they may.

    Others place at the same time, and wait for nobody before they commit.
    """
    if settings.ORDERS_MAX_OPEN is not None:
        transaction.on_commit(_AtCommit(user))


def _check_again(connection: BaseDatabaseWrapper, placed: Sequence[_AtCommit]) -> None:
    """Of those who place for the same owner, each has the others' orders counted: it holds the owner's log by now."""
    for user in {each.user for each in placed}:
        left = room(user)
        check_open(None if left is None else left + 1)


@dataclass(frozen=True)
class _AtCommit:
    """A commit hook (webapp.db) that has nothing left to do once it is committed."""

    before_commit = staticmethod(_check_again)
    user: User

    def __call__(self) -> None:
        pass
