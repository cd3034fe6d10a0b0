"""Viewers of forecasts that keep what they are shown, and a hub whose rounds a test makes."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.models import User

from orders.models import Order
from orders.socket.forecast_hub import ForecastHub

Seen = list[tuple[int, int, Any]]


class Glass:
    """A viewer that keeps what it is shown, and takes nothing while it is full."""

    def __init__(self, user: User) -> None:
        self.user_id = user.pk
        self.full = False
        self.frames: list[str] = []

    def show(self, frame: str) -> bool:
        if self.full:
            return False
        self.frames.append(frame)
        return True

    def taken(self) -> Seen:
        """The order, minutes and probability of each row since the last look."""
        frames, self.frames = self.frames, []
        rows = [row for frame in frames for row in json.loads(frame)["forecasts"]]
        return [
            (row["order"], row["minutes"], row["touch"]["probability"] if "touch" in row else row["unavailable"])
            for row in rows
        ]


class Rounds(ForecastHub):
    """A hub whose rounds a test makes."""

    def watch(self, viewer: Any, orders: Any) -> None:
        self._task = self._task or object()  # type: ignore[assignment]
        super().watch(viewer, [order.pk for order in orders])

    async def round(self) -> None:
        await self._look(None)  # type: ignore[arg-type]


def rows_of(order: Order, value: Any) -> Seen:
    return [(order.pk, minutes, value) for minutes in (5, 15, 60)]
