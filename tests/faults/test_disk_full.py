"""Row 17: with the disk full a save is refused as unavailable, sockets stay; with room again all goes on by itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from websockets.sync.client import ClientConnection

from tests.faults import site as sites
from tests.faults.clients import Client
from tests.faults.judging import judge
from tests.faults.ledger import Ledger
from tests.faults.report import Row
from tests.faults.sabotage import environment as without
from tests.faults.site import Broker, Site
from tests.servers import PostgreSQL, Server, wait_for
from tests.stack.sockets import by_token, dial
from tests.traders import Trader, new_order

SQLITE_MB = 8
# The three databases that it makes, its write-ahead log's first files, and some room.
POSTGRESQL_MB = 96
BLOCK = 4096


class Disk(ABC):
    """Where a site's database is, and nothing else."""

    @abstractmethod
    def fill(self, site: Site) -> None: ...

    @abstractmethod
    def free(self, site: Site) -> None: ...

    @abstractmethod
    def site(self, folder: Path) -> AbstractContextManager[Site]:
        """A site on it, started; everything else of it is in the folder."""


class Tmpfs(Disk):
    """A file system of a few megabytes, filled to the last byte."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, site: Site) -> None:
        with open(self._ballast, "wb", buffering=0) as ballast:
            try:
                while ballast.write(b"\0" * BLOCK):
                    pass
            except OSError:
                return

    def free(self, site: Site) -> None:
        self._ballast.unlink()

    def site(self, folder: Path) -> AbstractContextManager[Site]:
        return on_sqlite(self.folder, folder)


class ClustersTmpfs(Tmpfs):
    """The same under PostgreSQL, its write-ahead log included."""

    def __init__(self, database: PostgreSQL) -> None:
        super().__init__(database.folder)
        self._database = database

    def site(self, folder: Path) -> AbstractContextManager[Site]:
        return sites.cluster(folder, self._database)


class Quota(Disk):
    """No file of the server's may grow any more, as under `ulimit -f`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, site: Site) -> None:
        self._limit(site, 1)

    def free(self, site: Site) -> None:
        self._limit(site, psutil.RLIM_INFINITY)

    def site(self, folder: Path) -> AbstractContextManager[Site]:
        return on_sqlite(self.folder, folder)

    def _limit(self, site: Site, size: int) -> None:
        for process in site.workers:
            process.rlimit(psutil.RLIMIT_FSIZE, (size, psutil.RLIM_INFINITY))


@contextmanager
def mounted(folder: Path, megabytes: int) -> Iterator[bool]:
    """A file system of this size in the folder, which keeps its owner; False where we may not mount one."""
    owner = folder.stat()
    options = f"size={megabytes}m,mode=700,uid={owner.st_uid},gid={owner.st_gid}"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    done = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield done
    finally:
        if done:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


# A quota is no full disk to PostgreSQL, whose log has its next file already: this one is for those who may mount.
MOUNTED = ["postgresql"] if os.geteuid() == 0 else []


@pytest.fixture(params=["tmpfs", "quota", *MOUNTED])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """Where no file system may be mounted, a quota stands for SQLite's."""
    if request.param == "quota":
        yield Quota(tmp_path)
    elif request.param == "tmpfs":
        with mounted(tmp_path, SQLITE_MB) as done:
            yield Tmpfs(tmp_path) if done else Quota(tmp_path)
    else:
        database = PostgreSQL(synchronous_commit="on")
        try:
            with mounted(database.folder, POSTGRESQL_MB) as done:
                assert done, "PostgreSQL needs a file system of its own to fill"
                yield ClustersTmpfs(database)
        finally:
            shutil.rmtree(database.folder, ignore_errors=True)


@contextmanager
def on_sqlite(disk: Path, folder: Path, **environment: str) -> Iterator[Site]:
    server = Server(folder, DATABASE_URL=f"sqlite:///{disk / 'db.sqlite3'}", **environment)
    try:
        server.start()
        yield Site("disk", folder, [server], Broker(server))
    finally:
        server.stop()


def frames(socket: ClientConnection) -> Iterator[dict[str, Any]]:
    while True:
        yield json.loads(socket.recv(timeout=10))


def save(trader: Trader) -> tuple[int, dict[str, object]]:
    return trader.ask("POST", "/api/orders/", new_order(text="x" * 200))


@pytest.mark.long_form
@pytest.mark.fault(17, "the disk is full")
def test_a_full_disk_refuses_saves_and_keeps_sockets(
    disk: Disk, tmp_path_factory: pytest.TempPathFactory, row: Row
) -> None:
    ledger = Ledger()
    with ExitStack() as stack:
        site = stack.enter_context(disk.site(tmp_path_factory.mktemp("served")))
        server, trader = site.servers[0], site.trader()
        client = stack.enter_context(Client(site, trader))
        socket = stack.enter_context(dial(server, by_token(trader)))
        assert json.loads(socket.recv(timeout=10))["type"] == "hello"
        refused: list[tuple[int, dict[str, object]]] = []
        for _ in range(10):
            ledger.acknowledge(trader.place())
            disk.fill(site)
            # What is left in the last blocks is used up first.
            while len(refused) % 10 != 9:
                status, answer = save(trader)
                if status == 201:
                    ledger.acknowledge(answer)
                else:
                    refused.append((status, answer))
            socket.send(json.dumps({"type": "order.place", "id": "full", **new_order(text="x" * 200)}))
            answer = next(frame for frame in frames(socket) if frame.get("id") == "full")
            refused.append((answer["status"], answer))
            assert trader.orders()
            disk.free(site)
            wait_for(lambda: save(trader)[0] == 201, "a save after there is room again")
        client.until(trader.head())
        assert client.codes == []
        found = judge(site, ledger, [client])

    row.figure("saves refused", len(refused))
    row.figure("with", {status for status, _ in refused}, "503")
    row.figure("verdict", found)
    assert {(status, answer["code"]) for status, answer in refused} == {(503, "unavailable")}
    assert not any("Traceback" in server.log() for server in site.servers)
    assert found.clean, str(found)


@pytest.mark.long_form
def test_without_an_answer_for_it_a_full_disk_is_our_error(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    disk = Quota(tmp_path)
    with on_sqlite(tmp_path, tmp_path_factory.mktemp("served"), **without("unavailability")) as site:
        trader = site.trader()
        disk.fill(site)
        assert save(trader)[0] == 500
