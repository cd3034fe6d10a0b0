"""Websockets: a text goes out at once and in its place, and a socket ends whatever its client reads or sends."""

from __future__ import annotations

import json
import socket as sockets
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import uvicorn
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Frame, Opcode
from websockets.sync.client import connect

from orders.live.outbox import IS_BEHIND, SEND_NOW
from tests.faults.patience import sockets as open_sockets
from tests.faults.rude import CLOSE, TEXT, Line
from tests.faults.rude import frame as client_frame
from tests.servers import Server, wait_for
from webapp.server import sockets as server_sockets
from webapp.server.configuration import configuration
from webapp.server.sockets import frame

# No system takes it all before its reader has begun.
LONG = "é" * 10_000_000
UNKNOWN_OPCODE = client_frame(b"", opcode=3)

Application = Callable[[Any, Any, Any], Any]


@contextmanager
def serving(application: Application) -> Iterator[tuple[int, uvicorn.Server]]:
    """The application on our protocols, at a port of its own."""
    server = uvicorn.Server(configuration(application))
    with sockets.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=[[listening]])
        thread.start()
        try:
            wait_for(lambda: server.started, "uvicorn")
            yield listening.getsockname()[1], server
        finally:
            server.should_exit = True
            thread.join()


@pytest.mark.parametrize("text", ["", "x" * 125, "x" * 126, "é" * 32767 + "x", "x" * 65536, "✓"])
def test_a_frame_is_what_every_client_understands(text: str) -> None:
    assert frame(text) == Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


async def says_at_once_and_in_turn(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    send_now, is_behind = scope["extensions"][SEND_NOW], scope["extensions"][IS_BEHIND]
    send_now(f"at once, behind: {is_behind()}")
    await send({"type": "websocket.send", "text": "in turn"})
    send_now(LONG)
    send_now(f"behind: {is_behind()}")
    await send({"type": "websocket.close", "code": 4000})
    send_now("too late")


def test_what_is_sent_at_once_comes_in_its_place_and_never_once_the_socket_is_closed() -> None:
    with (
        serving(says_at_once_and_in_turn) as (port, _),
        connect(f"ws://127.0.0.1:{port}/", proxy=None, max_size=None) as socket,
    ):
        expected = ["at once, behind: False", "in turn", LONG, "behind: True"]
        assert [socket.recv(60) for _ in expected] == expected
        with pytest.raises(ConnectionClosedError) as closed:
            socket.recv(60)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4000


def test_a_client_that_never_reads_is_let_go_of_once_it_is_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_sockets, "ANSWER_SECONDS", 0.1)
    closed: list[int] = []

    async def says_too_much_and_closes(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        scope["extensions"][SEND_NOW](LONG)
        await send({"type": "websocket.close", "code": 4408})
        closed.append(4408)

    with serving(says_too_much_and_closes) as (port, server), Line(port, {}, receive=1024):
        wait_for(lambda: closed, "the close not waiting for the client")
        wait_for(lambda: not server.server_state.connections, "the connection's end")


def test_a_flood_is_taken_in_slices_between_what_others_say() -> None:
    heard: list[str] = []

    async def hears(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            heard.append(message["text"])
            if message["text"] == "quiet":
                await send({"type": "websocket.send", "text": "heard"})

    with serving(hears) as (port, _), Line(port, {}) as flooding, Line(port, {}) as quiet:
        flooding.send(client_frame(b"flood") * 5000)
        wait_for(lambda: heard, "the flood")
        quiet.send(client_frame(b"quiet"))
        assert quiet.read() == (TEXT, b"heard")
        assert heard.index("quiet") < 1000


@pytest.mark.parametrize("last", [client_frame(b"", CLOSE), UNKNOWN_OPCODE], ids=["closed", "broken"])
def test_a_client_that_asks_and_leaves_is_no_error_in_the_log(server: Server, last: bytes) -> None:
    headers = {"Authorization": f"Token {server.token('alice')}"}
    asked = [
        {"type": "subscribe", "stream": "orders", "after": 0},
        {"type": "subscribe", "stream": "quotes", "symbols": ["AAPL"]},
        {"type": "order.cancel", "order_id": 1},
        {"type": "nonsense"},
        {"type": "ping", "client_time": 1},
    ]
    before = len(server.log())
    with ExitStack() as stack:
        lines = [stack.enter_context(Line(server.port, headers)) for _ in asked]
        wait_for(lambda: open_sockets(server) == len(lines), "all being open")
        for number, line in enumerate(lines):
            said = [json.dumps(frame).encode() for frame in asked[number:] + asked[:number]]
            line.send(b"".join(map(client_frame, said)) + last)
        wait_for(lambda: open_sockets(server) == 0, "the server being done with them")
    assert server.log()[before:] == ""
