"""Permissions to see, watch, change and execute orders: users their own; the desk and the broker see everyone's."""

from __future__ import annotations

from django.contrib.auth.models import User

from orders.domain.errors import Forbidden, NotFound, OrderError
from orders.models import Order

MISSING = "There is no such order."


def can_watch(user: User) -> bool:
    """Whether this user may see everyone's orders: the desk and the broker may."""
    return user.has_perm("orders.watch_all_orders") or user.has_perm("orders.execute_order")


def can_execute(user: User) -> bool:
    return user.has_perm("orders.execute_order")


def visible(user: User, order_id: int) -> Order:
    """The order, not locked, if this user may see it. Raises NotFound, for other users' orders as for missing ones.

    Permissions are queried only if the order is not the user's own.
    """
    found = Order.objects.by_id([order_id], owner=user)
    if not found and can_watch(user):
        found = Order.objects.by_id([order_id])
    if not found:
        raise NotFound(MISSING)
    return found[0]


def check_may_change(user: User, order_id: int) -> None:
    """Raise NotFound, or Forbidden if the user may only watch the order."""
    if visible(user, order_id).user_id != user.pk:
        raise missing(user, order_id)


def check_may_execute(user: User, order_id: int) -> None:
    """Raise Forbidden for any user but a broker, and NotFound if they may not even see the order."""
    if not can_execute(user):
        visible(user, order_id)
        raise Forbidden("Only a broker may report executions.")


def missing(user: User, order_id: int | str) -> OrderError:
    """The error for an order that is not the user's own: Forbidden if they may watch it, else NotFound."""
    if isinstance(order_id, int) and can_watch(user) and Order.objects.by_id([order_id]):
        return Forbidden("This order belongs to another user.")
    return NotFound(MISSING)
