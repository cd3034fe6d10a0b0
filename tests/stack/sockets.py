"""Real clients of a served `/ws/`: a bare socket, and one that follows the contract's rule and comes back by itself."""

from __future__ import annotations

import json
import threading
import time
from types import TracebackType
from typing import Any, Self

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from tests.servers import PATIENCE, START_PATIENCE, Server, wait_for
from tests.traders import Trader

Frame = dict[str, Any]


def dial(server: Server, headers: dict[str, str], port: int | None = None) -> ClientConnection:
    """An open socket; websockets' own exceptions where the handshake is refused."""
    url = f"ws://127.0.0.1:{port or server.port}/ws/"
    # As browsers do: what comes in is taken in, read or not, and so a close is seen at once.
    options: Any = {"compression": None, "proxy": None, "open_timeout": 60, "close_timeout": 2, "max_queue": None}
    found: ClientConnection = connect(url, additional_headers=headers, **options)
    return found


def by_token(trader: Trader) -> dict[str, str]:
    return {"Authorization": f"Token {trader.token}"}


def by_session(trader: Trader) -> dict[str, str]:
    """As a page of this site opens its socket."""
    return {"Cookie": f"sessionid={trader.session}", "Origin": trader.server.url}


def close_code(socket: ClientConnection, seconds: float = PATIENCE) -> int | None:
    """Reads until the server closes; the code it gave."""
    try:
        while True:
            socket.recv(timeout=seconds)
    except ConnectionClosed:
        return socket.close_code


class Follower:
    """Applies last + 1, drops what is smaller, asks again on a gap or when a head is ahead twice, answers heartbeats.

    `arrived` has when each event came, in unix seconds; `codes` why connections ended.
    """

    def __init__(self, server: Server, headers: dict[str, str], user: str, port: int | None = None) -> None:
        self.events: list[Frame] = []
        self.arrived: dict[int, float] = {}
        self.going_away: list[Frame] = []
        self.codes: list[int | None] = []
        self.closed_at: list[float] = []
        self.last: int | None = None
        self.head = 0
        self.gaps = 0
        self.duplicates = 0
        self.socket: ClientConnection | None = None
        self._server, self._headers, self._port = server, headers, port
        self._user = user
        self._listening = False
        self._behind = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"follower of {user}")

    @classmethod
    def of(cls, trader: Trader, **options: Any) -> Self:
        return cls(trader.server, by_token(trader), trader.name, **options)

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            wait_for(lambda: self._listening, "subscribed", START_PATIENCE)
        except AssertionError:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self.socket is not None:
            self.socket.close()
        self._thread.join()

    @property
    def local_port(self) -> int:
        assert self.socket is not None
        return int(self.socket.local_address[1])

    @property
    def seqs(self) -> list[int]:
        return [event["seq"] for event in self.events]

    def until(self, seq: int, seconds: float = PATIENCE) -> None:
        wait_for(lambda: self.last == seq, f"event {seq} at the client (it has {self.last})", seconds)

    def until_listening(self) -> None:
        """Waits until it is back after a break."""
        wait_for(lambda: self._listening, "subscribed again")

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                with dial(self._server, self._headers, self._port) as socket:
                    self.socket = socket
                    if not self._over.is_set():  # else nobody would close it
                        self._read(socket)
            except (OSError, WebSocketException):
                self._over.wait(0.1)
            finally:
                self._listening = False

    def _read(self, socket: ClientConnection) -> None:
        try:
            while True:
                self._take(json.loads(socket.recv()))
        except ConnectionClosed:
            self.closed_at.append(time.time())
            self.codes.append(socket.close_code)

    def _take(self, frame: Frame) -> None:
        match frame["type"]:
            case "hello":
                self._subscribe()
            case "subscribed":
                self.last = frame["head"] if self.last is None else self.last
                self.head = max(self.head, frame["head"])
                self._listening = True
            case "events":
                self._apply(frame["events"])
            case "heartbeat":
                self._beat(frame["heads"].get(self._user, 0))
            case "reset":
                self.last = frame["head"]
            case "going_away":
                self.going_away.append(frame)

    def _apply(self, events: list[Frame]) -> None:
        self._behind = False
        for event in events if self._listening else []:
            assert self.last is not None
            if event["seq"] == self.last + 1:
                self.arrived[event["seq"]] = time.time()
                self.events.append(event)
                self.last += 1
            elif event["seq"] <= self.last:
                self.duplicates += 1
            else:
                self.gaps += 1
                self._subscribe()
                return

    def _beat(self, head: int) -> None:
        if self._listening and self.last is not None:
            if head > self.last and self._behind:
                self._subscribe()
                return
            self._behind = head > self.last
            self._send(type="received", user=self._user, seq=self.last)

    def _subscribe(self) -> None:
        self._listening = self._behind = False
        position = {} if self.last is None else {"after": self.last}
        self._send(type="subscribe", stream="orders", user=self._user, **position)

    def _send(self, **frame: Any) -> None:
        assert self.socket is not None
        self.socket.send(json.dumps(frame))
