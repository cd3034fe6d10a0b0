"""Takes orders for a change: locked until the commit, and at the version that was expected."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import User

from market.models import Instrument
from orders.domain import rows
from orders.domain.errors import VersionConflict
from orders.models import Order
from orders.trading.permissions import missing


def lock(order_id: int) -> Order | None:
    """Anybody's order, for those who may change it whose ever it is."""
    return next(iter(Order.objects.by_id([order_id], lock=True)), None)


def locked(user: User, order_id: int, *, owner: bool) -> Order:
    """The order, if this person may change it: with `owner` it must be theirs. Raises NotFound, or Forbidden.

    The query that locks asks for the owner: a foreign order costs what none does, and nobody holds one.
    """
    found = Order.objects.by_id([order_id], lock=True, owner=user if owner else None)
    if not found:
        raise missing(user, order_id)
    return found[0]


def lock_all(user: User, order_ids: Iterable[int]) -> list[Order]:
    """Those of these orders that are this person's, with owners and instruments at hand."""
    orders = Order.objects.by_id(order_ids, lock=True, owner=user)
    instruments = Instrument.objects.in_bulk({order.symbol_id for order in orders}, field_name="symbol")
    for order in orders:
        order.symbol = instruments[order.symbol_id]
    return orders


def expect(order: Order, version: int) -> None:
    if order.version != version:
        raise VersionConflict(
            f"The order has changed: it is at version {order.version}, not {version}.", current=rows.order_row(order)
        )
