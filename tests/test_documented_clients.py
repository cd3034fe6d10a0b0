"""The clients that README and protocol page show: who copies one misses nothing, and gives a server its rest."""

from __future__ import annotations

import asyncio
import json
import os
import re
import runpy
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close

from tests.proxy import Proxy
from tests.servers import ROOT, Server, wait_for

Frame = dict[str, Any]

PAGES = {"README": ROOT / "README.md", "protocol page": ROOT / "docs" / "protocol.md"}
ORDER = {"symbol": "AAPL", "side": "buy", "quantity": "18", "price": "585"}
# How long the library pauses while nobody listens at all.
AT_ONCE = {f"WEBSOCKETS_BACKOFF_{which}_DELAY": "0.1" for which in ("INITIAL", "MIN", "MAX")}


def program(page: str) -> str:
    [code] = re.findall(r"```python\n(.*?)```", PAGES[page].read_text(), re.DOTALL)
    return str(code)


def events(*numbers: int) -> Frame:
    order = {"client_order_id": "mine", "status": "new"}
    return {"type": "events", "events": [{"seq": n, "kind": "created", "order": order} for n in numbers]}


def heartbeat(head: int) -> Frame:
    return {"type": "heartbeat", "heads": {"alice": head}}


class Connection:
    """A connection that lasts as long as its script: frames, and numbers to which the log grows without a word.

    A subscription is answered as the server does it, from a log that begins after `trimmed`.
    """

    def __init__(self, *script: Frame | int, head: int = 0, trimmed: int = 0, code: int = 1012) -> None:
        self.head, self.trimmed, self.code = head, trimmed, code
        self.heard: list[Frame] = []
        self.close_code: int | None = None
        self.close_reason = ""
        self._script = deque(script)
        self._told: deque[Frame] = deque([{"type": "hello"}])

    async def send(self, text: str) -> None:
        frame = json.loads(text)
        self.heard.append(frame)
        if frame["type"] == "subscribe":
            self._told.append({"type": "subscribed", "head": self.head})
            if frame["after"] < self.trimmed:
                self._told.append({"type": "reset", "head": self.head})
            elif frame["after"] < self.head:
                self._told.append(events(*range(frame["after"] + 1, self.head + 1)))

    def __aiter__(self) -> Connection:
        return self

    async def __anext__(self) -> str:
        while not self._told:
            if not self._script:
                self.close_code = self.code
                raise ConnectionClosedError(Close(self.code, ""), None)
            match self._script.popleft():
                case int(head):
                    self.head = head
                case frame:
                    self._told.append(frame)
        return json.dumps(self._told.popleft())

    def count(self, kind: str) -> int:
        return sum(frame["type"] == kind for frame in self.heard)


class Over(Exception):
    """There is no further connection to be had."""


class Player:
    """Runs a page's program on these connections, one after another; nothing is waited for."""

    def __init__(self, page: str, folder: Path, patch: pytest.MonkeyPatch, capsys: Any) -> None:
        self.waits: list[float] = []
        self.made = 0
        self._file = folder / "client.py"
        self._file.write_text(program(page))
        self._patch, self._capsys = patch, capsys

    def play(self, *connections: Connection) -> list[int]:
        """The numbers of the events that the program has applied, in the order in which it did."""
        yielding = asyncio.sleep

        async def connect(url: str, **options: Any) -> AsyncIterator[Connection]:
            assert (url, options) == ("ws://site/ws/", {"additional_headers": {"Authorization": "Token secret"}})
            for connection in connections:
                self.made += 1
                yield connection
            raise Over

        async def sleep(seconds: float) -> None:
            self.waits.append(seconds)
            await yielding(0)

        self._patch.setattr("websockets.asyncio.client.connect", connect)
        self._patch.setattr(asyncio, "sleep", sleep)
        self._patch.setattr(sys, "argv", ["client.py", "ws://site/ws/", "secret"])
        with pytest.raises((Over, SystemExit)):
            runpy.run_path(str(self._file), run_name="__main__")
        return [int(line.split()[0]) for line in self._capsys.readouterr().out.splitlines()]


