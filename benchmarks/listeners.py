"""Many websockets in one process, and the arrival of each event at each of them: `helpers.helper("listeners")`.

The time of its commit identifies an event: every server measured here puts `"committed":…` into its frames.
"""

from __future__ import annotations

import json
import re
import resource
import select
import sys
import time
from typing import Any

from benchmarks.websocket import Client, Closed

COMMITTED = re.compile(rb'"committed":\s*([\d.]+)')
SUBSCRIBE = '{"type":"subscribe","stream":"orders"}'
AT_ONCE = 32
A_SOURCE = 4000


class Listeners:
    def __init__(self) -> None:
        self.clients: dict[int, Client] = {}
        self.poll = select.epoll()
        self.heard: list[tuple[float, int, bytes]] = []
        self.counts: dict[int, int] = {}
        self.goal: tuple[int, float, float, str] | None = None
        self.newest = 0.0
        self.closed = 0

    def open(self, port: int, tokens: list[str], count: int, subscribes: bool) -> int:
        """Open `count` sockets with the tokens in turn, from another local address every few thousand."""
        for start in range(0, count, AT_ONCE):
            numbers = range(start, min(count, start + AT_ONCE))
            some = [Client(port, f"127.0.0.{2 + number // A_SOURCE}") for number in numbers]
            for number, client in zip(numbers, some, strict=True):
                client.greet(tokens[number % len(tokens)])
            for client in some:
                client.welcome()
                if subscribes:
                    client.send(SUBSCRIBE)
            for client in some:
                if subscribes:
                    client.wait_for(b'{"type":"subscribed"')
                self._keep(client)
        return len(self.clients)

    def _keep(self, client: Client) -> None:
        client.socket.setblocking(False)
        self.clients[client.socket.fileno()] = client
        self.counts[client.socket.fileno()] = 0
        self.poll.register(client.socket.fileno(), select.EPOLLIN)

    def _lose(self, number: int) -> None:
        self.poll.unregister(number)
        self.clients.pop(number).socket.close()
        self.counts.pop(number)
        self.closed += 1

    def begin(self) -> int:
        self.heard.clear()
        self.counts = dict.fromkeys(self.clients, 0)
        return len(self.clients)

    def take(self, number: int) -> None:
        client = self.clients[number]
        for frame in client.receive():
            events = frame.count(b'"committed":')
            if events:
                self.heard.append((client.arrived, number, frame))
                self.counts[number] += events
                self.newest = time.monotonic()
            elif frame.startswith(b'{"type":"heartbeat"'):
                for user, seq in json.loads(frame)["heads"].items():
                    client.send(json.dumps({"type": "received", "user": user, "seq": seq}))

    def is_done(self) -> bool:
        """Whether every socket has all its events, or nothing has arrived for the agreed time."""
        assert self.goal is not None
        each, quiet, began, _ = self.goal
        if time.monotonic() - max(began, self.newest) > quiet:
            return True
        return all(count >= each for count in self.counts.values())

    def result(self, last: str) -> dict[str, Any]:
        """Each event's commit, first and last arrival and number of sockets; how many sockets got the last value."""
        events: dict[float, list[float]] = {}
        final: set[int] = set()
        for arrived, number, frame in self.heard:
            for committed in COMMITTED.findall(frame):
                events.setdefault(float(committed), []).append(arrived)
            if last and last.encode() in frame:
                final.add(number)
        found = [[committed, min(times), max(times), len(times)] for committed, times in sorted(events.items())]
        delivered = sum(times for _, _, _, times in found)
        return {"events": found, "delivered": delivered, "final": len(final), "closed": self.closed}

    def run(self) -> None:
        self.poll.register(sys.stdin.fileno(), select.EPOLLIN)
        checked = 0.0
        while True:
            for number, _ in self.poll.poll(0.02):
                if number != sys.stdin.fileno():
                    try:
                        self.take(number)
                    except (Closed, OSError):
                        self._lose(number)
                elif not self._command():
                    return
            if self.goal is not None and time.monotonic() - checked > 0.02:
                checked = time.monotonic()
                if self.is_done():
                    answer, self.goal = self.result(self.goal[3]), None
                    print(json.dumps(answer), flush=True)

    def _command(self) -> bool:
        line = sys.stdin.readline()
        if not line:
            return False
        asked = json.loads(line)
        do = asked.pop("do")
        if do == "until":
            self.goal = (asked["each"], asked["quiet"], time.monotonic(), asked.get("last", ""))
        else:
            print(json.dumps(getattr(self, do)(**asked)), flush=True)
        return True


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    Listeners().run()
