"""Legal steps of an order, and the arrival price that is noted when a step brings it to the market."""

from __future__ import annotations

import copy
from decimal import Decimal

from market.live import arrival
from orders.domain import lifecycle, rows
from orders.domain.errors import InvalidTransition
from orders.domain.lifecycle import Status, Step
from orders.models import Order

ARRIVED = frozenset({Status.NEW, Status.PARTIALLY_FILLED, Status.FILLED})


def transition(order: Order, step: Step, quantity: Decimal, cum_qty: Decimal) -> lifecycle.Transition:
    try:
        return lifecycle.step(lifecycle.Status(order.status), step, quantity, cum_qty)
    except lifecycle.IllegalStep as illegal:
        raise InvalidTransition(str(illegal), current=rows.order_row(order)) from illegal


def take_step(order: Order, step: Step, text: str | None) -> None:
    """Take a step that changes no quantities; a reason, if given, becomes the order's text."""
    before = copy.copy(order)
    leads_to = transition(order, step, order.quantity, order.cum_qty)
    order.status = leads_to.status
    if text is not None:
        order.text = text
    names = ["status", "text", *note_arrival(before, order)]
    order.save(update_fields=names, before=before, kind=leads_to.kind)


def note_arrival(before: Order, order: Order) -> list[str]:
    """Set the arrival price of an order that has just reached the market; return the names of the fields set.

    Set once: the order is measured by that price, whatever happens to it later. Imported orders get none, since they
    met another day's market.
    """
    if before.status != Status.PENDING_NEW or order.status not in ARRIVED or order.is_import:
        return []
    order.arrival_price = arrival.price(str(order.symbol_id))
    return ["arrival_price"]