@pytest.fixture(params=PAGES)
def player(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Player:
    return Player(request.param, tmp_path, monkeypatch, capsys)


def test_it_applies_each_event_once_in_order_and_asks_for_what_is_missing(player: Player) -> None:
    first = Connection(events(2), events(1, 2), 3, events(3), 5, events(5), head=2)
    assert player.play(first, Connection(head=6)) == [1, 2, 3, 4, 5, 6]


def test_it_asks_again_when_a_heartbeat_is_ahead_for_the_second_time(player: Player) -> None:
    first = Connection(4, heartbeat(4), heartbeat(4), head=1)
    assert player.play(first, Connection(head=4)) == [1, 2, 3, 4]
    assert first.count("received") >= 1


def test_one_heartbeat_that_is_ahead_of_what_is_on_its_way_makes_no_stir(player: Player) -> None:
    script: list[Frame | int] = []
    for number in range(2, 8):
        script += [heartbeat(number), number, events(number), heartbeat(number)]
    first = Connection(*script, head=1)
    assert player.play(first) == [1, 2, 3, 4, 5, 6, 7]
    assert (first.count("subscribe"), first.count("received")) == (1, 12)


def test_it_goes_on_from_the_head_where_the_log_has_been_trimmed(player: Player) -> None:
    first = Connection(101, events(101), 102, events(102), head=100, trimmed=100)
    assert player.play(first, Connection(head=103, trimmed=100)) == [101, 102, 103]


@pytest.mark.parametrize("code", [4400, 4401, 4403])
def test_a_refusal_that_would_last_ends_it(player: Player, code: int) -> None:
    told: Frame = {"type": "error", "code": "unauthenticated", "message": "Sign in first."}
    assert player.play(Connection(told, code=code), Connection(head=1)) == []
    assert (player.made, player.waits) == (1, [])


@pytest.mark.parametrize("code", [1006, 1009, 1011, 1012, 4408, 4429])
def test_it_comes_back_after_any_other_close_later_each_time(player: Player, code: int) -> None:
    player.play(*(Connection(code=code) for _ in range(12)))
    growing = player.waits[:6]
    assert player.made == 12
    assert growing == sorted(set(growing))
    assert min(player.waits) >= 1
    assert 60 <= player.waits[-1] <= 90


def test_a_connection_that_has_lasted_makes_the_next_pause_short_again(player: Player) -> None:
    broken = [Connection() for _ in range(6)]
    player.play(*broken, Connection(heartbeat(0)), Connection())
    assert player.waits[5] > 30
    assert player.waits[6] < 2


def test_it_comes_back_no_earlier_than_a_server_that_goes_away_has_said(player: Player) -> None:
    going: Frame = {"type": "going_away", "reason": "restart", "reconnect_after_ms": 40_000}
    player.play(Connection(going), Connection(heartbeat(0)))
    assert player.waits[0] >= 40
    assert player.waits[1] < 2


class Followers:
    """Each page's program as a process of its own, at a server that is really served."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.made = 0
        self._folder, self._server = folder, server
        self._running: list[subprocess.Popen[bytes]] = []

    def command(self, page: str, port: int, token: str) -> list[str]:
        file = self._folder / f"{page}.py"
        file.write_text(program(page))
        return [sys.executable, str(file), f"ws://127.0.0.1:{port}/ws/", token]

    def start(self) -> None:
        for page in PAGES:
            with self._output(page).open("w") as out:
                command = self.command(page, self._server.port, self._server.token("alice"))
                self._running.append(subprocess.Popen(command, stdout=out, env=os.environ | AT_ONCE))

    def stop(self) -> None:
        for process in self._running:
            process.kill()
            process.wait()

    def place(self) -> None:
        self.made += 1
        body = ORDER | {"client_order_id": f"n{self.made}"}
        assert self._server.request("POST", "/api/orders/", body, "alice")[0] == 201

    def told(self, page: str) -> list[list[str]]:
        """Number, kind and client order id of each event that the program has printed, up to the last whole line."""
        whole, _, _ = self._output(page).read_text().rpartition("\n")
        return [line.split()[:3] for line in whole.splitlines()]

    def all_hear(self) -> bool:
        self.place()
        return all(self.told(page) for page in PAGES)

    def are_at_the_newest(self) -> bool:
        return all(self.told(page)[-1][2] == f"n{self.made}" for page in PAGES)

    def _output(self, page: str) -> Path:
        return self._folder / f"{page}.txt"


@pytest.fixture
def followers(tmp_path: Path) -> Iterator[tuple[Followers, Server]]:
    server = Server(tmp_path / "served").start()
    made = Followers(tmp_path, server)
    try:
        yield made, server
    finally:
        made.stop()
        server.stop()


def test_the_documented_clients_stop_at_a_wrong_token_and_follow_a_trimmed_log_across_a_restart(
    followers: tuple[Followers, Server],
) -> None:
    clients, server = followers
    for page in PAGES:
        with Proxy(server.port) as proxy:
            ended = subprocess.run(clients.command(page, proxy.port, "wrong"), capture_output=True, timeout=100)
            assert (ended.returncode, proxy.accepted) == (1, 1), ended.stderr

    clients.place()
    assert server.manage("trim_log", "--keep", "0").returncode == 0
    clients.start()
    wait_for(clients.all_hear, "a line of each client")
    wait_for(clients.are_at_the_newest, "both clients at the newest event")
    server.stop()
    server.start()
    clients.place()
    wait_for(clients.are_at_the_newest, "both clients at the event after the restart")
    for page in PAGES:
        numbers = [int(number) for number, _, _ in clients.told(page)]
        assert numbers == list(range(numbers[0], clients.made + 1))
        assert numbers[0] > 1
