"""Cancelling orders: at once if the broker has not accepted the order yet, else by a request to the broker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from orders.domain.lifecycle import Step
from orders.models import Order
from orders.trading.locking import NOTHING, expect, locked
from orders.trading.steps import take_step


def cancel(
    user: User,
    order_id: int | str,
    expected_version: int | None = None,
    *,
    owner: bool = True,
    told: Mapping[str, Any] = NOTHING,
) -> Order:
    """Cancel an order that the broker has not accepted yet, or ask the broker to cancel a working one.

    `order_id`, `owner` and `told` mean the same as in `amend`.
    """
    with transaction.atomic():
        order = locked(user, order_id, owner=owner)
        expect(order, expected_version, told)
        take_step(order, Step.REQUEST_CANCEL, text=None)
    return order
