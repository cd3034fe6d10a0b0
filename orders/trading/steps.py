"""One legal step of an order, and what a step that brings it to the market notes."""

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
    """A step that moves no quantities; a reason, where one is given, becomes the order's text."""
    before = copy.copy(order)
    leads_to = transition(order, step, order.quantity, order.cum_qty)
    order.status = leads_to.status
    if text is not None:
        order.text = text
    names = ["status", "text", *note_arrival(before, order)]
    order.save(update_fields=names, before=before, kind=leads_to.kind)


def note_arrival(before: Order, order: Order) -> list[str]:
    """Gives an order that has just come to the market the price it met there; the names of the fields this set.

    Once: whatever becomes of the order, it is judged by that price. Recorded flow has met another day's.
    """
    if before.status != Status.PENDING_NEW or order.status not in ARRIVED or order.is_import:
        return []
    order.arrival_price = arrival.price(str(order.symbol_id))
    return ["arrival_price"]
