"""`pytest --lanes`: most of the tests run in three lanes beside this process, and count.

What has a mark in seconds, in the fault matrix, comes last, when nothing else runs: one site's rows beside the other's.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pytest

HERE = Path(__file__).parent
OPTIONS = ["-q", "-p", "no:cacheprovider"]
WAIT_SECONDS = 3600
TELL_SECONDS = 30
CORE = ("orders", "market")
SERVED = ("webapp", "stack", "cluster")
ELSEWHERE = {"browser", "faults", *CORE, *SERVED}


@dataclass
class Part:
    """A pytest of its own; `returncode` None until it has ended. All it says is shown, or how it ended."""

    name: str
    arguments: list[str]
    shows_all: bool = False
    output: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    process: subprocess.Popen[bytes] | None = None
    returncode: int | None = None

    def run(self) -> None:
        command = [sys.executable, "-m", *self.arguments, *OPTIONS]
        # Narrow lines tell their progress more often; bytecode of tests is for the parts after this one, too.
        environment = os.environ | {"COLUMNS": "50", "PYTHONDONTWRITEBYTECODE": ""}
        self.process = subprocess.Popen(command, stdout=self.output, stderr=self.output, env=environment)
        self.returncode = self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # as Ctrl-C does it, so that it stops what it has started

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.returncode is None

    def text(self) -> str:
        # Where the other process writes on stays as it is.
        descriptor = self.output.fileno()
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode(errors="replace")

    def progress(self) -> str:
        shares = re.findall(r"[0-9]+%", self.text())
        return f"{self.name} {shares[-1] if shares else 'begins'}"

    def lines(self) -> list[str]:
        lines = self.text().splitlines()
        return lines if self.returncode or self.shows_all else lines[-1:]


class Lanes:
    """Three at a time of the parts, the longest first; when they and this process' own tests are over, `alone`."""

    def __init__(self, parts: list[Part], alone: list[Part]) -> None:
        self.parts = [*parts, *alone]
        self._alone = alone
        self._pool = ThreadPoolExecutor(3)
        self._running = [self._pool.submit(part.run) for part in parts]

    def finish(self, tell: Callable[[str], None]) -> None:
        """Until all have ended; tells now and then how far those that run have come."""
        self._wait(tell)
        self._running = [self._pool.submit(part.run) for part in self._alone]
        self._wait(tell)

    def stop(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        for part in self.parts:
            part.stop()
        self._pool.shutdown()

    def _wait(self, tell: Callable[[str], None]) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while wait(self._running, TELL_SECONDS).not_done and time.monotonic() < deadline:
            tell(", ".join(part.progress() for part in self.parts if part.is_running))


LANES = pytest.StashKey[Lanes]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lanes", action="store_true", help="run most in three lanes beside the rest")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "quiet: little may run beside it; given to whatever asks `row.within`")
    config.addinivalue_line("markers", "database: uses the database; given, never written")
    config.addinivalue_line("markers", "cluster: breaks the site of several servers; given, never written")


def pytest_sessionstart(session: pytest.Session) -> None:
    if session.config.option.lanes:
        browser = Part("in the browser", ["pytest", "tests/browser"])
        faults = Part("the fault matrix but for its marks", ["pytest", "tests/faults", "-m", "not quiet"])
        served = Part("as it is served", ["pytest", *folders(SERVED)])
        core = Part("the core", ["pytest", *folders(CORE)])
        again = Part("the core on PostgreSQL", ["tests.on_postgresql", *folders(CORE), "-m", "database"])
        marks = [
            Part(f"its marks, {site}", ["pytest", "tests/faults", "-m", f"quiet and {which}"])
            for site, which in (("embedded", "not cluster"), ("on the cluster", "cluster"))
        ]
        session.config.stash[LANES] = Lanes([browser, faults, served, core, again], marks)


def folders(names: tuple[str, ...]) -> list[str]:
    return [f"tests/{name}" for name in names]


def pytest_itemcollected(item: pytest.Item) -> None:
    if measures(item):
        item.add_marker("quiet")
    if uses_database(item):
        item.add_marker("database")
    if uses_cluster(item):
        item.add_marker("cluster")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if LANES in config.stash:
        items[:] = [item for item in items if ELSEWHERE.isdisjoint(item.path.relative_to(HERE).parts)]


def measures(item: pytest.Item) -> bool:
    """Whether it is a row of the fault matrix with a pass mark in seconds."""
    return isinstance(item, pytest.Function) and "within" in item.function.__code__.co_names


def uses_database(item: pytest.Item) -> bool:
    asked = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return bool(asked) or item.get_closest_marker("django_db") is not None


def uses_cluster(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return "cluster" in getattr(item, "fixturenames", ()) or (
        callspec is not None and callspec.params.get("site") == "cluster"
    )


def teller(config: pytest.Config) -> Callable[[str], None]:
    """Writes a line of its own to the terminal."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")

    def tell(text: str) -> None:
        reporter.ensure_newline()
        reporter.write_line(text)
        reporter.flush()

    return tell


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if LANES not in session.config.stash:
        return
    lanes = session.config.stash[LANES]
    if session.exitstatus == pytest.ExitCode.OK:
        lanes.finish(teller(session.config))
    lanes.stop()
    if session.exitstatus == pytest.ExitCode.OK and any(part.returncode != 0 for part in lanes.parts):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for part in config.stash[LANES].parts if LANES in config.stash else []:
        terminalreporter.section(part.name)
        for line in part.lines():
            terminalreporter.line(line)
