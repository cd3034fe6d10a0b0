"""Seeded order events as a socket delivers them: fills of existing orders, and new orders.

An event's text has a placeholder for its hops, which `stamped` replaces by the moment of sending.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Any

import orjson

Order = dict[str, Any]

NOW = b'"@now"'
AT = "2026-01-05T09:30:00.000000Z"


class Load:
    """Continues from these orders and this event number; `orders` is their state at the end."""

    def __init__(self, orders: list[Order], head: int, seed: int = 7) -> None:
        self.orders = {order["id"]: dict(order) for order in orders}
        self.head = head
        self.user = orders[0]["user"]
        self._random = random.Random(seed)
        self._paid = dict.fromkeys(self.orders, 0)

    def fills(self, count: int) -> Iterator[bytes]:
        """Fills of random orders: each changes four cells of a row and two that few pages show."""
        ids = list(self.orders)
        for _ in range(count):
            order = self.orders[self._random.choice(ids)]
            quantity = self._random.randint(1, 9)
            filled = int(order["cum_qty"]) + quantity
            self._paid[order["id"]] += quantity * self._random.randint(58_000, 59_000)
            new = {
                "status": "partially_filled",
                "cum_qty": str(filled),
                "leaves_qty": str(int(order["quantity"]) - filled),
                "avg_price": f"{self._paid[order['id']] / filled / 100:.8f}".rstrip("0").rstrip("."),
            }
            changes = {field: [order[field], value] for field, value in new.items() if order[field] != value}
            order.update(new, version=order["version"] + 1, updated_at=AT)
            yield self._event("partially_filled", order, changes)

    def placed(self, count: int) -> Iterator[bytes]:
        """New orders, each newer than all before."""
        pattern = next(iter(self.orders.values()))
        number = max(self.orders)
        for _ in range(count):
            number += 1
            moment = f"2030-01-05T{10 + number // 1_000_000:02}:00:00.{number % 1_000_000:06}Z"
            order = pattern | {
                "id": number,
                "client_order_id": f"new-{number}",
                "side": self._random.choice(("buy", "sell")),
                "quantity": str(self._random.randint(1, 500)),
                "price": f"{self._random.randint(58_000, 59_000) / 100}",
                "status": "pending_new",
                "cum_qty": "0",
                "avg_price": None,
                "version": 1,
                "created_at": moment,
                "updated_at": moment,
            }
            order["leaves_qty"] = order["quantity"]
            self.orders[number] = order
            yield self._event("created", order, {})

    def _event(self, kind: str, order: Order, changes: dict[str, Any]) -> bytes:
        self.head += 1
        return orjson.dumps(
            {
                "seq": self.head,
                "user": self.user,
                "kind": kind,
                "order": order,
                "changes": changes,
                "source": "rest",
                "actor": "broker",
                "at": AT,
                "hops": {"committed": "@now", "published": "@now"},
            }
        )


def stamped(events: list[bytes]) -> bytes:
    """One frame of these, committed, published and sent now."""
    now = b"%.3f" % (time.time() * 1000)
    body = b",".join(events).replace(NOW, now)
    return b'{"type":"events","stream":"orders","sent":%s,"events":[%s]}' % (now, body)
