"""Websockets on uvicorn: direct writes, flow control, and close frames that reach clients that flood or don't read."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import suppress
from functools import lru_cache
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from orders.live.outbox import IS_BEHIND, SEND_NOW
from webapp.server.flow_control import Reader

# Rate limit: a flood costs the other clients some hundredths of a processor. A client that has been quiet may burst,
# like a desk that answers a heartbeat of 2,000 streams; a new client may not.
FRAMES_A_SECOND = 1000
FRAMES_AT_FIRST = 100
FRAMES_AT_ONCE = 4000
FRAGMENTS_A_MESSAGE = 256
SLICE_BYTES = 512
# After our close frame, nothing but the client's reply to it matters.
CLOSING_REST_SECONDS = 0.1
# After a protocol error nothing matters; what the client still sends is dropped, 256 KiB at a time.
DROPPING_REST_SECONDS = 0.01
# Ending a connection with unread bytes resets it, and the close frame may be lost: a client has this long to read it.
# When many clients are closed together, the last ones answer seconds later.
ANSWER_SECONDS, CROWD_ANSWER_SECONDS = 2.0, 10.0
# The kernel would buffer megabytes for a client that does not read, and prices would be as old as that buffer takes to
# drain. This limits the bytes that it has not sent yet; bytes in flight don't count.
NOT_SENT_BYTES = 16 * 1024
TCP_NOTSENT_LOWAT = {"linux": 25, "darwin": 0x201}.get(sys.platform)
ABNORMAL, INVALID_DATA, TOO_BIG, RESTART = 1006, 1007, 1009, 1012
TEXT = 0x81  # a whole message of text in one frame


class Sockets(WebSocketsSansIOProtocol):
    """One connection, without compression, which directly written frames would bypass."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._frames = float(FRAMES_AT_FIRST)
        self._counted_at = self._next_at = self.loop.time()
        self._has_failed = False
        self._is_full = False
        self._reader = Reader(self.transport, self._handle, self._rest, slice_bytes=SLICE_BYTES)
        if TCP_NOTSENT_LOWAT is not None:
            with suppress(OSError):  # not a TCP connection
                transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, NOT_SENT_BYTES)

    def connection_lost(self, exc: Exception | None) -> None:
        self._reader.end()
        super().connection_lost(exc)

    @property
    def is_answering(self) -> bool:
        """Whether its handshake is in progress."""
        return not self.handshake_complete

    # Incoming.

    def data_received(self, data: bytes) -> None:
        self._reader.take(data)

    async def receive(self) -> Any:
        message = await self.queue.get()
        if self.read_paused and self.queue.empty():
            self.read_paused = False
            self._reader.go_on()
        return message

    # uvicorn would make the application wait, but that limits its own output and must handle heartbeats meanwhile.
    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._reader.go_on()

    def _handle(self, data: bytes) -> None:
        if self._has_failed:
            self._reader.drop()
            self._next_at = self.loop.time() + DROPPING_REST_SECONDS
            return
        self.conn.receive_data(data)
        self._count(len(self.conn.events))
        if self.conn.parser_exc is not None:
            self.handle_parser_exception()
        else:
            self.handle_events()

    def _rest(self) -> float | None:
        """Seconds until the next slice; None while the client or the application has yet to read earlier data."""
        if not self.close_sent and (self.read_paused or self._is_full):
            return None
        return max(0.0, self._next_at - self.loop.time())

    def _count(self, frames: int) -> None:
        now = self.loop.time()
        self._frames = min(float(FRAMES_AT_ONCE), self._frames + (now - self._counted_at) * FRAMES_A_SECOND) - frames
        self._counted_at = now
        rest = CLOSING_REST_SECONDS if self.close_sent else max(0.0, -self._frames / FRAMES_A_SECOND)
        self._next_at = now + rest

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: dict[str, object] = self.scope["extensions"]  # type: ignore[assignment]
            extensions[SEND_NOW] = self.send_now
            extensions[IS_BEHIND] = self.is_behind

    def handle_cont(self, event: Frame) -> None:
        if self.close_sent:
            return
        if len(self.frames) >= FRAGMENTS_A_MESSAGE:
            self._fail(TOO_BIG, "too many fragments")
        else:
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:  # uvicorn would treat it as an error of its own
                self._fail(INVALID_DATA, "invalid UTF-8")
                return
        super().send_receive_event_to_app()

    # Outgoing.

    def send_now(self, text: str) -> None:
        if self.handshake_complete and not (self.close_sent or self.disconnected):
            self.transport.write(frame(text))

    def is_behind(self) -> bool:
        """Whether output for this client waits in this process because the kernel's buffer is full."""
        return bool(self.transport.get_write_buffer_size())

    async def send(self, message: Any) -> None:
        if self.handshake_complete and self.close_sent:
            raise ClientDisconnected
        await super().send(message)
        if message["type"] == "websocket.close" and self.close_sent:
            self._end_soon(CROWD_ANSWER_SECONDS if message.get("code") == RESTART else ANSWER_SECONDS)

    # Closing.

    def handle_close(self, event: Frame) -> None:
        super().handle_close(event)
        self._end_soon(ANSWER_SECONDS)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._end_soon(ANSWER_SECONDS)

    def handle_parser_exception(self) -> None:
        """Send the close frame, and keep reading for a while: the client may still be sending."""
        if self._has_failed:
            return
        self._has_failed = True
        self._reader.drop()
        if not self.close_sent:
            close = self.conn.close_sent
            code, reason = (close.code, close.reason) if close else (ABNORMAL, "")
            self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        if not self.handshake_complete:
            self.transport.close()
            return
        self.close_sent = True
        self.transport.write(b"".join(self.conn.data_to_send()))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._end_soon(ANSWER_SECONDS)

    def _fail(self, code: int, reason: str) -> None:
        self.conn.fail(code, reason)
        self.handle_parser_exception()

    def _end_soon(self, seconds: float) -> None:
        """Abort the connection after this time, whatever the client does or does not read."""
        if self.close_timer is not None:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(seconds, self.transport.abort)


@lru_cache(1)  # many sockets are sent the same text one after the other
def frame(text: str) -> bytes:
    """A text frame as a server sends it (RFC 6455)."""
    payload = text.encode()
    size = len(payload)
    if size < 126:
        return bytes((TEXT, size)) + payload
    if size < 65536:
        return bytes((TEXT, 126)) + size.to_bytes(2, "big") + payload
    return bytes((TEXT, 127)) + size.to_bytes(8, "big") + payload
