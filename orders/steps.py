"""Taking an order for a change: locked, at the version that was expected, one legal step further. And who may."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from decimal import Decimal

from django.contrib.auth.models import User

from market import arrival
from market.models import Instrument
from orders import lifecycle, rows
from orders.errors import Forbidden, InvalidTransition, NotFound, OrderError, VersionConflict
from orders.lifecycle import Status, Step
from orders.models import Change, Order

ARRIVED = frozenset({Status.NEW, Status.PARTIALLY_FILLED, Status.FILLED})


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


def missing(user: User, order_id: int) -> OrderError:
    """What is said of an order that is not among one's own: Forbidden where one only watches it, else NotFound."""
    if can_watch(user) and is_visible(user, order_id):
        return Forbidden("This is somebody else's order.")
    return NotFound("There is no such order.")


def expect(order: Order, version: int) -> None:
    if order.version != version:
        raise VersionConflict(
            f"The order has changed: it is at version {order.version}, not {version}.", current=rows.order_row(order)
        )


def transition(order: Order, step: Step, quantity: Decimal, cum_qty: Decimal) -> lifecycle.Transition:
    try:
        return lifecycle.step(lifecycle.Status(order.status), step, quantity, cum_qty)
    except lifecycle.IllegalStep as illegal:
        raise InvalidTransition(str(illegal), current=rows.order_row(order)) from illegal


def take_step(order: Order, step: Step, text: str | None) -> None:
    """A step that moves no quantities; a reason, where one is given, becomes the order's text."""
    before = copy.copy(order)
    leads_to = transition(order, step, order.quantity, order.cum_qty)
    order.status = leads_to.status
    if text is not None:
        order.text = text
    names = ["status", "text", *note_arrival(before, order)]
    order.save(update_fields=names, change=Change(before, leads_to.kind))


def note_arrival(before: Order, order: Order) -> list[str]:
    """Gives an order that has just come to the market the price it met there; the names of the fields this set.

    Once: whatever becomes of the order, it is judged by that price. Recorded flow has met another day's.
    """
    if before.status != Status.PENDING_NEW or order.status not in ARRIVED or order.is_import:
        return []
    order.arrival_price = arrival.price(str(order.symbol_id))
    return ["arrival_price"]
