"""The sockets that are open in this process: closed within two seconds of sign-out, and told when the server goes."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable
from contextlib import suppress
from typing import Protocol
from weakref import WeakKeyDictionary

from django.db import Error

from market.support.outage import Outage
from orders.live.threads import in_thread
from orders.protocol.outbound import Close
from orders.socket import auth
from orders.socket.auth import Pass
from orders.socket.subscriptions import Subscriptions

log = logging.getLogger(__name__)

CHECK_SECONDS = 1.0
RESTART_MS = 500
RESTART_SPREAD_MS = 3000
# What was written leaves with later turns of the loop, and a server that ends at once would take it along: clients get
# so long to answer the close.
FLUSH_SECONDS = 2.0


class OpenSocket(Protocol):
    """A socket, as far as who keeps it open knows it."""

    entry: Pass
    subscriptions: Subscriptions

    async def close(self, code: Close) -> None: ...

    async def go_away(self, reason: str, reconnect_after_ms: int) -> None: ...


class Sessions:
    """One an event loop: the open sockets and the task that asks each second whether they still may be."""

    def __init__(self) -> None:
        self.open: set[OpenSocket] = set()
        self._task: asyncio.Task[None] | None = None
        self._left = asyncio.Event()
        self._is_ending = False
        self._outage = Outage(
            log, "Sockets' sign-ins can't be checked (%s); tried each second.", "Sockets' sign-ins are checked again."
        )

    async def enter(self, socket: OpenSocket) -> None:
        """Counts the socket as open; one that comes while the server ends is told so at once."""
        self.open.add(socket)
        if self._task is None:
            self._task = asyncio.create_task(self._checking())
        if self._is_ending:
            await send_away(socket)

    def leave(self, socket: OpenSocket) -> None:
        self.open.discard(socket)
        self._left.set()

    async def check(self) -> None:
        """Closes every socket whose person has signed out, was deactivated or has lost what it needs."""
        sockets = list(self.open)
        if not sockets:
            return
        good = await in_thread(auth.still_good, [socket.entry for socket in sockets])
        foreign = [socket for socket in sockets if socket.subscriptions.foreign]
        watching = await in_thread(auth.still_watching, [socket.entry for socket in foreign]) if foreign else set()
        for socket in sockets:
            if socket.entry not in good:
                await _guarded(socket.close(Close.SIGNED_OUT))
            elif socket in foreign and socket.entry not in watching:
                await _guarded(socket.close(Close.FORBIDDEN))

    async def farewell(self) -> None:
        """Tells every client to come back to the next server, spread out so that they do not come all at once.

        Only a server that accepts no more connections may say it: a client that is told early and comes back to the
        same process would be cut.
        """
        self._is_ending = True
        for socket in list(self.open):
            await _guarded(send_away(socket))

    async def all_gone(self) -> None:
        """Waits until every client has answered the close, but not for ever."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_SECONDS):
                while self.open:
                    self._left.clear()
                    await self._left.wait()

    async def _checking(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.check()
            except Error as error:
                self._outage.failed(error)
            except Exception:
                log.exception("The sockets' sign-ins could not be checked; the next look follows in a second.")
            else:
                if self.open:  # else the database was not asked
                    self._outage.answered()


_sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, Sessions] = WeakKeyDictionary()


def get_sessions() -> Sessions:
    """The running event loop's sockets."""
    return _sessions.setdefault(asyncio.get_running_loop(), Sessions())


def open_sockets() -> int:
    """How many there are in this process; any thread may ask."""
    return sum(len(sessions.open) for loop, sessions in list(_sessions.items()) if loop.is_running())


async def send_away(socket: OpenSocket, why: str = "restart") -> None:
    """Closes it with a moment to come back at, another for each."""
    await socket.go_away(why, RESTART_MS + random.randrange(RESTART_SPREAD_MS))  # noqa: S311 – no secret


async def _guarded(closing: Awaitable[None]) -> None:
    """One socket that can't be closed keeps no other open."""
    try:
        await closing
    except Exception:
        log.exception("A socket could not be closed.")
