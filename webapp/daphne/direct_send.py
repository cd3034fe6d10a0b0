"""Lets Daphne's websockets send a ready text at once: a frame is one write to the system, not a turn of the loop.

Autobahn prepares each write for a log that nobody keeps, and Twisted hands it over a turn later, with two calls to the
system to be told when. For a socket that takes what it is sent neither is needed.
"""

from __future__ import annotations

import socket
import sys
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any

from orders.live.outbox import IS_BEHIND, SEND_NOW

TEXT = 0x81  # a whole message of text in one frame
# The system takes megabytes for a client who does not read, and prices would be as old as it takes him to get through
# them. Of what it has not sent yet it takes so much; what is on its way does not count.
NOT_SENT_BYTES = 16 * 1024
TCP_NOTSENT_LOWAT = {"linux": 25, "darwin": 0x201}.get(sys.platform)


def send_at_once() -> None:
    """Replaces how Daphne's websockets send text, and offers it in their scope. Does nothing under another server."""
    try:
        from daphne.server import Server
        from daphne.ws_protocol import WebSocketProtocol
        from twisted.internet.tcp import Server as Connection
    except ImportError:
        return
    create_application, server_send = Server.create_application, WebSocketProtocol.serverSend

    def send_now(protocol: Any, text: str) -> None:
        if protocol.state == protocol.STATE_OPEN:  # else its application is about to hear of its end
            write(protocol.transport, frame(text), at_once=type(protocol.transport) is Connection)

    def send(self: Any, content: Any, binary: bool = False) -> None:
        if self.state in (self.STATE_CLOSING, self.STATE_CLOSED):
            return  # its application is about to hear of its end, which is no error
        if binary or self.state != self.STATE_OPEN or self.send_queue:
            server_send(self, content, binary)
        else:
            send_now(self, content)

    def create(self: Any, protocol: Any, scope: dict[str, Any]) -> Any:
        if scope["type"] == "websocket":
            keep_short(protocol.transport)
            scope["extensions"] = {SEND_NOW: partial(send_now, protocol), IS_BEHIND: partial(is_behind, protocol)}
        return create_application(self, protocol, scope)

    WebSocketProtocol.serverSend = send
    Server.create_application = create


def keep_short(transport: Any) -> None:
    """Lets the system keep little that is not sent yet, where it knows how."""
    if TCP_NOTSENT_LOWAT is not None:
        with suppress(OSError):  # it is no TCP connection
            transport.getHandle().setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, NOT_SENT_BYTES)


def is_behind(protocol: Any) -> bool:
    """Whether bytes for this client wait in the process, since the system takes no more of them."""
    transport = protocol.transport
    return bool(getattr(transport, "dataBuffer", b"") or getattr(transport, "_tempDataLen", 0))


def write(transport: Any, data: bytes, *, at_once: bool) -> None:
    """`at_once` gives the system what it takes now, unless something waits to go first: no turn of the loop."""
    sent = 0
    if at_once and transport.connected and not (transport.dataBuffer or transport._tempDataLen):
        try:
            sent = transport.socket.send(data)
        except OSError:  # full for now, or lost: the transport finds out by itself
            sent = 0
    if sent < len(data):
        transport.write(data[sent:])


@lru_cache(1)  # many sockets are sent the same text one after the other
def frame(text: str) -> bytes:
    """The text as RFC 6455 has a server send it."""
    payload = text.encode()
    size = len(payload)
    if size < 126:
        return bytes((TEXT, size)) + payload
    if size < 65536:
        return bytes((TEXT, 126)) + size.to_bytes(2, "big") + payload
    return bytes((TEXT, 127)) + size.to_bytes(8, "big") + payload
