"""Row locks on orders until the commit of a change, and checks that the orders are as the client expects."""

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

# Fields that no step of an order's lifecycle changes.
LASTING = frozenset({"id", "client_order_id", "user", "symbol", "side", "order_type", "time_in_force", "created_at"})
NOTHING: Mapping[str, Any] = MappingProxyType({})
OTHERWISE = "Doesn't match the order."


def lock(order_id: int) -> Order | None:
    """Lock any user's order, for callers that may change all orders; None if it doesn't exist."""
    return next(iter(Order.objects.by_id([order_id], lock=True)), None)


def locked(user: User, order_id: int | str, *, owner: bool) -> Order:
    """Lock the order, if this user may change it: with `owner` it must be their own. Raises NotFound or Forbidden.

    A user's own order may be named by its client_order_id. The locking query filters by owner: another user's order
    costs as much as a missing one, and can't be locked.
    """
    ids: Iterable[int] = [order_id] if isinstance(order_id, int) else _named(user, order_id)
    found = Order.objects.by_id(ids, lock=True, owner=user if owner else None)
    if not found:
        raise missing(user, order_id)
    return found[0]


def lock_all(user: User, order_ids: Iterable[int]) -> list[Order]:
    """Lock those of these orders that are the user's own; their owners and instruments are loaded."""
    orders = Order.objects.by_id(order_ids, lock=True, owner=user)
    instruments = Instrument.objects.in_bulk({order.symbol_id for order in orders}, field_name="symbol")
    for order in orders:
        order.symbol = instruments[order.symbol_id]
    return orders


def expect(order: Order, version: int | None, told: Mapping[str, Any] = NOTHING, message: str = OTHERWISE) -> None:
    """Raise VersionConflict if the order is at another version, ValidationFailed if a field differs from `told`.

    At another version only the fields that never change are compared first: for all others the conflict says more.
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
