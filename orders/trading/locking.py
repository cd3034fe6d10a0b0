"""Takes orders for a change: locked until the commit, and as the sender takes them to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django.contrib.auth.models import User

from market.models import Instrument
from orders.domain import rows, rules
from orders.domain.errors import ValidationFailed, VersionConflict
from orders.models import Order
from orders.trading.permissions import missing

# What no step of an order's life changes.
LASTING = frozenset({"id", "client_order_id", "user", "symbol", "side", "order_type", "time_in_force", "created_at"})
NOTHING: Mapping[str, Any] = MappingProxyType({})
OTHERWISE = "The order that is named says otherwise."


def lock(order_id: int) -> Order | None:
    """Anybody's order, for those who may change it whose ever it is."""
    return next(iter(Order.objects.by_id([order_id], lock=True)), None)


def locked(user: User, order_id: int | str, *, owner: bool) -> Order:
    """The order, if this person may change it: with `owner` it must be theirs. Raises NotFound, or Forbidden.

    One's own may be named by its client_order_id. The query that locks asks for the owner: a foreign order costs what
    none does, and nobody holds one.
    """
    ids: Iterable[int] = [order_id] if isinstance(order_id, int) else _named(user, order_id)
    found = Order.objects.by_id(ids, lock=True, owner=user if owner else None)
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


def expect(order: Order, version: int | None, told: Mapping[str, Any] = NOTHING, message: str = OTHERWISE) -> None:
    """Raises VersionConflict where the order is at another version, ValidationFailed where it is not as it is `told`.

    Of an order that has moved on only what never changes counts before: the conflict says more of the rest.
    """
    row = rows.order_row(order) if told else {}
    has_moved = version not in (None, order.version)
    fields = LASTING if has_moved else row.keys()
    wrong = {name: [message] for name, value in told.items() if name in fields and value != row[name]}
    if wrong:
        raise ValidationFailed(f"{next(iter(wrong))}: {message}", fields=wrong)
    if has_moved:
        raise VersionConflict(
            f"The order has changed: it is at version {order.version}, not {version}.", current=rows.order_row(order)
        )


def _named(user: User, client_order_id: str) -> Iterable[int]:
    if not rules.CLIENT_ORDER_ID.fullmatch(client_order_id):
        return []
    return Order.objects.for_trader(user).filter(client_order_id=client_order_id).values_list("pk", flat=True)
