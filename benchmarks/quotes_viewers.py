"""Many sockets that watch prices, in one process, and what reached them: `helpers.helper("quotes_viewers")`.

A price is a pair of symbol and value that a socket has received. `bytes.count` counts the prices of a frame, and in
`delays` mode one pattern finds their times. Frames are parsed in `keep` mode alone, for the values a socket ends on.
"""

from __future__ import annotations

import json
import re
import resource
import select
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import orjson

from benchmarks.websocket import Client, Closed

SYMBOL = b'"symbol":'
AT = re.compile(rb'"at": ?([\d.]+)')
CHANGES = re.compile(rb'"changes":(\d+)')
HEARTBEAT = b'{"type":"heartbeat"'
SUBSCRIBED = b'"subscribed"'
AT_ONCE = 32
SLOW_SECONDS = 0.2


@dataclass(slots=True, eq=False)
class Watching:
    """One socket; `lasts` are its latest values, `next_at` is when a slow one reads again."""

    client: Client
    symbols: tuple[str, ...]
    lasts: dict[str, str] = field(default_factory=dict)
    next_at: float = 0.0


class Viewers:
    def __init__(self) -> None:
        self.watching: dict[int, Watching] = {}
        self.slow: dict[int, Watching] = {}
        self.poll = select.epoll()
        self.goal: tuple[int, float, float] | None = None
        self.lost: list[Watching] = []  # closed by the server: their latest values count
        self.newest = 0.0
        self.begin("count")

    def open(
        self, port: int, path: str, token: str, symbols: list[list[str]], per_second: int | None, slow: bool = False
    ) -> int:
        """Open a socket for each list of symbols; a `slow` one has a small buffer and reads a little, now and then."""
        for start in range(0, len(symbols), AT_ONCE):
            some = [(Client(port, narrow=slow), wanted) for wanted in symbols[start : start + AT_ONCE]]
            for client, _ in some:
                client.greet(token, path)
            for client, wanted in some:
                client.welcome()
                asked = {"type": "subscribe", "stream": "quotes", "symbols": wanted}
                client.send(json.dumps(asked if per_second is None else asked | {"per_second": per_second}))
            for client, wanted in some:
                client.wait_with(SUBSCRIBED)
                client.socket.setblocking(False)
                number = client.socket.fileno()
                (self.slow if slow else self.watching)[number] = Watching(client, tuple(wanted))
                if not slow:
                    self.poll.register(number, select.EPOLLIN)
        return len(self.watching) + len(self.slow)

    def close_slow(self) -> int:
        for watching in self.slow.values():
            watching.client.socket.close()
        self.slow.clear()
        return len(self.watching)

    def begin(self, mode: str) -> int:
        """Start a mode: `count` prices, also measure their `delays`, or `keep` the latest values."""
        self.mode = mode
        self.prices = self.frames = self.changes = 0
        self.delays: list[float] = []
        return len(self.watching)

    def take(self, watching: Watching, timed: bool = True) -> None:
        client = watching.client
        for frame in client.receive():
            if frame.startswith(HEARTBEAT):
                continue
            prices = frame.count(SYMBOL)
            if not prices:
                continue
            self.newest = time.monotonic()
            self.prices += prices
            self.frames += 1
            if found := CHANGES.search(frame, 0, 120):
                self.changes += int(found[1])
            if self.mode == "delays" and timed:
                self.delays += [client.arrived - float(at) for at in AT.findall(frame)]
            elif self.mode == "keep":
                self._keep(watching, frame)

    def _keep(self, watching: Watching, frame: bytes) -> None:
        told = orjson.loads(frame)
        for quote in told["quotes"] if "quotes" in told else [told["quote"]]:
            watching.lasts[quote["symbol"]] = quote["last"]

    def stale(self, lasts: dict[str, str]) -> dict[str, int]:
        """For how many symbols of all sockets the latest value is, and is not, the last one sent."""
        found = {"final": 0, "stale": 0, "closed": len(self.lost)}
        for watching in (*self.watching.values(), *self.slow.values(), *self.lost):
            for symbol in watching.symbols:
                is_final = watching.lasts.get(symbol) == lasts[symbol]
                found["final" if is_final else "stale"] += 1
        return found

    def result(self) -> dict[str, Any]:
        return {
            "prices": self.prices,
            "frames": self.frames,
            "changes": self.changes,
            "delays": self.delays,
            "closed": len(self.lost),
        }

    def run(self) -> None:
        self.poll.register(sys.stdin.fileno(), select.EPOLLIN)
        while True:
            for number, _ in self.poll.poll(0.02):
                if number == sys.stdin.fileno():
                    if not self._command():
                        return
                else:
                    self._take_of(number, self.watching)
            self._read_slowly()
            if self.goal is not None:
                self._look()

    def _take_of(self, number: int, where: dict[int, Watching], timed: bool = True) -> None:
        try:
            self.take(where[number], timed)
        except BlockingIOError:
            return
        except (Closed, OSError):
            if where is self.watching:
                self.poll.unregister(number)
            self.lost.append(where.pop(number))
            self.lost[-1].client.socket.close()

    def _read_slowly(self) -> None:
        now = time.monotonic()
        for number in list(self.slow):
            if now >= self.slow[number].next_at:
                self.slow[number].next_at = now + SLOW_SECONDS
                self._take_of(number, self.slow, timed=False)

    def _look(self) -> None:
        """Answer once all awaited prices have arrived, or nothing has for the agreed time."""
        assert self.goal is not None
        prices, quiet, began = self.goal
        if (prices and self.prices >= prices) or time.monotonic() - max(began, self.newest) > quiet:
            self.goal = None
            print(json.dumps(self.result()), flush=True)

    def _command(self) -> bool:
        line = sys.stdin.readline()
        if not line:
            return False
        asked = json.loads(line)
        do = asked.pop("do")
        if do == "until":
            self.goal = (asked.get("prices", 0), asked["quiet"], time.monotonic())
        else:
            print(json.dumps(getattr(self, do)(**asked)), flush=True)
        return True


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    Viewers().run()
