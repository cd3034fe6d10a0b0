"""Lets no websocket client take more than its share: who floods is read slowly, who does not read is not read.

Daphne takes in whatever comes, handles it in one go, and keeps whatever goes out until the client takes it. A client's
flood then stops every other socket for as long as it lasts, and answers that nobody reads fill the memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

# Autobahn copies what it has not handled yet for each frame, so that much at once would be slow by itself.
SLICE_BYTES = 1024
# Between two looks at the other sockets: a small frame costs 20 µs to take apart and some more to answer.
FRAMES_A_TURN = 8
# A flood costs the others 2 % of a processor. Who has been quiet may say more at once, as the desk does that answers a
# heartbeat of 2,000 streams; who has just come may not.
FRAMES_A_SECOND = 1000
FRAMES_AT_FIRST = 100
FRAMES_AT_ONCE = 4000
FRAGMENTS_A_MESSAGE = 256
MESSAGES_WAITING = 32
REST_SECONDS = 0.02
# Once told why it is closed, a client has its answer to the close to say and nothing else.
CLOSING_REST_SECONDS = 0.1
TOO_BIG = 1009


class Reader:
    """What one client sends, given to its protocol a slice at a time; it is the producer of the transport's buffer."""

    def __init__(self, protocol: Any, feed: Callable[[Any, bytes], None], call_later: Callable[..., Any]) -> None:
        self.protocol = protocol
        self.fragments = 0
        self._feed = feed
        self._call_later = call_later
        self._unread = b""
        self._waits = False
        self._is_read = True
        self._is_amid = False
        self._frames = float(FRAMES_AT_FIRST)
        self._counted_at = time.monotonic()

    def take(self, data: bytes) -> None:
        self._unread += data
        if not self._waits:
            self._go_on()

    def count(self, is_data: bool, begins: bool) -> bool:
        """Counts a frame; whether its message is in more fragments than any decent one."""
        self._frames -= 1
        if is_data:
            self.fragments = 1 if begins else self.fragments + 1
        return is_data and self.fragments > FRAGMENTS_A_MESSAGE

    def consume(self) -> None:
        """Handles a few frames of what was fed."""
        for _ in range(2 * FRAMES_A_TURN):  # head and payload of a frame are a step each
            if self.protocol.state == self.protocol.STATE_CLOSED or not self.protocol.processData():
                self._is_amid = False
                return
        self._is_amid = True

    def pauseProducing(self) -> None:  # noqa: N802 – Twisted's name
        """More than 64 KiB wait to be sent: the client does not read what it has asked for."""
        self._is_read = False

    def resumeProducing(self) -> None:  # noqa: N802
        self._is_read = True

    def stopProducing(self) -> None:  # noqa: N802
        self.forget()

    def forget(self) -> None:
        """Lets go of half a message at once; protocol and reader hold each other until Python looks for such."""
        self._unread = b""
        self.protocol.data = b""
        self.protocol.frame_data = self.protocol.message_data = None

    def _go_on(self) -> None:
        self._waits = False
        if self.protocol.state == self.protocol.STATE_CLOSED:
            return
        if not self._must_rest():
            size = 0 if self._is_amid else SLICE_BYTES
            data, self._unread = self._unread[:size], self._unread[size:]
            self._feed(self.protocol, data)
        rest = self._rest()
        if self._unread or self._is_amid or rest:
            self._waits = True
            self.protocol.transport.pauseProducing()
            self._call_later(rest, self._go_on)
        else:
            self.protocol.transport.resumeProducing()

    def _rest(self) -> float:
        """Seconds until the next slice."""
        if self.protocol.state == self.protocol.STATE_CLOSING:
            return CLOSING_REST_SECONDS
        return REST_SECONDS if self._must_rest() else 0

    def _must_rest(self) -> bool:
        now = time.monotonic()
        earned = (now - self._counted_at) * FRAMES_A_SECOND
        self._frames = min(float(FRAMES_AT_ONCE), self._frames + earned)
        self._counted_at = now
        queue = getattr(self.protocol, "application_queue", None)
        return not self._is_read or self._frames < 0 or (queue is not None and queue.qsize() > MESSAGES_WAITING)


def share_fairly() -> None:
    """Replaces how Daphne's websockets take bytes and frames in. Does nothing under another server."""
    try:
        from autobahn.twisted.websocket import WebSocketServerProtocol
        from daphne.ws_protocol import WebSocketProtocol
        from twisted.internet import reactor
    except ImportError:
        return
    call_later: Callable[..., Any] = reactor.callLater

    def data_received(self: Any, data: bytes) -> None:
        if not hasattr(self, "reader"):
            self.reader = Reader(self, WebSocketServerProtocol.dataReceived, call_later)
            self.transport.unregisterProducer()  # it was the HTTP channel's
            self.transport.registerProducer(self.reader, True)
        self.reader.take(data)

    def consume_data(self: Any) -> None:
        if self.state in (self.STATE_OPEN, self.STATE_CLOSING):
            self.reader.consume()
        else:
            WebSocketServerProtocol.consumeData(self)

    def on_frame_begin(self: Any) -> None:
        if self.reader.count(self.current_frame.opcode < 8, not self.inside_message) and not self.failedByMe:
            self._fail_connection(TOO_BIG, "too many fragments")
        WebSocketServerProtocol.onFrameBegin(self)

    def connection_lost(self: Any, reason: Any) -> None:
        WebSocketServerProtocol.connectionLost(self, reason)
        self.reader.forget()

    WebSocketProtocol.dataReceived = data_received
    WebSocketProtocol.connectionLost = connection_lost
    WebSocketProtocol.consumeData = consume_data
    WebSocketProtocol.onFrameBegin = on_frame_begin
