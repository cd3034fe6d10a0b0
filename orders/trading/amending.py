"""Amending orders, one or a list: which fields may change, validated as when the order was placed."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from market.values.decimals import decimal_string
from orders.domain import rules
from orders.domain.errors import OrderError, ValidationFailed, in_list
from orders.domain.lifecycle import ZERO, Kind, OrderType, Step
from orders.models import Change, Order
from orders.trading import bulk, limits
from orders.trading.locking import NOTHING, expect, lock_all, locked
from orders.trading.permissions import missing
from orders.trading.steps import transition

AMENDABLE = frozenset({"quantity", "price", "stop_price", "text"})
FIXED = "This field can't be amended."
_WRITTEN = (*sorted(AMENDABLE), "status")


@dataclass(frozen=True, slots=True)
class Amend:
    """One order's amendment in a list of them."""

    order_id: int
    expected_version: int
    changes: Mapping[str, Any]


def amend(
    user: User,
    order_id: int | str,
    expected_version: int,
    changes: Mapping[str, Any],
    *,
    owner: bool = True,
    told: Mapping[str, Any] = NOTHING,
) -> Order:
    """Amend quantity, price, stop_price or text of the user's own order; a field's None means no value.

    `order_id` is the order's id or client_order_id. `owner=False` lets an administrator or an import amend any user's
    order. `told` are other fields as the client states them; they must match the order. Raises NotFound, Forbidden,
    VersionConflict, InvalidTransition, ValidationFailed.
    """
    with transaction.atomic():
        order = locked(user, order_id, owner=owner)
        before = copy.copy(order)
        fixed = {name: value for name, value in told.items() if name not in AMENDABLE}
        _amend(order, expected_version, changes, fixed)
        order.save(update_fields=_WRITTEN, before=before, kind=Kind.AMENDED)
    return order


def amend_many(user: User, amendments: Sequence[Amend]) -> list[Order]:
    """Amend all of these orders of the user, or none; a refusal names the place in the list, `{"3.quantity": […]}`."""
    times = Counter(one.order_id for one in amendments)
    with transaction.atomic():
        found = {order.pk: order for order in lock_all(user, times)}
        changes = []
        for index, one in enumerate(amendments):
            try:
                if times[one.order_id] > 1:
                    message = "This order is in the list more than once."
                    raise ValidationFailed(f"id: {message}", fields={"id": [message]})
                if one.order_id not in found:
                    raise missing(user, one.order_id)
                order = found[one.order_id]
                before = copy.copy(order)
                _amend(order, one.expected_version, one.changes)
            except OrderError as refused:
                raise in_list(index, refused) from refused
            changes.append(Change(before, order, Kind.AMENDED))
        bulk.change(changes, _WRITTEN)
    return [found[one.order_id] for one in amendments]


def _amend(order: Order, expected_version: int, changes: Mapping[str, Any], told: Mapping[str, Any] = NOTHING) -> None:
    expect(order, expected_version, told, FIXED)
    transition(order, Step.AMEND, order.quantity, order.cum_qty)  # refuses an illegal step before anything else
    changed = {name: value for name, value in changes.items() if name in AMENDABLE and value != getattr(order, name)}
    _check_amended(order, changed)
    for name, value in changed.items():
        setattr(order, name, value)
    order.status = transition(order, Step.AMEND, order.quantity, order.cum_qty).status


def _check_amended(order: Order, changed: Mapping[str, Any]) -> None:
    """Validate only the changed fields: the rules may be newer than the rest of the order, and don't bind fills."""
    problems = rules.Problems()
    for name, value in changed.items():
        match name:
            case "quantity":
                _check_quantity(problems, order, value)
            case "text":
                rules.check_text(problems, name, value)
            case _:
                rules.check_price(problems, order.symbol, OrderType(order.order_type), name, value)
    problems.check()
    quantity = changed.get("quantity", order.quantity)
    price = changed.get("price", order.price) or changed.get("stop_price", order.stop_price)
    if quantity > order.quantity or changed.keys() & {"price", "stop_price"}:
        limits.check_notional(quantity, price)


def _check_quantity(problems: rules.Problems, order: Order, quantity: Decimal) -> None:
    if quantity == order.cum_qty > ZERO:
        return  # nothing is left to fill, so any lot size will do
    rules.check_amount(problems, "quantity", quantity, order.symbol.lot_size, "lot size")
    if quantity.is_finite() and quantity < order.cum_qty:
        problems.add("quantity", f"Not below the {decimal_string(order.cum_qty)} filled already.")
