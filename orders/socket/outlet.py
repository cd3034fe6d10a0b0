"""Where a socket's latest-only frames go: prices and forecasts, of which a slow client is sent the newest alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

STUCK_SECONDS = 10.0


class Outlet:
    """`send_now`, where the server has it, sends at once; `is_behind` tells whether the client has yet to take data."""

    def __init__(
        self,
        send: Callable[[str], Awaitable[None]],
        too_slow: Callable[[], Awaitable[None]],
        send_now: Callable[[str], None] | None,
        is_behind: Callable[[], bool] | None,
    ) -> None:
        self.send = send
        self._too_slow = too_slow
        self._send_now = send_now
        self._is_behind = is_behind
        self._sending: asyncio.Future[None] | None = None
        self._behind_since: float | None = None
        self._closing: asyncio.Future[None] | None = None

    def show(self, frame: str) -> bool:
        """Send the frame; False where the client has yet to take earlier ones: it gets the newest after that."""
        if self._must_wait():
            self._stuck()
            return False
        self._behind_since = None
        if self._send_now is not None:
            self._send_now(frame)
        else:
            self._sending = asyncio.ensure_future(self.send(frame))
        return True

    def leave(self) -> None:
        """Cancel what is being sent."""
        if self._sending is not None:
            self._sending.cancel()

    def _must_wait(self) -> bool:
        if self._sending is not None and not self._sending.done():
            return True
        return self._is_behind is not None and self._is_behind()

    def _stuck(self) -> None:
        now = time.monotonic()
        if self._behind_since is None:
            self._behind_since = now
        elif now - self._behind_since > STUCK_SECONDS and self._closing is None:
            self._closing = asyncio.ensure_future(self._too_slow())
