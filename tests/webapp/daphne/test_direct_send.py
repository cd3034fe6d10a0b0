"""Frames that are written at once: what a client reads is the text, whatever its length and however full its line."""

from __future__ import annotations

import json
from contextlib import ExitStack

import pytest
from websockets.frames import Frame, Opcode

from tests.faults.patience import sockets
from tests.faults.rude import CLOSE
from tests.faults.rude import Line as RudeLine
from tests.faults.rude import frame as client_frame
from tests.servers import Server, wait_for
from webapp.daphne.direct_send import frame, write


@pytest.mark.parametrize("text", ["", "x" * 125, "x" * 126, "é" * 32767 + "x", "x" * 65536, "✓"])
def test_a_frame_is_what_every_client_understands(text: str) -> None:
    assert frame(text) == Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


class Line:
    """A transport whose system takes so many bytes at once, and itself as the socket in it."""

    def __init__(self, takes: int | None, waiting: bytes = b"") -> None:
        self.takes = takes
        self.connected = 1
        self.dataBuffer = waiting
        self._tempDataLen = 0
        self.socket = self
        self.at_once, self.later = b"", b""

    def send(self, data: bytes) -> int:
        if self.takes is None:
            raise BlockingIOError
        self.at_once += data[: self.takes]
        return len(data[: self.takes])

    def write(self, data: bytes) -> None:
        self.later += data


@pytest.mark.parametrize(
    ("line", "at_once", "later"),
    [
        (Line(10), b"frame", b""),
        (Line(2), b"fr", b"ame"),
        (Line(None), b"", b"frame"),
        (Line(10, waiting=b"earlier"), b"", b"frame"),
    ],
    ids=["free", "short", "full", "behind"],
)
def test_what_the_system_does_not_take_follows_in_order(line: Line, at_once: bytes, later: bytes) -> None:
    write(line, b"frame", at_once=True)
    assert (line.at_once, line.later) == (at_once, later)


def test_a_line_with_a_buffer_of_its_own_is_not_passed_by() -> None:
    line = Line(10)
    write(line, b"frame", at_once=False)
    assert (line.at_once, line.later) == (b"", b"frame")


BROKEN = client_frame(b"", opcode=3)


@pytest.mark.parametrize("last", [client_frame(b"", CLOSE), BROKEN], ids=["closed", "broken"])
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
        lines = [stack.enter_context(RudeLine(server.port, headers)) for _ in asked]
        wait_for(lambda: sockets(server) == len(lines), "all being open")
        for number, line in enumerate(lines):
            said = [json.dumps(frame).encode() for frame in asked[number:] + asked[:number]]
            line.send(b"".join(map(client_frame, said)) + last)
        wait_for(lambda: sockets(server) == 0, "the server being done with them")
    assert server.log()[before:] == ""
