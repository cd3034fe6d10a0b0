"""The rules of placing, amending, cancelling and executing orders: page, REST, socket, admin and import come here.

Each service is one transaction that locks the order, checks the step against `lifecycle` and saves; the save itself is
what the event log hears. Refusals are `orders.errors`.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from orders import limits, rows, rules
from orders.executing import EXEC_ID_LENGTH, Executed, Report, execute
from orders.lifecycle import OrderType, Step
from orders.models import Change, Order
from orders.placing import NewOrder, Placed, in_list, place, place_many
from orders.steps import can_execute, can_watch, check_may_execute, expect, locked, take_step, transition

__all__ = [
    "AMENDABLE",
    "EXEC_ID_LENGTH",
    "Executed",
    "NewOrder",
    "Placed",
    "Report",
    "amend",
    "can_execute",
    "can_watch",
    "cancel",
    "check_may_execute",
    "execute",
    "in_list",
    "place",
    "place_many",
]

AMENDABLE = frozenset({"quantity", "price", "stop_price", "text"})


def amend(user: User, order_id: int, expected_version: int, changes: Mapping[str, Any], *, owner: bool = True) -> Order:
    """Amends quantity, price, stop_price or text of one's own order; None of a field means no value.

    `owner=False` lets an administrator or an import amend anybody's. Raises NotFound, Forbidden, VersionConflict,
    InvalidTransition, ValidationFailed.
    """
    with transaction.atomic():
        order = locked(user, order_id, owner=owner)
        expect(order, expected_version)
        before = copy.copy(order)
        transition(order, Step.AMEND, order.quantity, order.cum_qty)
        for name in AMENDABLE & changes.keys():
            setattr(order, name, changes[name])
        _check_amended(order)
        leads_to = transition(order, Step.AMEND, order.quantity, order.cum_qty)
        order.status = leads_to.status
        order.save(update_fields=[*AMENDABLE, "status"], change=Change(before, leads_to.kind))
    return order


def cancel(user: User, order_id: int, expected_version: int | None = None, *, owner: bool = True) -> Order:
    """Cancels an order the broker has not accepted yet, or asks the broker to cancel a working one."""
    with transaction.atomic():
        order = locked(user, order_id, owner=owner)
        if expected_version is not None:
            expect(order, expected_version)
        take_step(order, Step.REQUEST_CANCEL, text=None)
    return order


def _check_amended(order: Order) -> None:
    problems = rules.Problems()
    rules.check_amount(problems, "quantity", order.quantity, order.symbol.lot_size, "lot size")
    if order.quantity.is_finite() and order.quantity < order.cum_qty:
        problems.add("quantity", f"Not below the {rows.decimal_string(order.cum_qty)} filled already.")
    rules.check_prices(problems, order.symbol, OrderType(order.order_type), order.price, order.stop_price)
    rules.check_text(problems, "text", order.text)
    problems.check()
    limits.check_notional(order.quantity, order.price or order.stop_price)
