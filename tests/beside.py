"""`pytest --lanes`: what can wait for others runs in lanes beside this process, and counts.

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


@dataclass
class Part:
    """A pytest of its own; `returncode` None until it has ended."""

    name: str
    arguments: list[str]
    output: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    returncode: int | None = None


@dataclass
class Lane:
    """Runs its parts one after another, in a thread that waits for them."""

    parts: list[Part]
    _process: subprocess.Popen[bytes] | None = None
    _is_over: bool = False

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="lane", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        self._thread.join(WAIT_SECONDS)

    def stop(self) -> None:
        self._is_over = True
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # as Ctrl-C does it, so that it stops what it has started
        self._thread.join()

    def _run(self) -> None:
        for part in self.parts:
            if not self._is_over:
                command = [sys.executable, "-m", *part.arguments, *OPTIONS]
                self._process = subprocess.Popen(command, stdout=part.output, stderr=part.output)
                part.returncode = self._process.wait()


LANES = pytest.StashKey[list[Lane]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lanes", action="store_true", help="run three parts beside the rest")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "quiet: nothing may run beside it; given to whatever asks `row.within`")
    config.addinivalue_line("markers", "database: uses the database; given, never written")


def pytest_sessionstart(session: pytest.Session) -> None:
    if session.config.option.lanes:
        core = Part("the core on PostgreSQL", ["tests.on_postgresql", "tests/orders", "tests/market", "-m", "database"])
        checks = Part("that the checks can fail", ["pytest", "tests/faults", "-m", "not quiet"])
        browser = Part("in the browser", ["pytest", "tests/browser"])
        session.config.stash[LANES] = [Lane([core, checks]), Lane([browser])]


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
    in_folder = item.path.parts
    return "browser" in in_folder or ("faults" in in_folder and item.get_closest_marker("quiet") is None)


def measures(item: pytest.Item) -> bool:
    """Whether it is a row of the fault matrix with a pass mark in seconds."""
    return isinstance(item, pytest.Function) and "within" in item.function.__code__.co_names


def uses_database(item: pytest.Item) -> bool:
    asked = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return bool(asked) or item.get_closest_marker("django_db") is not None


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("quiet") is not None:
        for lane in item.config.stash.get(LANES, []):
            lane.wait()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    lanes = session.config.stash.get(LANES, [])
    for lane in lanes:
        if session.exitstatus == pytest.ExitCode.OK:
            lane.wait()
        lane.stop()
    parts = [part for lane in lanes for part in lane.parts]
    if session.exitstatus == pytest.ExitCode.OK and any(part.returncode != 0 for part in parts):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for part in [part for lane in config.stash.get(LANES, []) for part in lane.parts]:
        part.output.seek(0)
        lines = part.output.read().decode(errors="replace").splitlines()
        terminalreporter.section(part.name)
        for line in lines if part.returncode else lines[-1:]:
            terminalreporter.line(line)
