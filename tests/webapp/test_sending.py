"""Frames that are written at once: what a client reads is the text, whatever its length and however full its line."""

from __future__ import annotations

import pytest
from websockets.frames import Frame, Opcode

from webapp.sending import frame, write


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
