"""Reverse proxy of the product's server: answers `/ws/`, serves the other grids' pages (`/grids/`), forwards the rest.

So the product's own page, with its own socket code and under its own security policy, receives events at a pace that no
page can slow down. The websocket is real, since events created inside the page would be charged to the page's own
thread. The page's `received` is read and not waited for, since the other grids send no such frame.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Self

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from benchmarks.grids.load import stamped
from benchmarks.grids.prices import Prices
from benchmarks.served import ROOT
from orders.domain.page_tables import page_tables

HEARTBEAT_SECONDS = 5
SCRIPTS = ROOT / "static/js"
FILES = {
    "ag-grid.html": ROOT / "benchmarks/grids/pages/ag-grid.html",
    "ag-grid.js": ROOT / "benchmarks/grids/pages/ag-grid.js",
    "tabulator.html": ROOT / "benchmarks/grids/pages/tabulator.html",
    "tabulator.js": ROOT / "benchmarks/grids/pages/tabulator.js",
    "common.js": ROOT / "benchmarks/grids/pages/common.js",
    # The grids take their columns from the product's own source, with all that it imports.
    **{f"js/{path.relative_to(SCRIPTS)}": path for path in SCRIPTS.rglob("*.js")},
    "ag-grid-community.min.js": ROOT / "node_modules/ag-grid-community/dist/ag-grid-community.min.js",
    "tabulator.min.js": ROOT / "node_modules/tabulator-tables/dist/js/tabulator.min.js",
    "tabulator.min.css": ROOT / "node_modules/tabulator-tables/dist/css/tabulator.min.css",
}
# Data that the product's modules read from its own page.
TOLD = f'<script id="page-tables" type="application/json">{json.dumps(page_tables())}</script>'.encode()
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css"}


class Front:
    """A context manager; every subscriber is sent `user` and `head`."""

    def __init__(self, target: int, user: str, head: int) -> None:
        self.user = user
        self.head = head
        self._target = target
        self._sockets: dict[asyncio.StreamWriter, ServerProtocol] = {}
        self._quoted: dict[asyncio.StreamWriter, list[str]] = {}
        self._prices = Prices()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._await(asyncio.start_server(self._serve, sock=self._listener))
        asyncio.run_coroutine_threadsafe(self._beat(), self._loop)
        return self

    def __exit__(self, *error: object) -> None:
        self._await(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def play(self, events: list[bytes], head: int, a_second: int, batch: int) -> tuple[float, float]:
        """Send these, up to number `head`, to every connection; returns unix time of the first and the last frame."""
        return self._await(self._play(events, head, a_second, batch))

    @contextmanager
    def ticking(self, a_second: int) -> Iterator[None]:
        """Meanwhile send a new price of each subscribed symbol `a_second` times a second; 0 is never."""
        task = asyncio.run_coroutine_threadsafe(self._tick(a_second), self._loop) if a_second else None
        yield
        if task is not None:
            task.cancel()

    def _await(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _shut(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _play(self, events: list[bytes], head: int, a_second: int, batch: int) -> tuple[float, float]:
        began = time.time()
        first = head - len(events)
        for start in range(0, len(events), batch):
            await asyncio.sleep(max(0.0, began + start / a_second - time.time()))
            self.head = first + min(start + batch, len(events))
            self._send(stamped(events[start : start + batch]))
        return began, time.time()

    def _send(self, text: bytes, to: asyncio.StreamWriter | None = None) -> None:
        for writer in [to] if to else list(self._sockets):
            protocol = self._sockets[writer]
            protocol.send_text(text)
            writer.write(b"".join(protocol.data_to_send()))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            beat = {"type": "heartbeat", "server_time": time.time() * 1000, "heads": {self.user: self.head}}
            self._send(json.dumps(beat).encode())

    async def _tick(self, a_second: int) -> None:
        due = time.monotonic()
        while True:
            self._prices.step()
            for writer, symbols in self._quoted.items():
                self._send(self._prices.frame(symbols), writer)
            due += 1 / a_second
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            if path == "/ws/":
                await self._socket(head, reader, writer)
            elif path.startswith("/grids/"):
                _give(path.removeprefix("/grids/"), writer)
            else:
                await self._pass_on(head, reader, writer)
        writer.close()

    async def _socket(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        protocol = ServerProtocol()
        protocol.receive_data(head)
        for request in protocol.events_received():
            if isinstance(request, Request):
                protocol.send_response(protocol.accept(request))
        self._sockets[writer] = protocol
        hello = {"type": "hello", "protocol": 1, "user": self.user, "server_time": time.time() * 1000}
        self._send(json.dumps(hello | {"heartbeat_seconds": HEARTBEAT_SECONDS, "limits": {}}).encode(), writer)
        try:
            while data := await reader.read(65_536):
                protocol.receive_data(data)
                for frame in protocol.events_received():
                    if isinstance(frame, Frame) and frame.opcode is Opcode.TEXT:
                        self._answer(json.loads(frame.data), writer)
                writer.write(b"".join(protocol.data_to_send()))
        finally:
            del self._sockets[writer]
            self._quoted.pop(writer, None)

    def _answer(self, frame: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        if frame.get("stream") == "quotes":
            self._answer_about_prices(frame, writer)
            return
        now = time.time() * 1000
        answers = {
            "subscribe": {"type": "subscribed", "stream": "orders", "user": self.user, "head": self.head},
            "ping": {"type": "pong", "client_time": frame.get("client_time"), "received_at": now, "sent_at": now},
        }
        if answer := answers.get(frame["type"]):
            self._send(json.dumps(answer | {"id": frame.get("id")}).encode(), writer)

    def _answer_about_prices(self, frame: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        symbols: list[str] = frame["symbols"]
        others = [symbol for symbol in self._quoted.get(writer, []) if symbol not in symbols]
        is_begun = frame["type"] == "subscribe"
        self._quoted[writer] = others + symbols if is_begun else others
        answer = {"type": f"{frame['type']}d", "stream": "quotes", "symbols": symbols, "id": frame.get("id")}
        self._send(json.dumps(answer).encode(), writer)
        if is_begun:
            self._send(self._prices.frame(symbols), writer)

    async def _pass_on(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, here = await asyncio.open_connection("127.0.0.1", self._target)
        here.write(head)
        await asyncio.gather(_pump(reader, here), _pump(there, writer))


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    sink.close()


def _give(name: str, writer: asyncio.StreamWriter) -> None:
    path = FILES.get(name)
    if path is None:
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        return
    body = path.read_bytes() + (TOLD if path.suffix == ".html" else b"")
    kind = TYPES[path.suffix]
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + body)
