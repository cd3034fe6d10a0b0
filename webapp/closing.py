"""Lets Daphne close a websocket with the codes that RFC 6455 has for servers: 1009 too big, 1012 restart.

Autobahn lets an application send 1000 and 3000 to 4999 alone, and raises for the rest; the frame itself takes any.
"""

from __future__ import annotations

from typing import Any

NORMAL = 1000


def allow_server_codes() -> None:
    """Replaces the one method of Daphne's protocol that picks the close code. Does nothing under another server."""
    try:
        from daphne.ws_protocol import WebSocketProtocol
    except ImportError:
        return

    def server_close(self: Any, code: int | None = None) -> None:
        self.sendCloseFrame(code=NORMAL if code is None else code, isReply=False)

    WebSocketProtocol.serverClose = server_close
