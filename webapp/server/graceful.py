"""Graceful shutdown (drain): accept queued connections, answer all requests, close the websockets, then exit."""

from __future__ import annotations

import asyncio
import logging
import select
import socket
import time
from collections.abc import Callable
from typing import cast

import uvicorn

from orders.socket.forecasts import close_forecast_hub
from orders.socket.quotes import close_quote_hub
from orders.socket.registry import get_sessions
from webapp import metrics
from webapp.server.requests import Requests
from webapp.server.sockets import Sockets

log = logging.getLogger(__name__)

# Requests that take longer are cut off; webapp.launch.supervisor waits a little longer than this.
FINISH_SECONDS = 5.0
LOOK_SECONDS = 0.05
# Idle polls in a row before a wait ends: data in transit has arrived by then.
QUIET_LOOKS = 2
TICKS_A_SECOND = 10  # of uvicorn's main loop
# Time left for uvicorn to close the remaining connections.
REST_SECONDS = 1


class Server(uvicorn.Server):
    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS_A_SECOND == 0:
            metrics.update()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        deadline = time.monotonic() + FINISH_SECONDS
        listening = sockets or []
        # When the last process closes a listening socket, the connections in its queue are cut off.
        await _until_quiet(lambda: bool(select.select(listening, [], [], 0)[0]), deadline, looks=1)
        for server in self.servers:
            server.close()
        # Not earlier: a client told to reconnect while this process still accepts connections may come back to it.
        await get_sessions().announce_shutdown()
        await _until_quiet(lambda: bool(self._answering), deadline)
        await get_sessions().all_gone()
        await close_forecast_hub()
        await close_quote_hub()
        self._cut_off()
        self.config.timeout_graceful_shutdown = REST_SECONDS
        await super().shutdown(sockets)

    @property
    def _answering(self) -> list[Requests | Sockets]:
        connections = cast("set[Requests | Sockets]", self.server_state.connections)
        return [connection for connection in connections if connection.is_answering]

    def _cut_off(self) -> None:
        """Abort the requests that have taken too long."""
        for connection in (late := self._answering):
            connection.transport.abort()
        if late:
            log.warning("%d requests took too long and were cut off.", len(late))
        # uvicorn would log a traceback for each.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)


async def _until_quiet(is_busy: Callable[[], bool], deadline: float, looks: int = QUIET_LOOKS) -> None:
    quiet = 0
    while quiet < looks and time.monotonic() < deadline:
        quiet = 0 if is_busy() else quiet + 1
        if quiet < looks:
            await asyncio.sleep(LOOK_SECONDS)
