"""Who may see, watch and change which orders."""

from __future__ import annotations

from django.contrib.auth.models import User

from orders.domain.errors import Forbidden, NotFound, OrderError
from orders.models import Order


def can_watch(user: User) -> bool:
    """Whether this person finds everyone's orders: the desk and the broker do."""
    return user.has_perm("orders.watch_all_orders") or user.has_perm("orders.execute_order")


def can_execute(user: User) -> bool:
    return user.has_perm("orders.execute_order")


def check_may_execute(user: User) -> None:
    """Raises Forbidden for anyone but a broker."""
    if not can_execute(user):
        raise Forbidden("Only a broker may report executions.")


def is_visible(user: User, order_id: int) -> bool:
    """Whether this order is there for this person. Nothing is locked for the answer."""
    orders = Order.objects.all() if can_watch(user) else Order.objects.for_trader(user, by_id=True)
    return orders.filter(pk=order_id).exists()


def missing(user: User, order_id: int) -> OrderError:
    """What is said of an order that is not among one's own: Forbidden where one only watches it, else NotFound."""
    if can_watch(user) and is_visible(user, order_id):
        return Forbidden("This is somebody else's order.")
    return NotFound("There is no such order.")
