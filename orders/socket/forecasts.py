"""The forecast subscription of one socket: which of one's own orders."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from django.conf import settings
from django.contrib.auth.models import User

from orders.domain.errors import NotFound, ValidationFailed
from orders.forecasts import asking
from orders.live.threads import in_thread
from orders.models import Order
from orders.protocol import inbound, outbound
from orders.socket.forecast_hub import ForecastHub
from orders.socket.outlet import Outlet
from orders.trading.permissions import MISSING

_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, ForecastHub] = WeakKeyDictionary()


def get_forecast_hub() -> ForecastHub:
    """The running event loop's forecast hub: one per server process."""
    return _hubs.setdefault(asyncio.get_running_loop(), ForecastHub())


async def close_forecast_hub() -> None:
    """Close the hub before the server exits."""
    if (hub := _hubs.pop(asyncio.get_running_loop(), None)) is not None:
        await hub.close()


class Forecasting:
    """One socket's side of the forecast hub."""

    def __init__(self, user: User, outlet: Outlet) -> None:
        self.user_id: int = user.pk
        self.show = outlet.show
        self._user = user
        self._send = outlet.send

    async def subscribe(self, frame: inbound.SubscribeForecasts) -> None:
        """Answer `subscribed`; then send the forecasts of these orders, and every visible change."""
        if settings.FEED == "off":
            raise ValidationFailed("There are no forecasts: no price feed is running.")
        orders = await in_thread(_find, self._user, frame.orders)
        await self._send(outbound.subscribed_forecasts(frame.id, orders))
        get_forecast_hub().watch(self, orders)

    async def unsubscribe(self, frame: inbound.UnsubscribeForecasts) -> None:
        self.leave()
        await self._send(outbound.unsubscribed_forecasts(frame.id))

    def leave(self) -> None:
        """Leave the hub."""
        if (hub := _hubs.get(asyncio.get_running_loop())) is not None:
            hub.leave(self)


def _find(user: User, ids: Sequence[int] | None) -> list[int]:
    """The ids of own orders, those that are named or the newest working ones. Raises NotFound."""
    if ids is None:
        return list(asking.newest(user, inbound.FORECASTS).values_list("pk", flat=True))
    own = {order.pk for order in Order.objects.by_id(ids, owner=user)}
    if missing := [str(pk) for pk in ids if pk not in own]:
        raise NotFound(MISSING, fields={"orders": missing})
    return list(ids)
