"""A client that watches prices on a served `/ws/`, and the symbols it may watch."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Self

from tests.servers import PATIENCE, Server
from tests.stack.sockets import Frame, dial

SYMBOLS = [f"Q{number:02}" for number in range(60)]
LIST = f"""
from market.models import Instrument
Instrument.objects.bulk_create([Instrument(symbol=s, name=s, currency="USD") for s in {SYMBOLS!r}])
"""


class Watcher:
    """`quotes` has the latest of each symbol, `frames` every frame of quotes, `errors` what nobody had asked for."""

    def __init__(self, server: Server, user: str = "alice") -> None:
        self._dialled = dial(server, {"Authorization": f"Token {server.token(user)}"})
        self.frames: list[Frame] = []
        self.errors: list[Frame] = []
        self.others: list[Frame] = []
        self.quotes: dict[str, Frame] = {}
        self.feed: Frame = {}

    def __enter__(self) -> Self:
        self.socket = self._dialled.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._dialled.__exit__(kind, error, trace)

    @property
    def local_port(self) -> int:
        return int(self.socket.local_address[1])

    @property
    def refused(self) -> list[tuple[str, list[str]]]:
        return [(error["code"], error["fields"]["symbols"]) for error in self.errors]

    def subscribe(self, symbols: Iterable[str], **more: Any) -> Frame:
        return self.ask("subscribe", symbols=list(symbols), **more)

    def ask(self, kind: str, **fields: Any) -> Frame:
        """The answer to a frame of the stream `quotes`."""
        self.socket.send(json.dumps({"type": kind, "stream": "quotes", "id": "asked", **fields}))
        return next(frame for frame in self.read(PATIENCE) if frame.get("id") == "asked")

    def ping(self) -> None:
        """Returns when all that the server had sent before its answer has been taken in."""
        self.socket.send(json.dumps({"type": "ping", "client_time": 0}))
        self.until(lambda: self.others and self.others[-1]["type"] == "pong", "a pong")

    def until(self, fact: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
        """Takes frames in until the fact holds; its value."""
        for _ in self.read(seconds):
            if found := fact():
                return found
        raise AssertionError(f"{what} did not happen within {seconds:g} s: {self.refused}, {self.feed}")

    def read(self, seconds: float) -> Iterator[Frame]:
        """Frames as they come, for so long."""
        over = time.monotonic() + seconds
        while (left := over - time.monotonic()) > 0:
            try:
                frame = json.loads(self.socket.recv(timeout=left))
            except TimeoutError:
                return
            self._take(frame)
            yield frame

    def _take(self, frame: Frame) -> None:
        if frame["type"] == "quotes":
            self.frames.append(frame)
            self.quotes |= {quote["symbol"]: quote for quote in frame["quotes"]}
            self.feed = frame.get("feed", self.feed)
        elif frame["type"] == "error" and "id" not in frame:
            self.errors.append(frame)
        else:
            self.others.append(frame)
