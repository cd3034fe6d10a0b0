"""`pytest --lanes`: most of the tests run in three lanes beside this process, and count.

What has a mark in seconds, in the fault matrix, comes last and waits until nothing runs beside it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pytest

HERE = Path(__file__).parent
OPTIONS = ["-q", "-p", "no:cacheprovider"]
WAIT_SECONDS = 1200
TELL_SECONDS = 30
CORE = ("orders", "market")
SERVED = ("webapp", "stack", "cluster")


@dataclass
class Part:
    """A pytest of its own; `returncode` None until it has ended."""

    name: str
    arguments: list[str]
    output: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    has_begun: bool = False
    returncode: int | None = None

    def text(self) -> str:
        # Where the other process writes on stays as it is.
        descriptor = self.output.fileno()
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode(errors="replace")

    @property
    def is_running(self) -> bool:
        return self.returncode is None and self.has_begun

    def progress(self) -> str:
        shares = re.findall(r"[0-9]+%", self.text())
        return f"{self.name} {shares[-1] if shares else 'begins'}"


class Lanes:
    """Three at a time of these parts, each in a pytest of its own; the longest first."""

    def __init__(self, parts: list[Part]) -> None:
        self.parts = parts
        self._next = iter(parts)
        self._taking = threading.Lock()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._is_over = False
        self._threads = [threading.Thread(target=self._run, name="lane", daemon=True) for _ in range(3)]
        for thread in self._threads:
            thread.start()

    def wait(self, tell: Callable[[str], None]) -> None:
        """Until all parts have ended; tells now and then how far those that run have come."""
        deadline = time.monotonic() + WAIT_SECONDS
        for thread in self._threads:
            while thread.is_alive() and time.monotonic() < deadline:
                tell(", ".join(part.progress() for part in self.parts if part.is_running))
                thread.join(TELL_SECONDS)

    def stop(self) -> None:
        with self._taking:
            self._is_over = True
            for process in self._processes:
                process.send_signal(signal.SIGINT)  # as Ctrl-C does it, so that it stops what it has started
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._taking:
                part = None if self._is_over else next(self._next, None)
                if part is None:
                    return
                command = [sys.executable, "-m", *part.arguments, *OPTIONS]
                process = subprocess.Popen(command, stdout=part.output, stderr=part.output)
                self._processes.add(process)
                part.has_begun = True
            part.returncode = process.wait()
            with self._taking:
                self._processes.remove(process)


LANES = pytest.StashKey[Lanes]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lanes", action="store_true", help="run most in three lanes beside the rest")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "quiet: nothing may run beside it; given to whatever asks `row.within`")
    config.addinivalue_line("markers", "database: uses the database; given, never written")


def pytest_sessionstart(session: pytest.Session) -> None:
    if session.config.option.lanes:
        browser = Part("in the browser", ["pytest", "tests/browser"])
        faults = Part("the fault matrix but for its marks", ["pytest", "tests/faults", "-m", "not quiet"])
        served = Part("as it is served", ["pytest", *folders(SERVED)])
        core = Part("the core", ["pytest", *folders(CORE)])
        again = Part("the core on PostgreSQL", ["tests.on_postgresql", *folders(CORE), "-m", "database"])
        session.config.stash[LANES] = Lanes([browser, faults, served, core, again])


def folders(names: tuple[str, ...]) -> list[str]:
    return [f"tests/{name}" for name in names]


def pytest_itemcollected(item: pytest.Item) -> None:
    if measures(item):
        item.add_marker("quiet")
    if uses_database(item):
        item.add_marker("database")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if LANES in config.stash:
        items[:] = [item for item in items if not elsewhere(item)]
    items.sort(key=lambda item: item.get_closest_marker("quiet") is not None)


def elsewhere(item: pytest.Item) -> bool:
    """Whether a lane runs it."""
    among = set(item.path.relative_to(HERE).parts)
    is_quiet = item.get_closest_marker("quiet") is not None
    return not among.isdisjoint(("browser", *SERVED, *CORE)) or ("faults" in among and not is_quiet)


def measures(item: pytest.Item) -> bool:
    """Whether it is a row of the fault matrix with a pass mark in seconds."""
    return isinstance(item, pytest.Function) and "within" in item.function.__code__.co_names


def uses_database(item: pytest.Item) -> bool:
    asked = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return bool(asked) or item.get_closest_marker("django_db") is not None


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("quiet") is not None and LANES in item.config.stash:
        item.config.stash[LANES].wait(teller(item.config))


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
        lanes.wait(teller(session.config))
    lanes.stop()
    if session.exitstatus == pytest.ExitCode.OK and any(part.returncode != 0 for part in lanes.parts):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for part in config.stash[LANES].parts if LANES in config.stash else []:
        lines = part.text().splitlines()
        terminalreporter.section(part.name)
        for line in lines if part.returncode else lines[-1:]:
            terminalreporter.line(line)
