"""`pytest --two-lanes`: the core on PostgreSQL and the browser's tests run in a process beside this one, and count.

The fault matrix comes last, and what measures in it waits until nothing runs beside it.
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


LANE = pytest.StashKey[Lane]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--two-lanes", action="store_true", help="run two parts beside the rest")


def pytest_sessionstart(session: pytest.Session) -> None:
    if session.config.option.two_lanes:
        core = Part("the core on PostgreSQL", ["tests.on_postgresql", "tests/orders", "tests/market"])
        browser = Part("in the browser", ["pytest", "tests/browser"])
        session.config.stash[LANE] = Lane([core, browser])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if LANE in config.stash:
        items[:] = [item for item in items if "browser" not in item.path.parts]
    items.sort(key=lambda item: ("faults" in item.path.parts, measures(item)))


def measures(item: pytest.Item) -> bool:
    """Whether it is a row of the fault matrix at a site: those have pass marks in seconds and bytes."""
    return item.get_closest_marker("fault") is not None and "site" in getattr(item, "fixturenames", ())


def pytest_runtest_setup(item: pytest.Item) -> None:
    if LANE in item.config.stash and measures(item):
        item.config.stash[LANE].wait()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    lane = session.config.stash.get(LANE, None)
    if lane is None:
        return
    if session.exitstatus == pytest.ExitCode.OK:
        lane.wait()
    lane.stop()
    if session.exitstatus == pytest.ExitCode.OK and any(part.returncode != 0 for part in lane.parts):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    lane = config.stash.get(LANE, None)
    for part in lane.parts if lane is not None else []:
        part.output.seek(0)
        lines = part.output.read().decode(errors="replace").splitlines()
        terminalreporter.section(part.name)
        for line in lines if part.returncode else lines[-1:]:
            terminalreporter.line(line)
