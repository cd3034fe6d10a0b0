"""The sockets that are open in this process: closed within two seconds of sign-out, and told when the server goes."""

from __future__ import annotations

import asyncio
import logging
import random
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from orders import access
from orders.reader import in_thread
from orders.wire import Close

if TYPE_CHECKING:
    from orders.consumers import OrdersConsumer

log = logging.getLogger(__name__)

CHECK_SECONDS = 1.0
RESTART_MS = 500
RESTART_SPREAD_MS = 3000
# What was written leaves with later turns of the loop, and a server that ends at once would take it along: clients get
# so long to answer the close.
FLUSH_SECONDS = 2.0


class Sessions:
    """One an event loop: the open sockets and the task that asks each second whether they still may be."""

    def __init__(self) -> None:
        self.open: set[OrdersConsumer] = set()
        self._task: asyncio.Task[None] | None = None
        self._all_gone = asyncio.Event()
        self._farewell: asyncio.Future[None] | None = None

    def enter(self, socket: OrdersConsumer) -> None:
        self.open.add(socket)
        if self._task is None:
            self._task = asyncio.create_task(self._checking())
            _before_shutdown(self)

    def leave(self, socket: OrdersConsumer) -> None:
        self.open.discard(socket)
        if not self.open:
            self._all_gone.set()

    async def check(self) -> None:
        """Closes every socket whose person has signed out, was deactivated or has lost what it needs."""
        sockets = list(self.open)
        if not sockets:
            return
        good = await in_thread(access.still_good, [socket.entry for socket in sockets])
        foreign = [socket for socket in sockets if socket.subscriptions.foreign]
        watching = await in_thread(access.still_watching, [socket.entry for socket in foreign]) if foreign else set()
        for socket in sockets:
            if socket.entry not in good:
                await socket.close(Close.SIGNED_OUT)
            elif socket in foreign and socket.entry not in watching:
                await socket.close(Close.FORBIDDEN)

    def farewell(self) -> asyncio.Future[None]:
        """Done once every client has been told to come back; however many ask for it, that happens once."""
        if self._farewell is None:
            self._farewell = asyncio.ensure_future(self.go_away())
        return self._farewell

    async def go_away(self) -> None:
        """Tells every client to come back to the next server, spread out so that they do not come all at once."""
        sockets = list(self.open)
        for socket in sockets:
            await socket.go_away("restart", RESTART_MS + random.randrange(RESTART_SPREAD_MS))  # noqa: S311 – no secret
        if self.open:
            self._all_gone.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_SECONDS):
                    await self._all_gone.wait()

    async def _checking(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.check()
            except Exception:
                log.exception("The sockets' sign-ins could not be checked; the next look follows in a second.")


_sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, Sessions] = WeakKeyDictionary()


def get_sessions() -> Sessions:
    """The running event loop's sockets."""
    return _sessions.setdefault(asyncio.get_running_loop(), Sessions())


def open_sockets() -> int:
    """How many there are in this process; any thread may ask."""
    return sum(len(sessions.open) for loop, sessions in list(_sessions.items()) if loop.is_running())


def _before_shutdown(sessions: Sessions) -> None:
    """Daphne runs in Twisted's reactor, which can wait for us; other servers send close 1012 by themselves."""
    reactor: Any = getattr(sys.modules.get("twisted.internet"), "reactor", None)
    if reactor is None or not reactor.running:
        return
    from twisted.internet.defer import Deferred

    def tell() -> Any:
        return Deferred.fromFuture(sessions.farewell())

    reactor.addSystemEventTrigger("before", "shutdown", tell)
