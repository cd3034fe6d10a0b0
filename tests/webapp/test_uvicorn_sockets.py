"""Under uvicorn, too, a text goes out at once, between what is sent in its turn, and never once a socket is closed."""

from __future__ import annotations

import socket as sockets
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from orders.live.outbox import IS_BEHIND, SEND_NOW
from tests.servers import wait_for
from webapp.uvicorn_sockets import Sockets

# No system takes it all before its reader has begun.
LONG = "é" * 10_000_000


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Tells whether it may send at once, does so before and after its close, and ends."""
    await receive()
    await send({"type": "websocket.accept"})
    send_now = scope["extensions"].get(SEND_NOW)
    if send_now is None:
        await send({"type": "websocket.send", "text": "only in turn"})
    else:
        is_behind = scope["extensions"][IS_BEHIND]
        send_now(f"at once, behind: {is_behind()}")
        await send({"type": "websocket.send", "text": "in turn"})
        send_now(LONG)
        await send({"type": "websocket.send", "text": f"behind: {is_behind()}"})
    await send({"type": "websocket.close", "code": 4000})
    if send_now is not None:
        send_now("too late")


@pytest.fixture(params=[False, True], ids=["plain", "compressed"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    config = uvicorn.Config(
        application, ws=Sockets, ws_per_message_deflate=request.param, lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    listening = sockets.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    thread = threading.Thread(target=server.run, args=[[listening]])
    thread.start()
    try:
        wait_for(lambda: server.started, "uvicorn")
        yield f"ws://127.0.0.1:{port}/"
    finally:
        server.should_exit = True
        thread.join()


def test_what_is_sent_at_once_comes_in_its_place(url: str, request: pytest.FixtureRequest) -> None:
    is_compressed = "compressed" in request.node.name
    with connect(url, proxy=None, max_size=None) as socket:
        expected = ["only in turn"] if is_compressed else ["at once, behind: False", "in turn", LONG, "behind: True"]
        assert [socket.recv(60) for _ in expected] == expected
        with pytest.raises(ConnectionClosedError) as closed:
            socket.recv(60)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4000
