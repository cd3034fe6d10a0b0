"""HTTP/1.1 on uvicorn: large requests are parsed at a limited rate, and a header must arrive within a timeout."""

from __future__ import annotations

import asyncio
import time

import h11
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol

from webapp.server.flow_control import Reader

# Max rate at which one process reads all large requests together; the rest waits in the senders' systems. A list of a
# thousand orders is 200 KB.
BYTES_A_SECOND = 16 * 1024 * 1024
# A body in tiny chunks costs more than its size: a second of processor time counts as this many bytes.
BYTES_A_PROCESSOR_SECOND = 10 * BYTES_A_SECOND
SMALL_BYTES = 64 * 1024
# While slices take longer than a loop iteration should, TURN_SECONDS, a request is parsed in smaller ones.
SLICE_BYTES, SMALL_SLICE_BYTES = 8 * 1024, 1024
TURN_SECONDS = 0.001
# A connection still counts among those that share the rate for this long after its pause.
STILL_SECONDS = 1.0
LOOK_SECONDS = 0.25
# Timeout from the connection, or from the end of the previous response, to the end of a request's header.
HEADER_SECONDS = 60


class Intake:
    """Rate limit on reading large requests in a process, shared equally by the connections that send them."""

    def __init__(self) -> None:
        self._until: dict[object, float] = {}
        self._look_at = 0.0

    def rest(self, who: object, size: float) -> float:
        """Record bytes of a connection; return the seconds for which it must pause."""
        now = time.monotonic()
        if now >= self._look_at:
            self._until = {each: until for each, until in self._until.items() if until > now}
            self._look_at = now + LOOK_SECONDS
        self._until[who] = now
        rest = size * len(self._until) / BYTES_A_SECOND
        self._until[who] = now + rest + STILL_SECONDS
        return rest

    def forget(self, who: object) -> None:
        self._until.pop(who, None)


intake = Intake()


class Requests(H11Protocol):
    """One connection. It acts as the transport of its own flow control, so that one place decides when it is read."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = FlowControl(self)  # type: ignore[arg-type]
        self._may_be_read = True
        self._reader = Reader(transport, self._handle, self._rest, SLICE_BYTES)
        # Of the incoming request.
        self._taken = 0.0
        self._next_at = 0.0
        self._header_timer: asyncio.TimerHandle | None = None
        self._expect_header()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._end()
        super().handle_websocket_upgrade(event)

    @property
    def is_answering(self) -> bool:
        """Whether a request is in progress, from its first byte to the last byte of its response."""
        return self._is_asked or not self._reader.is_empty or bool(self.conn.trailing_data[0])

    def data_received(self, data: bytes) -> None:
        self._reader.take(data)

    def pause_reading(self) -> None:
        self._may_be_read = False
        self.transport.pause_reading()

    def resume_reading(self) -> None:
        self._may_be_read = True
        self._reader.go_on()

    @property
    def _is_asked(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _rest(self) -> float | None:
        return max(0.0, self._next_at - self.loop.time()) if self._may_be_read else None

    def _handle(self, data: bytes) -> None:
        if self.conn.their_state is h11.IDLE:
            self._taken, self._reader.slice_bytes = 0.0, SLICE_BYTES
        began = time.thread_time()
        super().data_received(data)
        self._count(len(data), time.thread_time() - began)
        if self._is_asked:
            self._forget_header()
        elif self.transport.get_protocol() is self:
            self._expect_header()

    def _count(self, size: int, seconds: float) -> None:
        cost = max(size, seconds * BYTES_A_PROCESSOR_SECOND)
        self._taken += cost
        if (
            size >= SMALL_SLICE_BYTES
        ):  # a single slow slice, as beside a garbage collection, slows down the next one only
            is_slow = seconds * SLICE_BYTES / size > TURN_SECONDS
            self._reader.slice_bytes = SMALL_SLICE_BYTES if is_slow else SLICE_BYTES
        # Small requests are not throttled.
        if self._taken > SMALL_BYTES:
            self._next_at = self.loop.time() + intake.rest(self, cost)

    def _expect_header(self) -> None:
        if self._header_timer is None:
            self._header_timer = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _forget_header(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _end(self) -> None:
        self._reader.end()
        self._forget_header()
        intake.forget(self)
