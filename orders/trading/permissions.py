"""Who may see, watch, change and execute which orders: everyone their own, the desk and the broker see everyone's."""

from __future__ import annotations

from django.contrib.auth.models import User

from orders.domain.errors import Forbidden, NotFound, OrderError
from orders.models import Order

MISSING = "There is no such order."


def can_watch(user: User) -> bool:
    """Whether this person finds everyone's orders: the desk and the broker do."""
    return user.has_perm("orders.watch_all_orders") or user.has_perm("orders.execute_order")


def can_execute(user: User) -> bool:
    return user.has_perm("orders.execute_order")


def visible(user: User, order_id: int) -> Order:
    """The order, if this person may see it; nothing is locked. Raises NotFound, for foreign ones as for none.

    Permissions are asked for only where it is not their own.
    """
    found = Order.objects.by_id([order_id], owner=user)
    if not found and can_watch(user):
        found = Order.objects.by_id([order_id])
    if not found:
        raise NotFound(MISSING)
    return found[0]


def check_may_change(user: User, order_id: int) -> None:
    """Raises NotFound, or Forbidden where they only watch it."""
    if visible(user, order_id).user_id != user.pk:
        raise missing(user, order_id)


def check_may_execute(user: User, order_id: int) -> None:
    """Raises Forbidden for anyone but a broker, and NotFound where they do not even see the order."""
    if not can_execute(user):
        visible(user, order_id)
        raise Forbidden("Only a broker may report executions.")


def missing(user: User, order_id: int | str) -> OrderError:
    """What is said of an order that is not among one's own: Forbidden where one only watches it, else NotFound."""
    if isinstance(order_id, int) and can_watch(user) and Order.objects.by_id([order_id]):
        return Forbidden("This is somebody else's order.")
    return NotFound(MISSING)
