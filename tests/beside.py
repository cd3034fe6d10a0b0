"""`pytest --lanes`: what starts servers runs in two lanes beside this process, and counts.

What has a mark in seconds, in the fault matrix, comes last and waits until nothing runs beside it.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from typing import IO, Any

import pytest

OPTIONS = ["-q", "-p", "no:cacheprovider"]
WAIT_SECONDS = 1200
SERVED = ("webapp", "stack", "cluster")


@dataclass
class Part:
    """A pytest of its own; `returncode` None until it has ended."""

    name: str
    arguments: list[str]
    output: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    returncode: int | None = None


class Lanes:
    """Two at a time of these parts, each in a pytest of its own; the longest first."""

    def __init__(self, parts: list[Part]) -> None:
        self.parts = parts
        self._next = iter(parts)
        self._taking = threading.Lock()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._is_over = False
        self._threads = [threading.Thread(target=self._run, name="lane", daemon=True) for _ in range(2)]
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        for thread in self._threads:
            thread.join(WAIT_SECONDS)

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
            part.returncode = process.wait()
            with self._taking:
                self._processes.remove(process)


LANES = pytest.StashKey[Lanes]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lanes", action="store_true", help="run what needs servers beside the rest")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "quiet: nothing may run beside it; given to whatever asks `row.within`")
    config.addinivalue_line("markers", "database: uses the database; given, never written")


def pytest_sessionstart(session: pytest.Session) -> None:
    if session.config.option.lanes:
        browser = Part("in the browser", ["pytest", "tests/browser"])
        faults = Part("the fault matrix but for its marks", ["pytest", "tests/faults", "-m", "not quiet"])
        core = Part("the core on PostgreSQL", ["tests.on_postgresql", "tests/orders", "tests/market", "-m", "database"])
        served = Part("as it is served", ["pytest", *(f"tests/{folder}" for folder in SERVED)])
        session.config.stash[LANES] = Lanes([browser, faults, core, served])


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
    folders = set(item.path.parts)
    is_quiet = item.get_closest_marker("quiet") is not None
    return not folders.isdisjoint(("browser", *SERVED)) or ("faults" in folders and not is_quiet)


def measures(item: pytest.Item) -> bool:
    """Whether it is a row of the fault matrix with a pass mark in seconds."""
    return isinstance(item, pytest.Function) and "within" in item.function.__code__.co_names


def uses_database(item: pytest.Item) -> bool:
    asked = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return bool(asked) or item.get_closest_marker("django_db") is not None


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("quiet") is not None and LANES in item.config.stash:
        item.config.stash[LANES].wait()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if LANES not in session.config.stash:
        return
    lanes = session.config.stash[LANES]
    if session.exitstatus == pytest.ExitCode.OK:
        lanes.wait()
    lanes.stop()
    if session.exitstatus == pytest.ExitCode.OK and any(part.returncode != 0 for part in lanes.parts):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for part in config.stash[LANES].parts if LANES in config.stash else []:
        part.output.seek(0)
        lines = part.output.read().decode(errors="replace").splitlines()
        terminalreporter.section(part.name)
        for line in lines if part.returncode else lines[-1:]:
            terminalreporter.line(line)
