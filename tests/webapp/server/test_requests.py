"""Requests: all that comes is taken apart at a bounded pace, in slices, and no header is waited for without end."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import Any

import pytest

from tests.servers import wait_for
from tests.webapp.server.test_sockets import serving
from webapp.server import requests
from webapp.server.requests import BYTES_A_SECOND, SLICE_BYTES, SMALL_SLICE_BYTES, Intake, Requests


async def counts(scope: Any, receive: Any, send: Any) -> None:
    """Answers how long the body was."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = str(size).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


def ask(port: int, body: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n" + body)
        answer = b""
        while data := line.recv(4096):
            answer += data
    return answer.split(b"\r\n\r\n")[1]


def test_a_body_comes_whole_however_it_is_cut() -> None:
    size = 3_000_000
    with serving(counts) as (port, _):
        assert ask(port, b"Content-Length: %d\r\n\r\n" % size + b"x" * size) == b"%d" % size
        crumbs = b"1\r\nx\r\n" * 20_000 + b"0\r\n\r\n"
        assert ask(port, b"Transfer-Encoding: chunked\r\n\r\n" + crumbs) == b"20000"


def test_what_comes_together_is_taken_apart_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    handle = Requests._handle
    monkeypatch.setattr(Requests, "_handle", lambda self, data: (sizes.append(len(data)), handle(self, data))[1])

    with serving(counts) as (port, _):
        ask(port, b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 20_000 + b"0\r\n\r\n")

    assert sum(sizes) > 120_000
    assert max(sizes) <= SLICE_BYTES


def test_one_slice_that_takes_long_does_not_slow_down_the_rest_of_a_body(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    count = Requests._count

    def counted(self: Requests, size: int, seconds: float) -> None:
        sizes.append(size)
        count(self, size, 1.0 if len(sizes) == 10 else 0.0)

    monkeypatch.setattr(Requests, "_count", counted)
    monkeypatch.setattr(requests, "BYTES_A_PROCESSOR_SECOND", 0)
    with serving(counts) as (port, _):
        assert ask(port, b"Content-Length: 1000000\r\n\r\n" + b"x" * 1_000_000) == b"1000000"

    assert sizes.count(SMALL_SLICE_BYTES) == 1
    assert sizes.count(SLICE_BYTES) > 100


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: he"], ids=["nothing", "half a header"])
def test_a_header_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr(requests, "HEADER_SECONDS", 0.2)
    with serving(counts) as (port, server), socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(sent)
        assert line.recv(100) == b""
        wait_for(lambda: not server.server_state.connections, "the connection's end")


def test_what_large_requests_bring_is_shared_equally(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(requests, "time", SimpleNamespace(monotonic=lambda: now))
    intake, second = Intake(), BYTES_A_SECOND

    assert intake.rest("alone", second) == 1
    rests = [intake.rest(who, second / 100) for who in range(99)]
    assert rests[-1] == pytest.approx(1), "a hundred share what one had"
    assert intake.rest("alone", second) == pytest.approx(100), "and who brings more rests for longer"
    now += 2.1
    assert intake.rest("later", second) == pytest.approx(2), "who has brought nothing for a while does not share"
    intake.forget("alone")
    assert intake.rest("later", second) == pytest.approx(1)
