"""Who has working orders in what he watches: while symbols wait for a place in the feed, theirs go first."""

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
    """A viewer of whom it is known who he is."""

    user: User


def working(user: User, symbols: Iterable[str]) -> frozenset[str]:
    """Those of the symbols in which this person has working orders."""
    return _working({user.pk}, symbols).get(user.pk, frozenset())


async def keep(hub: QuoteHub) -> None:
    """For ever: orders come and go after their symbols were subscribed; who waits for one is asked about anew."""
    outage = Outage(log, "Nobody knows who has working orders (%s).", "It is known again who has working orders.")
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
    """By user, for nobody's eyes: it decides about places alone."""
    orders = Order.objects.working().filter(user_id__in=list(user_ids), symbol_id__in=list(symbols))
    found: dict[int, frozenset[str]] = {}
    for user_id, symbol in orders.order_by().values_list("user_id", "symbol_id").distinct():
        found[user_id] = found.get(user_id, frozenset()) | {str(symbol)}
    return found
