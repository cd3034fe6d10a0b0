"""A websocket client that costs next to nothing, so that the server is measured."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

NARROW_BYTES, SEGMENT_BYTES = 4096, 1400
MASK = bytes(4)  # a client must mask its frames; masking with zeros costs nothing


class Closed(Exception):
    """The server has closed the socket."""


class Client:
    """`arrived` is when the newest bytes were read; `frames` gives the complete text frames among them."""

    def __init__(self, port: int, source: str = "127.0.0.1", *, narrow: bool = False) -> None:
        """`narrow`: packets as small as a network's and a buffer for a few, so that unread data piles up."""
        self.socket = socket.socket()
        if narrow:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW_BYTES)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT_BYTES)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((source, 0))
        self.socket.settimeout(60)
        self.socket.connect(("127.0.0.1", port))
        self.port = port
        self.arrived = 0.0
        self._buffer = b""

    def greet(self, token: str, path: str = "/ws/") -> None:
        """Send the handshake; `welcome` reads its answer."""
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            f"Authorization: Token {token}",
        ]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    def welcome(self) -> None:
        while b"\r\n\r\n" not in self._buffer:
            self._read()
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise SystemExit(f"The handshake was refused: {head[:200]!r}")

    def send(self, text: str) -> None:
        payload = text.encode()
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else bytes([0xFE]) + size.to_bytes(2, "big")
        self.socket.sendall(b"\x81" + length + MASK + payload)

    def wait_for(self, start: bytes) -> bytes:
        """The next frame that starts like this; earlier ones are dropped."""
        return self._wait(lambda frame: frame.startswith(start))

    def wait_with(self, part: bytes) -> bytes:
        """The next frame that contains this; earlier ones are dropped."""
        return self._wait(lambda frame: part in frame)

    def _wait(self, is_it: Callable[[bytes], bool]) -> bytes:
        while True:
            for frame in self.frames():
                if is_it(frame):
                    return frame
            self._read()

    def receive(self) -> Iterator[bytes]:
        """Read once; returns the complete frames."""
        self._read()
        return self.frames()

    def frames(self) -> Iterator[bytes]:
        data, at = self._buffer, 0
        found = []
        while len(data) >= at + 2:
            kind, size, start = data[at] & 15, data[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if len(data) < start + size:
                break
            found.append((kind, data[start : start + size]))
            at = start + size
        self._buffer = data[at:]
        for kind, payload in found:
            if kind == 9:
                self.socket.sendall(b"\x8a" + bytes([0x80 | len(payload)]) + MASK + payload)
            elif kind == 8:
                raise Closed(payload)
            elif kind == 1:
                yield payload

    def _read(self) -> None:
        data = self.socket.recv(262144)
        self.arrived = time.time() * 1000
        if not data:
            raise Closed("without a close frame")
        self._buffer += data
