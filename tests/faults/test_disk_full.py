"""Row 17: with the disk full a save is refused as unavailable, sockets stay; with room again all goes on by itself."""

from __future__ import annotations

import json
import os
import subprocess
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import psutil
import pytest

from tests.faults.clients import Client
from tests.faults.judging import judge
from tests.faults.ledger import Ledger
from tests.faults.report import LONG, Row, scaled
from tests.faults.sabotage import environment as without
from tests.faults.site import Broker, Site
from tests.servers import Server, wait_for
from tests.stack import processes
from tests.stack.sockets import by_token, dial
from tests.traders import Trader, new_order

TMPFS_MB = 8
BLOCK = 4096


class Disk(Protocol):
    folder: Path

    @abstractmethod
    def fill(self, server: Server) -> None: ...

    @abstractmethod
    def free(self, server: Server) -> None: ...


class Tmpfs:
    """A file system of a few megabytes, filled to the last byte."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, server: Server) -> None:
        with open(self._ballast, "wb", buffering=0) as ballast:
            try:
                while ballast.write(b"\0" * BLOCK):
                    pass
            except OSError:
                return

    def free(self, server: Server) -> None:
        self._ballast.unlink()


class Quota:
    """No file of the server's may grow any more, as under `ulimit -f`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, server: Server) -> None:
        self._limit(server, 1)

    def free(self, server: Server) -> None:
        self._limit(server, psutil.RLIM_INFINITY)

    def _limit(self, server: Server, size: int) -> None:
        for process in processes.web(server):
            process.rlimit(psutil.RLIMIT_FSIZE, (size, psutil.RLIM_INFINITY))


@pytest.fixture(params=["tmpfs", "quota"] if LONG else ["tmpfs"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """Where no file system may be mounted, a quota stands for it."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_MB}m", "tmpfs", str(tmp_path)]
    may_mount = os.geteuid() == 0 and request.param == "tmpfs"
    if not may_mount or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield Quota(tmp_path)
        return
    try:
        yield Tmpfs(tmp_path)
    finally:
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


@contextmanager
def served(disk: Disk, folder: Path, **environment: str) -> Iterator[Site]:
    """A site whose database alone is on this disk."""
    server = Server(folder, DATABASE_URL=f"sqlite:///{disk.folder / 'db.sqlite3'}", **environment)
    try:
        server.start()
        yield Site("disk", folder, [server], Broker(server))
    finally:
        server.stop()


def save(trader: Trader) -> tuple[int, dict[str, object]]:
    return trader.ask("POST", "/api/orders/", new_order(text="x" * 200))


@pytest.mark.fault(17, "the disk is full")
def test_a_full_disk_refuses_saves_and_keeps_sockets(
    disk: Disk, tmp_path_factory: pytest.TempPathFactory, row: Row
) -> None:
    ledger = Ledger()
    with ExitStack() as stack:
        site = stack.enter_context(served(disk, tmp_path_factory.mktemp("served")))
        [server], trader = site.servers, site.trader()
        client = stack.enter_context(Client(site, trader))
        socket = stack.enter_context(dial(server, by_token(trader)))
        assert json.loads(socket.recv(timeout=10))["type"] == "hello"
        refused: list[tuple[int, dict[str, object]]] = []
        for _ in range(scaled(2, 10)):
            ledger.acknowledge(trader.place())
            disk.fill(server)
            # What is left in the last blocks is used up first.
            while len(refused) % 10 != 9:
                status, answer = save(trader)
                if status == 201:
                    ledger.acknowledge(answer)
                else:
                    refused.append((status, answer))
            socket.send(json.dumps({"type": "order.place", **new_order(text="x" * 200)}))
            answer = json.loads(socket.recv(timeout=10))
            refused.append((answer["status"], answer))
            assert trader.orders()
            disk.free(server)
            wait_for(lambda: save(trader)[0] == 201, "a save after there is room again", 5)
        client.until(trader.head())
        assert client.codes == []
        found = judge(site, ledger, [client])

    row.figure("saves refused", len(refused))
    row.figure("with", {status for status, _ in refused}, "503")
    row.figure("verdict", found)
    assert {(status, answer["code"]) for status, answer in refused} == {(503, "unavailable")}
    assert "Traceback" not in server.log()
    assert found.clean, str(found)


def test_without_an_answer_for_it_a_full_disk_is_our_error(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    disk = Quota(tmp_path)
    with served(disk, tmp_path_factory.mktemp("served"), **without("unavailability")) as site:
        trader = site.trader()
        disk.fill(site.servers[0])
        assert save(trader)[0] == 500
