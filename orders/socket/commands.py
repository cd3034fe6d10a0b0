"""The commands `order.place`, `order.amend` and `order.cancel` of the socket: the same rules and errors as in REST."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from orders import trading
from orders.bodies.serializers import (
    amendment,
    expected_version,
    new_order,
    refuse_for_others,
    whole_number,
)
from orders.domain import rows
from orders.domain.errors import ValidationFailed
from orders.log.provenance import Source, acting

# Fields by which a frame may describe its order, next to the version; they must match it.
NAMING = frozenset({"order_id", "client_order_id", "symbol", "side", "user"})


def run(user: User, kind: str, body: dict[str, Any]) -> tuple[int, rows.Row]:
    """Run the command for a freshly read user; returns the status that HTTP would have, and the order's row."""
    with acting(Source.SOCKET, user.get_username()):
        match kind:
            case "order.place":
                refuse_for_others(user, body)
                placed = trading.place(user, new_order(body))
                return (201 if placed.created else 200), rows.order_row(placed.order)
            case "order.amend":
                version, changes = amendment(body, NAMING)
                return 200, rows.order_row(trading.amend(user, _named(body), version, changes, told=body))
            case "order.cancel":
                expected = expected_version(body, NAMING)
                return 200, rows.order_row(trading.cancel(user, _named(body), expected, told=body))
    raise ValidationFailed(f"Unknown command {kind}.")


def _named(body: dict[str, Any]) -> int | str:
    """The order of a frame: by its `order_id` (`id` is the frame's own), or by its `client_order_id`.

    Raises ValidationFailed. Where a frame has both, `client_order_id` describes the order and must match it.
    """
    client_order_id = body.get("client_order_id")
    if "order_id" not in body and isinstance(client_order_id, str):
        return client_order_id
    return whole_number("order_id", body.get("order_id"))
