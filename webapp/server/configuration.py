"""uvicorn's configuration."""

from __future__ import annotations

from typing import Any

import uvicorn

from orders.protocol.sizes import FROM_CLIENT_BYTES
from webapp.launch.listener import BACKLOG
from webapp.server.requests import Requests
from webapp.server.sockets import Sockets

PING_SECONDS, PONG_SECONDS = 20.0, 30.0
# Longer than proxies and browsers keep an idle connection: they close it, so no request races with our close.
KEEP_ALIVE_SECONDS = 75


def configuration(application: Any, *, proxy_headers: bool = False) -> uvicorn.Config:
    """uvicorn's configuration; with `proxy_headers`, client address and scheme come from the proxy's headers."""
    return uvicorn.Config(
        application,
        http=Requests,
        ws=Sockets,
        loop="asyncio",
        lifespan="off",
        log_config=None,
        # Otherwise each malformed request or frame logs a line, and strangers could flood the log.
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=proxy_headers,
        forwarded_allow_ips="*",
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        ws_max_size=FROM_CLIENT_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PONG_SECONDS,
        ws_per_message_deflate=False,
    )
