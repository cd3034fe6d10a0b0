"""`order.place`, `order.amend` and `order.cancel` over the socket: as in REST, same rules, same errors."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from orders import rows, services
from orders.errors import NotFound, ValidationFailed
from orders.models import Order
from orders.origin import Source, acting
from orders.rules import CLIENT_ORDER_ID
from orders.serializers import amendment, expected_version, new_order, refuse_fixed, whole_number


def run(user: User, kind: str, body: dict[str, Any]) -> tuple[int, rows.Row]:
    """Runs the command for this user as he is now; the status HTTP would have, and the order's row."""
    with acting(Source.SOCKET, user.get_username()):
        match kind:
            case "order.place":
                placed = services.place(user, new_order(body))
                return (201 if placed.created else 200), rows.order_row(placed.order)
            case "order.amend":
                version, changes = amendment(body)
                order_id = _order_id(user, body)
                own = Order.objects.for_trader(user).select_related("user").filter(pk=order_id).first()
                if own is not None:
                    refuse_fixed(body, rows.order_row(own))
                return 200, rows.order_row(services.amend(user, order_id, version, changes))
            case "order.cancel":
                return 200, rows.order_row(services.cancel(user, _order_id(user, body), expected_version(body)))
    raise ValidationFailed(f"There is no command {kind}.")


def _order_id(user: User, body: dict[str, Any]) -> int:
    """Frames use `id` for themselves, so the order is named by `order_id` or by its `client_order_id`."""
    client_order_id = body.get("client_order_id")
    if "order_id" in body or not isinstance(client_order_id, str):
        return whole_number("order_id", body.get("order_id"))
    order = None
    if CLIENT_ORDER_ID.fullmatch(client_order_id):
        order = Order.objects.for_trader(user).filter(client_order_id=client_order_id).first()
    if order is None:
        raise NotFound("There is no such order.")
    return int(order.pk)
