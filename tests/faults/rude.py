"""A websocket client made of bytes, for what no decent client does: broken frames, bombs, and never reading."""

from __future__ import annotations

import base64
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Self

CONTINUATION, TEXT, BINARY, CLOSE, PING = 0, 1, 2, 8, 9


def frame(payload: bytes, opcode: int = TEXT, *, fin: bool = True, rsv: int = 0) -> bytes:
    """One frame as a client sends it; masked with zeros, which leaves the payload as it is."""
    size = len(payload)
    if size < 126:
        length = struct.pack("!B", 0x80 | size)
    elif size < 65536:
        length = struct.pack("!BH", 0x80 | 126, size)
    else:
        length = struct.pack("!BQ", 0x80 | 127, size)
    return bytes([(fin << 7) | (rsv << 4) | opcode]) + length + b"\0\0\0\0" + payload


def fragments(payloads: int, size: int = 1) -> bytes:
    """The start of a message that never ends: so many fragments."""
    return frame(b"x" * size, fin=False) + frame(b"x" * size, CONTINUATION, fin=False) * (payloads - 1)


class Line:
    """A TCP connection upgraded to `/ws/`; `receive` is the size of the kernel's buffer for what comes in."""

    def __init__(self, port: int, headers: dict[str, str], receive: int | None = None) -> None:
        self.socket = socket.socket()
        if receive is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        self.socket.settimeout(60)
        self.socket.connect(("127.0.0.1", port))
        key = base64.b64encode(os.urandom(16)).decode()
        asked = {
            "Host": f"127.0.0.1:{port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": key,
            "Sec-WebSocket-Version": "13",
            **headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in asked.items())
        self.socket.sendall(f"GET /ws/ HTTP/1.1\r\n{lines}\r\n".encode())
        self.answer = b""
        while b"\r\n\r\n" not in self.answer:
            self.answer += self._some()
        self.answer, self._rest = self.answer.split(b"\r\n\r\n", 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def send(self, data: bytes) -> bool:
        """Whether all of it was taken before the server closed."""
        try:
            self.socket.sendall(data)
        except OSError:
            return False
        return True

    def hang_up(self) -> None:
        """Ends it from another thread too, whatever that one waits for."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def close_code(self) -> int | None:
        """Reads to the server's close frame and answers it; None where the connection ends without one."""
        codes = [int.from_bytes(payload[:2], "big") for opcode, payload in self if opcode == CLOSE]
        return codes[0] if codes else None

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Opcode and payload of each frame up to the server's close, which is answered, or the connection's end."""
        while (found := self.read()) is not None:
            yield found
            if found[0] == CLOSE:
                self.send(frame(found[1], CLOSE))
                return

    def read(self) -> tuple[int, bytes] | None:
        """The next frame's opcode and payload; None at the connection's end. TimeoutError if nothing comes."""
        try:
            opcode, size = self._take(1)[0] & 15, self._take(1)[0]
            if size > 125:
                size = int.from_bytes(self._take(2 if size == 126 else 8), "big")
            return opcode, self._take(size)
        except (ConnectionError, EOFError):
            return None

    def _take(self, size: int) -> bytes:
        while len(self._rest) < size:
            self._rest += self._some()
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def _some(self) -> bytes:
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        return data
