"""Delay of one client from a POST, a command or a commit to the frame; and POSTs a second."""

from __future__ import annotations

import json
import re
import select
import socket
import statistics
import time
from typing import Any

from benchmarks.figures import percentile
from benchmarks.helpers import Helper
from benchmarks.listeners import COMMITTED, SUBSCRIBE
from benchmarks.served import Served
from benchmarks.websocket import Client

WARM_UP = 10
# A frame that has not arrived by then is lost, as plain Channels' frames are right after a socket connects.
LOST = 2.0
ORDER = {"symbol": "AAPL", "side": "buy", "quantity": "18", "price": "585.33"}
LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)

Found = dict[str, float]


class Poster:
    """A persistent HTTP connection that places orders."""

    def __init__(self, site: Served) -> None:
        self.site = site
        self.socket = socket.create_connection(("127.0.0.1", site.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answer = b""
        self._number = 0

    def post(self) -> None:
        self._number += 1
        body = json.dumps(ORDER | {"client_order_id": f"p-{time.time_ns()}-{self._number}"}).encode()
        lines = [
            "POST /api/orders/ HTTP/1.1",
            f"Host: 127.0.0.1:{self.site.port}",
            f"Authorization: Token {self.site.token}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + body)

    def is_answered(self) -> bool:
        """Read once; whether the answer is complete."""
        self._answer += self.socket.recv(65536)
        head, _, body = self._answer.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        # Without a length Daphne sends chunks, of which the last is empty.
        if len(body) < int(length[1]) if length else not body.endswith(b"0\r\n\r\n"):
            return False
        if b" 201 " not in head.split(b"\r\n")[0]:
            raise SystemExit(f"{self.site.name} answered {self._answer[:400]!r}")
        self._answer = b""
        return True


class Watcher(Client):
    """A subscribed socket that answers heartbeats; `committed` are the commit times in the newest frames."""

    def __init__(self, site: Served) -> None:
        super().__init__(site.port)
        self.committed: list[float] = []
        self.greet(site.token)
        self.welcome()
        if site.name == "product":
            self.send(SUBSCRIBE)
            self.wait_for(b'{"type":"subscribed"')

    def has_event(self) -> bool:
        """Read once; whether an event has arrived."""
        self.committed = []
        for frame in self.receive():
            if committed := COMMITTED.findall(frame):
                self.committed += map(float, committed)
            elif frame.startswith(b'{"type":"heartbeat"'):
                for user, seq in json.loads(frame)["heads"].items():
                    self.send(json.dumps({"type": "received", "user": user, "seq": seq}))
        return bool(self.committed)


def posts(site: Served, count: int) -> Found:
    """Milliseconds from POST to frame and from commit to frame, and from POST to its answer."""
    watcher, poster = Watcher(site), Poster(site)
    kept: dict[str, list[float]] = {"post → frame": [], "commit → frame": [], "post → answer": []}
    for number in range(WARM_UP + count):
        begun = time.time() * 1000
        poster.post()
        waiting: set[Any] = {watcher.socket, poster.socket}
        answered = 0.0
        while waiting:
            heard = select.select(list(waiting), [], [], LOST)[0]
            if not heard:
                break
            for ready in heard:
                if ready is watcher.socket and watcher.has_event():
                    waiting.discard(ready)
                elif ready is poster.socket and poster.is_answered():
                    answered = time.time() * 1000
                    waiting.discard(ready)
        if number >= WARM_UP and not waiting:
            kept["post → frame"].append(watcher.arrived - begun)
            kept["commit → frame"].append(watcher.arrived - watcher.committed[-1])
            kept["post → answer"].append(answered - begun)
    watcher.socket.close()
    poster.socket.close()
    return _summed_up(kept)


def commands(site: Served, count: int) -> Found:
    """Milliseconds from `order.place` to the event's frame on the same socket."""
    watcher = Watcher(site)
    kept: list[float] = []
    for number in range(WARM_UP + count):
        body = {"type": "order.place", "id": number, **ORDER, "client_order_id": f"c-{time.time_ns()}"}
        begun = time.time() * 1000
        watcher.send(json.dumps(body))
        while not watcher.has_event():
            pass
        if number >= WARM_UP:
            kept.append(watcher.arrived - begun)
    watcher.socket.close()
    return _summed_up({"place → frame": kept})


def elsewhere(site: Served, writer: Helper, count: int) -> Found:
    """Milliseconds from commit to frame, for saves by another process every 5 ms."""
    watcher = Watcher(site)
    kept: list[float] = []
    writer.ask("saves", count=1, pause=0, owners=["bench"])  # it may still be starting
    writer.tell("saves", count=count + WARM_UP, pause=0.005, owners=["bench"])
    while len(kept) < count + WARM_UP and select.select([watcher.socket], [], [], LOST)[0]:
        if watcher.has_event():
            kept += [watcher.arrived - committed for committed in watcher.committed]
    writer.answer()
    watcher.socket.close()
    return _summed_up({"elsewhere → frame": kept[WARM_UP:]})


def rate(site: Served, connections: int, seconds: float) -> Found:
    """POSTs a second, and a core-second of the server, on these connections while one socket watches."""
    watcher = Watcher(site)
    posters = {poster.socket: poster for poster in (Poster(site) for _ in range(connections))}
    done = 0
    used, began = site.seconds(), time.monotonic()
    for poster in posters.values():
        poster.post()
    while time.monotonic() - began < seconds:
        for ready in select.select([watcher.socket, *posters], [], [], 1)[0]:
            if ready is watcher.socket:
                watcher.has_event()
            elif posters[ready].is_answered():
                done += 1
                posters[ready].post()
    lasted, used = time.monotonic() - began, site.seconds() - used
    for poster in posters.values():
        while not poster.is_answered():
            pass
        poster.socket.close()
    watcher.socket.close()
    return {"saves/s": done / lasted, "saves/core-s": done / used}


def _summed_up(kept: dict[str, list[float]]) -> Found:
    found: Found = {}
    for name, values in kept.items():
        if not values:
            raise SystemExit(f"{name}: nothing arrived.")
        found[f"{name} p50"] = statistics.median(values)
        found[f"{name} p99"] = percentile(values, 0.99)
    return found
