"""Feed slot priority: while symbols wait for a slot, those in which their viewers have working orders go first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Protocol

from django.contrib.auth.models import User
from django.db import Error

from market.live.hub import QuoteHub
from market.live.viewers import Viewer
from market.support.outage import Outage
from orders.live.threads import in_thread
from orders.models import Order

log = logging.getLogger(__name__)

AGAIN_SECONDS = 5.0


class Person(Viewer, Protocol):
    """A viewer with a known user."""

    user: User


def working(user: User, symbols: Iterable[str]) -> frozenset[str]:
    """Those of the symbols in which this user has working orders."""
    return _working({user.pk}, symbols).get(user.pk, frozenset())


async def keep(hub: QuoteHub) -> None:
    """Update the priorities of waiting symbols for ever: orders come and go after a subscription."""
    outage = Outage(log, "Can't read viewers' working orders (%s).", "Viewers' working orders are read again.")
    while True:
        await asyncio.sleep(AGAIN_SECONDS)
        wants: Mapping[Person, frozenset[str]] = hub.wants()  # type: ignore[assignment]  # all are sockets
        symbols = frozenset().union(*wants.values())
        if not hub.feed.queued & symbols:
            continue
        try:
            found = await in_thread(_working, {each.user.pk for each in wants}, symbols)
        except Error as error:
            outage.failed(error)
            continue
        outage.answered()
        for viewer, wanted in wants.items():
            hub.work(viewer, found.get(viewer.user.pk, frozenset()) & wanted)


def _working(user_ids: Iterable[int], symbols: Iterable[str]) -> dict[int, frozenset[str]]:
    """The symbols by user id; for slot priority only, never shown to any user."""
    orders = Order.objects.working().filter(user_id__in=list(user_ids), symbol_id__in=list(symbols))
    found: dict[int, frozenset[str]] = {}
    for user_id, symbol in orders.order_by().values_list("user_id", "symbol_id").distinct():
        found[user_id] = found.get(user_id, frozenset()) | {str(symbol)}
    return found
