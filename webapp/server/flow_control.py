"""Read-side flow control: a connection's data reaches its protocol slice by slice, one per loop iteration.

uvicorn handles everything received at once, up to 256 KiB: that many tiny frames or chunks block all other connections
for most of a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Reader:
    """Reads one connection, and pauses reading while there is data to handle or a delay to wait for.

    `handle` takes a slice. `rest` returns the seconds to wait before the next slice; None waits for `go_on`.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        handle: Callable[[bytes], None],
        rest: Callable[[], float | None],
        slice_bytes: int,
    ) -> None:
        self._transport = transport
        self._handle = handle
        self._rest = rest
        self.slice_bytes = slice_bytes
        self._loop = asyncio.get_running_loop()
        self._unread = bytearray()
        self._turn: asyncio.Handle | None = None

    @property
    def is_empty(self) -> bool:
        """Whether all received data has been handled."""
        return not self._unread

    def take(self, data: bytes) -> None:
        self._unread += data
        self.go_on()

    def go_on(self) -> None:
        """Handle the next slice, if that is allowed by now."""
        if self._turn is None:
            self._step()

    def drop(self) -> None:
        """Discard unhandled data."""
        self._unread.clear()

    def end(self) -> None:
        """Discard unhandled data, and handle no more."""
        self.drop()
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None

    def _step(self) -> None:
        self._turn = None
        rest = self._rest()
        if rest == 0 and self._unread:
            data = bytes(self._unread[: self.slice_bytes])
            del self._unread[: len(data)]
            self._handle(data)
            rest = self._rest()
        if rest is None:
            self._transport.pause_reading()
        elif rest or self._unread:
            self._transport.pause_reading()
            self._turn = self._loop.call_later(rest, self._step) if rest else self._loop.call_soon(self._step)
        else:
            self._transport.resume_reading()
