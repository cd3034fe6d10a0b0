"""Who gets a socket and what they may follow; how they lose it is in tests/faults."""

from __future__ import annotations

import json
import socket as sockets
from typing import Any

import pytest
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import connect

from tests.servers import Server
from tests.stack.both import on_both
from tests.stack.sockets import by_session, by_token, close_code, dial
from tests.traders import Trader, new_order


def hello(stack: Server, headers: dict[str, str]) -> dict[str, Any]:
    with dial(stack, headers) as socket:
        return dict(json.loads(socket.recv(timeout=60)))


def test_a_session_of_this_very_origin_is_let_in(stack: Server, trader: Trader) -> None:
    assert hello(stack, by_session(trader))["user"] == trader.name


def test_a_token_is_let_in_without_an_origin(stack: Server, trader: Trader) -> None:
    greeting = hello(stack, by_token(trader))

    assert (greeting["user"], greeting["protocol"], greeting["heartbeat_seconds"]) == (trader.name, 1, 5)


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://evil.example",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1:1",
        "http://localhost:{port}",
        "http://127.0.0.1:{port}.evil.example",
    ],
)
def test_a_session_of_another_origin_is_refused(stack: Server, trader: Trader, origin: str | None) -> None:
    headers = by_session(trader)
    del headers["Origin"]
    if origin is not None:
        headers["Origin"] = origin.format(port=stack.port)

    with pytest.raises(InvalidHandshake):
        dial(stack, headers)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example"])
def test_another_host_is_not_answered(stack: Server, trader: Trader, host: str) -> None:
    with sockets.create_connection(("127.0.0.1", stack.port)) as line, pytest.raises(InvalidHandshake):
        connect(f"ws://{host}:{stack.port}/ws/", sock=line, additional_headers=by_token(trader), proxy=None)


def test_another_path_is_no_socket(stack: Server, trader: Trader) -> None:
    with pytest.raises(InvalidHandshake):
        connect(f"ws://127.0.0.1:{stack.port}/ws/other/", additional_headers=by_token(trader), proxy=None)


@pytest.mark.parametrize("headers", [{"Authorization": "Token nobody"}, {"Origin": "{url}"}], ids=["token", "session"])
def test_a_stranger_is_told_to_sign_in(stack: Server, headers: dict[str, str]) -> None:
    with dial(stack, {name: value.format(url=stack.url) for name, value in headers.items()}) as socket:
        assert json.loads(socket.recv(timeout=60))["code"] == "unauthenticated"
        assert close_code(socket) == 4401


def test_nobody_follows_another_without_permission(stack: Server, trader: Trader, neighbour: Trader) -> None:
    wrong = {neighbour.name: "not_found", "nobody-at-all": "not_found", "*": "forbidden"}
    with dial(stack, by_token(trader)) as socket:
        socket.recv(timeout=60)
        for user, code in wrong.items():
            socket.send(json.dumps({"type": "subscribe", "stream": "orders", "user": user, "id": user}))
            answer = next(frame for frame in frames(socket) if frame.get("id") == user)
            assert (answer["type"], answer["code"]) == ("error", code)


@on_both
def test_the_desk_follows_everyone_and_newcomers_too(stack: Server, trader: Trader, neighbour: Trader) -> None:
    trader.place()
    with dial(stack, {"Authorization": f"Token {stack.token('desk')}"}) as socket:
        socket.send(json.dumps({"type": "subscribe", "stream": "orders", "user": "*"}))
        heads = next(frame for frame in frames(socket) if frame["type"] == "subscribed")["head"]
        assert heads[trader.name] == 1
        assert neighbour.name not in heads

        trader.place()
        neighbour.place()

        heard: dict[str, list[int]] = {}
        for frame in frames(socket):
            for event in frame.get("events", []):
                heard.setdefault(event["user"], []).append(event["seq"])
            if {trader.name, neighbour.name} <= heard.keys():
                break
        assert (heard[trader.name], heard[neighbour.name]) == ([2], [1])


def frames(socket: Any) -> Any:
    while True:
        yield json.loads(socket.recv(timeout=60))


def test_a_message_of_64_kib_is_read(stack: Server, trader: Trader) -> None:
    frame = {"type": "ping", "client_time": 1.5, "id": ""}
    text = json.dumps(frame) + " " * (64 * 1024 - len(json.dumps(frame)))
    with dial(stack, by_token(trader)) as socket:
        socket.send(text)
        answer = next(frame for frame in frames(socket) if frame["type"] not in ("hello", "heartbeat"))

    assert (answer["type"], answer["client_time"]) == ("pong", 1.5)


def test_a_client_that_answers_nothing_gets_one_window_and_the_rest_when_it_answers(
    stack: Server, trader: Trader
) -> None:
    with dial(stack, by_token(trader)) as socket:
        socket.send(json.dumps({"type": "subscribe", "stream": "orders", "after": 0}))
        trader.place_many([new_order() for _ in range(700)])
        seen: list[int] = []
        for frame in frames(socket):
            seen += [event["seq"] for event in frame.get("events", [])]
            if len(seen) == 500 and frame["type"] == "heartbeat":
                break
        assert seen == list(range(1, 501))

        socket.send(json.dumps({"type": "ping", "client_time": 0}))
        assert next(frames(socket))["type"] == "pong"
        socket.send(json.dumps({"type": "received", "user": trader.name, "seq": 500}))
        for frame in frames(socket):
            seen += [event["seq"] for event in frame.get("events", [])]
            if len(seen) == 700:
                break
        assert seen == list(range(1, 701))
