"""The rules of placing, amending, cancelling and executing orders: page, REST, socket, admin and import come here.

Each service is one transaction that locks the order, checks the step against `lifecycle` and saves; the save itself is
what the event log hears. Refusals are `orders.errors`.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from orders.amending import AMENDABLE, Amend, amend, amend_many
from orders.errors import in_list
from orders.executing import EXEC_ID_LENGTH, Executed, Report, execute
from orders.lifecycle import Step
from orders.models import Order
from orders.placing import NewOrder, Placed, place, place_many
from orders.steps import can_execute, can_watch, check_may_execute, expect, locked, take_step

__all__ = [
    "AMENDABLE",
    "EXEC_ID_LENGTH",
    "Amend",
    "Executed",
    "NewOrder",
    "Placed",
    "Report",
    "amend",
    "amend_many",
    "can_execute",
    "can_watch",
    "cancel",
    "check_may_execute",
    "execute",
    "in_list",
    "place",
    "place_many",
]


def cancel(user: User, order_id: int, expected_version: int | None = None, *, owner: bool = True) -> Order:
    """Cancels an order the broker has not accepted yet, or asks the broker to cancel a working one."""
    with transaction.atomic():
        order = locked(user, order_id, owner=owner)
        if expected_version is not None:
            expect(order, expected_version)
        take_step(order, Step.REQUEST_CANCEL, text=None)
    return order
