"""A client that bears witness: it keeps every frame it was sent, and what it applied by the contract's rule."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.faults.ledger import Witness
from tests.faults.patience import HANG_SECONDS
from tests.faults.site import Site
from tests.servers import wait_for
from tests.stack.sockets import Follower, by_token, dial
from tests.traders import Trader

RETRY_SECONDS = 0.1


class Client(Follower):
    """A trader's, without orders when it begins. Its server gone, it tries the site's other ones in turn.

    `port` holds it to one server instead. `back_at` has when it was subscribed, `resets` how often it
    was told to reload.
    """

    def __init__(self, site: Site, trader: Trader, first: int = 0, port: int | None = None) -> None:
        super().__init__(site.servers[0], by_token(trader), trader.name)
        self.trader = trader
        self.frames: list[str] = []
        self.back_at: list[float] = []
        self.resets = 0
        self._ports = [port] if port else site.ports
        self._turn = first
        self._begun = threading.Event()

    @property
    def port(self) -> int:
        return self._ports[self._turn % len(self._ports)]

    @property
    def listening(self) -> bool:
        return self._listening

    @property
    def breaks(self) -> list[float]:
        """How long it was without a stream each time, in seconds."""
        found, gone = [], None
        for at, is_back in sorted([(at, True) for at in self.back_at] + [(at, False) for at in self.closed_at]):
            if is_back and gone is not None:
                found.append(at - gone)
            gone = None if is_back else (gone or at)
        return found

    def until(self, seq: int, seconds: float = HANG_SECONDS) -> None:
        super().until(seq, seconds)

    def until_listening(self) -> None:
        wait_for(lambda: self._listening, "subscribed again", HANG_SECONDS)

    def witness(self) -> Witness:
        return Witness(self._user, applied=list(self.events), foreign=foreign(self.frames, self._user))

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                with dial(self._server, self._headers, self.port) as socket:
                    self.socket = socket
                    if not self._over.is_set():  # else nobody would close it
                        self._read(socket)
            except (OSError, WebSocketException):
                self._over.wait(RETRY_SECONDS)
            finally:
                self._listening = False
            self._turn += 1

    def _read(self, socket: Any) -> None:
        try:
            while True:
                text = socket.recv()
                self.frames.append(text)
                self._take(json.loads(text))
        except ConnectionClosed:
            self.closed_at.append(time.time())
            self.codes.append(socket.close_code)

    def _take(self, frame: dict[str, Any]) -> None:
        super()._take(frame)
        if frame["type"] == "subscribed":
            self.back_at.append(time.time())
        elif frame["type"] == "reset":
            self.resets += 1


class Believer(Client):
    """Applies whatever it is sent, as it comes: what it holds shows what the server itself gets right."""

    def _apply(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            self.arrived[event["seq"]] = time.time()
            self.events.append(event)
            self.last = max(self.last or 0, event["seq"])


def foreign(frames: list[str], user: str) -> int:
    """How many frames carry anything of another person."""
    return sum(bool(_people(json.loads(text)) - {user}) for text in frames)


def _people(frame: dict[str, Any]) -> set[str]:
    events = frame.get("events", [])
    named = {event["user"] for event in events} | {event["order"]["user"] for event in events}
    return named | set(frame.get("heads", {})) | ({frame["user"]} if frame.get("user") else set())
