"""The price subscription of one socket: which symbols, how often, and flow control for a slow client."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from weakref import WeakKeyDictionary

from django.conf import settings
from django.contrib.auth.models import User

from market.live.hub import QuoteHub
from market.models import Instrument
from market.support.tasks import Background
from orders.domain.errors import OrderError, ValidationFailed
from orders.live.threads import in_thread
from orders.protocol import inbound, outbound
from orders.socket import slot_priority
from orders.socket.outlet import Outlet

_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, QuoteHub] = WeakKeyDictionary()
_keeping: WeakKeyDictionary[asyncio.AbstractEventLoop, Background] = WeakKeyDictionary()


def get_quote_hub() -> QuoteHub:
    """The running event loop's quote hub: one per server process."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = QuoteHub(outbound.quotes)
        _keeping[loop] = Background(partial(slot_priority.keep, _hubs[loop]))
    return _hubs[loop]


def quote_hubs() -> list[QuoteHub]:
    """All quote hubs of this process, one per event loop; for the metrics."""
    return list(_hubs.values())


async def close_quote_hub() -> None:
    """Close the hub before the server exits, which frees its symbols' feed slots at once."""
    loop = asyncio.get_running_loop()
    if loop in _hubs:
        await _keeping.pop(loop).end()
        await _hubs.pop(loop).close()


class TooManySymbols(OrderError):
    code = "too_many_subscriptions"
    status = 429


class SymbolLimit(OrderError):
    """The feed carries its max number of symbols; these wait for a slot."""

    code = "symbol_limit"
    status = 400


class Viewing:
    """One socket's side of the quote hub."""

    def __init__(self, user: User, outlet: Outlet) -> None:
        self.user = user
        self.show = outlet.show
        self._send = outlet.send
        self._per_second: float = settings.QUOTES_PER_SECOND
        self._answering: set[asyncio.Future[None]] = set()

    async def subscribe(self, frame: inbound.SubscribeQuotes) -> None:
        """Answer `subscribed`; then send the known quotes of these symbols, and every change."""
        if settings.FEED == "off":
            raise ValidationFailed("There are no quotes: no price feed is running.")
        hub = get_quote_hub()
        wanted = hub.watched(self).union(frame.symbols)
        if len(wanted) > inbound.SYMBOLS:
            raise TooManySymbols(f"At most {inbound.SYMBOLS} symbols per socket.")
        unknown, working = await in_thread(_look_up, self.user, frame.symbols, wanted)
        if unknown:
            names = ", ".join(unknown)
            raise ValidationFailed(f"There is no active instrument {names}.", fields={"symbols": unknown})
        if frame.per_second is not None:
            self._per_second = frame.per_second
        await self._send(outbound.subscribed_quotes(frame.id, frame.symbols))
        hub.watch(self, wanted, self._per_second, working)

    async def unsubscribe(self, frame: inbound.UnsubscribeQuotes) -> None:
        hub = get_quote_hub()
        watched = hub.watched(self)
        gone = sorted(watched) if frame.symbols is None else frame.symbols
        if left := watched.difference(gone):
            hub.watch(self, left, self._per_second)
        else:
            hub.leave(self)
        await self._send(outbound.unsubscribed_quotes(frame.id, gone))

    def leave(self) -> None:
        """Leave the hub and cancel pending answers."""
        if (hub := _hubs.get(asyncio.get_running_loop())) is not None:
            hub.leave(self)
        for answering in self._answering:
            answering.cancel()

    def queued(self, symbols: Iterable[str], limit: int) -> None:
        names = list(symbols)
        text = f"All {limit} live symbols are in use: {', '.join(names)} will follow when a slot is free."
        refused = outbound.error(None, SymbolLimit(text, fields={"symbols": names}))
        answering = asyncio.ensure_future(self._send(refused))
        self._answering.add(answering)
        answering.add_done_callback(self._answering.discard)


def _look_up(user: User, symbols: Iterable[str], wanted: Iterable[str]) -> tuple[list[str], frozenset[str]]:
    """The symbols that can't be traded, and the wanted ones in which this user has working orders."""
    known = set(Instrument.objects.filter(symbol__in=symbols, active=True).values_list("symbol", flat=True))
    return [symbol for symbol in symbols if symbol not in known], slot_priority.working(user, wanted)
