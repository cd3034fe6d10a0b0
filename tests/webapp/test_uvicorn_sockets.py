"""Under uvicorn, too, a text goes out at once, between what is sent in its turn, and never once a socket is closed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from orders.delivery import SEND_NOW
from tests.servers import free_port, wait_for
from webapp.uvicorn_sockets import Sockets

LONG = "é" * 40_000


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Tells whether it may send at once, does so before and after its close, and ends."""
    await receive()
    await send({"type": "websocket.accept"})
    send_now = scope["extensions"].get(SEND_NOW)
    if send_now is None:
        await send({"type": "websocket.send", "text": "only in turn"})
    else:
        send_now("at once")
        await send({"type": "websocket.send", "text": "in turn"})
        send_now(LONG)
    await send({"type": "websocket.close", "code": 4000})
    if send_now is not None:
        send_now("too late")


@pytest.fixture(params=[False, True], ids=["plain", "compressed"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    port = free_port()
    config = uvicorn.Config(
        application, port=port, ws=Sockets, ws_per_message_deflate=request.param, lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(lambda: server.started, "uvicorn")
        yield f"ws://127.0.0.1:{port}/"
    finally:
        server.should_exit = True
        thread.join()


def test_what_is_sent_at_once_comes_in_its_place(url: str, request: pytest.FixtureRequest) -> None:
    is_compressed = "compressed" in request.node.name
    with connect(url, proxy=None) as socket:
        expected = ["only in turn"] if is_compressed else ["at once", "in turn", LONG]
        assert [socket.recv(5) for _ in expected] == expected
        with pytest.raises(ConnectionClosedError) as closed:
            socket.recv(5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4000
