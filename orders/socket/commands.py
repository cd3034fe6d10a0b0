"""`order.place`, `order.amend` and `order.cancel` over the socket: as in REST, same rules, same errors."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from orders import trading
from orders.bodies.serializers import (
    FIXED,
    amendment,
    expected_version,
    new_order,
    refuse_fixed,
    refuse_for_others,
    whole_number,
)
from orders.domain import rows
from orders.domain.errors import NotFound, ValidationFailed
from orders.domain.rules import CLIENT_ORDER_ID
from orders.log.provenance import Source, acting
from orders.models import Order

# What a frame may say of the order that it names, beside its version; it must be so.
NAMING = frozenset({"order_id", "client_order_id", "symbol", "side", "user"})
OTHERWISE = "The order that is named says otherwise."
ANOTHER = "This is not the order that order_id names."


def run(user: User, kind: str, body: dict[str, Any]) -> tuple[int, rows.Row]:
    """Runs the command for this user as he is now; the status HTTP would have, and the order's row."""
    with acting(Source.SOCKET, user.get_username()):
        match kind:
            case "order.place":
                refuse_for_others(user, body)
                placed = trading.place(user, new_order(body))
                return (201 if placed.created else 200), rows.order_row(placed.order)
            case "order.amend":
                version, changes = amendment(body, NAMING)
                order_id = _order_id(user, body, version, FIXED)
                return 200, rows.order_row(trading.amend(user, order_id, version, changes))
            case "order.cancel":
                expected = expected_version(body, NAMING)
                order_id = _order_id(user, body, expected, OTHERWISE)
                return 200, rows.order_row(trading.cancel(user, order_id, expected))
    raise ValidationFailed(f"There is no command {kind}.")


def _order_id(user: User, body: dict[str, Any], version: int | None, message: str) -> int:
    """The order that a frame names: by `order_id`, since `id` is its own, or by its `client_order_id`, or by both.

    Raises ValidationFailed where they name two, or where the frame says of one's own order what is not so.
    """
    order_id = whole_number("order_id", body["order_id"]) if "order_id" in body else None
    client_order_id = body.get("client_order_id")
    if order_id is None and not isinstance(client_order_id, str):
        whole_number("order_id", None)
    order = _own(user, order_id, client_order_id)
    if client_order_id is not None and order_id is not None and (order is None or order.pk != order_id):
        raise ValidationFailed.at("client_order_id", ANOTHER)
    if order is not None:
        refuse_fixed(body, rows.order_row(order), version, message)
        return int(order.pk)
    if order_id is None:
        raise NotFound("There is no such order.")
    return order_id  # not one's own: `trading` knows what to say


def _own(user: User, order_id: Any, client_order_id: Any) -> Order | None:
    own = Order.objects.for_trader(user).select_related("user")
    if client_order_id is None:
        return own.filter(pk=order_id).first()
    usable = isinstance(client_order_id, str) and CLIENT_ORDER_ID.fullmatch(client_order_id)
    return own.filter(client_order_id=client_order_id).first() if usable else None
