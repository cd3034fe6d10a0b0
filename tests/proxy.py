"""A TCP proxy before a server on this machine: breaks the network as a test says, for connections old and new."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Literal

Side = Literal["client", "server"]
Chunks = asyncio.Queue[tuple[float, bytes]]

CHUNK = 4096
QUEUED = 64
WITH_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards to `target` on 127.0.0.1 until told otherwise; to be used in a `with`, from any thread.

    `accepted` counts the connections that ever came, `connections` those that are open. What is held back is
    delivered when the network heals.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.accepted = 0
        self.seconds = self.jitter = 0.0
        self.rate: int | None = None
        self.flowing = asyncio.Event()
        self._pairs: dict[asyncio.Task[None], Pair] = {}
        self._abandoned: list[socket.socket] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Proxy:
        self._thread.start()
        self.forward()
        self._in_loop(self._listen())
        return self

    def __exit__(self, *error: object) -> None:
        self._in_loop(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def connections(self) -> int:
        return len(self._pairs)

    def forward(self) -> None:
        """Heals: no delay, no throttle, and what was held back flows on."""
        self.seconds, self.jitter, self.rate = 0.0, 0.0, None
        self._loop.call_soon_threadsafe(self.flowing.set)

    def blackhole(self) -> None:
        """Nothing passes, neither bytes nor an end, and nobody is told; who connects is left alone."""
        self._loop.call_soon_threadsafe(self.flowing.clear)

    def delay(self, seconds: float, jitter: float = 0.0) -> None:
        """Every byte comes this much later, more or less by up to the jitter, in order."""
        self.seconds, self.jitter = seconds, jitter

    def throttle(self, bytes_per_second: int) -> None:
        """At most so many bytes a second, each way of each connection."""
        self.rate = bytes_per_second

    def drop(self) -> None:
        """Ends every open connection in order, as a proxy does that restarts."""
        self._in_loop(self._end())

    def reset(self) -> None:
        """Ends every open connection with an RST to both."""
        self._in_loop(self._end(linger=WITH_RESET))

    def half_open(self, unaware: Side) -> None:
        """Ends every open connection on one side; who is `unaware` goes on believing in it. New ones work."""
        self._in_loop(self._end(unaware=unaware))

    def _in_loop(self, deed: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(deed, self._loop).result(60)

    async def _listen(self) -> None:
        self._accepting = asyncio.create_task(self._accept())

    async def _accept(self) -> None:
        while True:
            client, _ = await self._loop.sock_accept(self._listener)
            self.accepted += 1
            pair = Pair(self, client)
            task = asyncio.create_task(pair.serve())
            self._pairs[task] = pair
            task.add_done_callback(self._pairs.pop)

    async def _end(self, linger: bytes | None = None, unaware: Side | None = None) -> None:
        ending = dict(self._pairs)
        for task, pair in ending.items():
            pair.linger = linger
            if unaware is not None:
                pair.kept = pair.client if unaware == "client" else pair.server
                self._abandoned.append(pair.kept)
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    async def _shut(self) -> None:
        self._accepting.cancel()
        await asyncio.gather(self._accepting, return_exceptions=True)
        self._listener.close()
        await self._end()
        for end in self._abandoned:
            end.close()


class Pair:
    """One connection: the client's end and one of our own to the server."""

    def __init__(self, proxy: Proxy, client: socket.socket) -> None:
        self.client = client
        self.server = socket.socket()
        self.linger: bytes | None = None
        self.kept: socket.socket | None = None
        self._proxy = proxy
        self._loop = asyncio.get_running_loop()

    async def serve(self) -> None:
        try:
            for end in (self.client, self.server):
                end.setblocking(False)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._proxy.flowing.wait()
            await self._loop.sock_connect(self.server, ("127.0.0.1", self._proxy.target))
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._pass(self.client, self.server))
                ways.create_task(self._pass(self.server, self.client))
        except* OSError:
            pass  # Where one end is gone, so is the connection.
        finally:
            # Only now, when nothing waits for them any more: their numbers are given away again at once.
            self._close()

    def _close(self) -> None:
        for end in (self.client, self.server):
            if end is self.kept:
                continue
            with suppress(OSError):
                if self.linger is not None:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, self.linger)
            end.close()

    async def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        """Everything from one end to the other, then the end of it."""
        chunks: Chunks = asyncio.Queue(QUEUED)
        async with asyncio.TaskGroup() as both:
            both.create_task(self._read(source, chunks))
            both.create_task(self._write(sink, chunks))

    async def _read(self, source: socket.socket, chunks: Chunks) -> None:
        chunk = b"more"
        while chunk:
            chunk = await self._loop.sock_recv(source, CHUNK)
            late = self._proxy.seconds + random.uniform(-1, 1) * self._proxy.jitter
            await chunks.put((self._loop.time() + late, chunk))
            if self._proxy.rate is not None:
                await chunks.join()  # A slow line stores nothing: who sends must feel it.

    async def _write(self, sink: socket.socket, chunks: Chunks) -> None:
        chunk = b"more"
        while chunk:
            due, chunk = await chunks.get()
            await asyncio.sleep(due - self._loop.time())
            await self._proxy.flowing.wait()
            await self._send(sink, chunk)
            chunks.task_done()
        sink.shutdown(socket.SHUT_WR)

    async def _send(self, sink: socket.socket, chunk: bytes) -> None:
        while chunk:
            rate = self._proxy.rate  # Looked at for each part, so that a line that heals is quick at once.
            size = len(chunk) if rate is None else max(1, rate // 10)
            await self._loop.sock_sendall(sink, chunk[:size])
            if rate is not None:
                await asyncio.sleep(min(size, len(chunk)) / rate)
            chunk = chunk[size:]
