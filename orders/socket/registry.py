"""Registry of this process' open sockets: closes them within two seconds of sign-out, and drains them at shutdown."""

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
from orders.socket.auth import Credentials
from orders.socket.subscriptions import Subscriptions

log = logging.getLogger(__name__)

CHECK_SECONDS = 1.0
RESTART_MS = 500
RESTART_SPREAD_MS = 3000
# Written frames leave in later iterations of the event loop, and a server that exits at once would lose them. So
# clients have this long to answer the close.
FLUSH_SECONDS = 2.0


class OpenSocket(Protocol):
    """A socket as the registry sees it."""

    credentials: Credentials
    subscriptions: Subscriptions

    async def close(self, code: Close) -> None: ...

    async def go_away(self, reason: str, reconnect_after_ms: int) -> None: ...


class Sessions:
    """The open sockets of one event loop, and the task that re-checks their credentials every second."""

    def __init__(self) -> None:
        self.open: set[OpenSocket] = set()
        self._task: asyncio.Task[None] | None = None
        self._left = asyncio.Event()
        self._is_ending = False
        self._outage = Outage(
            log, "Can't check sockets' sign-ins (%s); retrying every second.", "Sockets' sign-ins are checked again."
        )

    async def enter(self, socket: OpenSocket) -> None:
        """Register the socket as open; during a shutdown, send it away at once."""
        self.open.add(socket)
        if self._task is None:
            self._task = asyncio.create_task(self._checking())
        if self._is_ending:
            await send_away(socket)

    def leave(self, socket: OpenSocket) -> None:
        self.open.discard(socket)
        self._left.set()

    async def check(self) -> None:
        """Close every socket whose user has signed out, was deactivated or has lost a permission that it needs."""
        sockets = list(self.open)
        if not sockets:
            return
        good = await in_thread(auth.still_good, [socket.credentials for socket in sockets])
        foreign = [socket for socket in sockets if socket.subscriptions.foreign]
        watching = (
            await in_thread(auth.still_watching, [socket.credentials for socket in foreign]) if foreign else set()
        )
        for socket in sockets:
            if socket.credentials not in good:
                await _guarded(socket.close(Close.SIGNED_OUT))
            elif socket in foreign and socket.credentials not in watching:
                await _guarded(socket.close(Close.FORBIDDEN))

    async def announce_shutdown(self) -> None:
        """Graceful shutdown: tell every client to reconnect, each after a random delay to spread the reconnects.

        Call it only once the server accepts no more connections: a client that is told early and reconnects to the same
        process would be cut off.
        """
        self._is_ending = True
        for socket in list(self.open):
            await _guarded(send_away(socket))

    async def all_gone(self) -> None:
        """Wait until every client has answered the close, for at most FLUSH_SECONDS."""
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
                log.exception("The sockets' sign-ins could not be checked; retrying in a second.")
            else:
                if self.open:  # else the database was not queried
                    self._outage.answered()


_sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, Sessions] = WeakKeyDictionary()


def get_sessions() -> Sessions:
    """The running event loop's registry."""
    return _sessions.setdefault(asyncio.get_running_loop(), Sessions())


def open_sockets() -> int:
    """The number of open sockets in this process; any thread may call it."""
    return sum(len(sessions.open) for loop, sessions in list(_sessions.items()) if loop.is_running())


async def send_away(socket: OpenSocket, why: str = "restart") -> None:
    """Close the socket and tell its client to reconnect after a random delay."""
    await socket.go_away(why, RESTART_MS + random.randrange(RESTART_SPREAD_MS))  # noqa: S311 – no secret


async def _guarded(closing: Awaitable[None]) -> None:
    """Log a failed close, so that the other sockets are still closed."""
    try:
        await closing
    except Exception:
        log.exception("A socket could not be closed.")
