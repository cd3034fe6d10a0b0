"""Lets Daphne close a websocket with the codes that RFC 6455 has for servers: 1009 too big, 1012 restart.

Autobahn lets an application send 1000 and 3000 to 4999 alone, and raises for the rest; the frame itself takes any. And
where a client breaks the protocol, it drops the connection without a word unless told to close it.
"""

from __future__ import annotations

from typing import Any

NORMAL, RESTART = 1000, 1012
# A crowd that is sent away together answers seconds later. Who is cut before may lose the code with what is not read.
ANSWER_SECONDS = 10


def allow_server_codes() -> None:
    """Replaces two methods of Daphne's websockets. Does nothing under another server."""
    try:
        from autobahn.twisted.websocket import WebSocketServerFactory
        from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
    except ImportError:
        return

    def server_close(self: Any, code: int | None = None) -> None:
        if code == RESTART:
            self.closeHandshakeTimeout = ANSWER_SECONDS
        self.sendCloseFrame(code=NORMAL if code is None else code, isReply=False)

    def set_protocol_options(self: Any, **options: Any) -> None:
        WebSocketServerFactory.setProtocolOptions(self, failByDrop=False, **options)  # type: ignore[no-untyped-call]

    WebSocketProtocol.serverClose = server_close
    WebSocketFactory.setProtocolOptions = set_protocol_options
