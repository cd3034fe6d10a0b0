"""Lets uvicorn's websockets send a ready text at once, as `webapp.daphne.direct_send` does for Daphne's.

For who runs uvicorn, which the product itself does not need: `uvicorn --ws webapp.uvicorn_sockets:Sockets`.
"""

from __future__ import annotations

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from orders.live.outbox import IS_BEHIND, SEND_NOW
from webapp.daphne.direct_send import frame


class Sockets(WebSocketsSansIOProtocol):
    """Without compression: a frame that is written by hand would pass it by."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101 and not self.conn.extensions:
            extensions: dict[str, object] = self.scope["extensions"]  # type: ignore[assignment]
            extensions[SEND_NOW] = self.send_now
            extensions[IS_BEHIND] = self.is_behind

    def send_now(self, text: str) -> None:
        if self.handshake_complete and not (self.close_sent or self.disconnected):
            self.transport.write(frame(text))

    def is_behind(self) -> bool:
        """Whether anything for this client waits in the process, since the system takes no more of it."""
        return bool(self.transport.get_write_buffer_size())
