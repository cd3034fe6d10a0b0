"""`pytest --also-on-postgresql`: the core's tests run on PostgreSQL beside this run, and count in how it ends.

The fault matrix is put last, where nothing runs beside it: it measures.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from typing import IO, Any

import pytest

CORE = ["tests/orders", "tests/market"]
WAIT_SECONDS = 900
STARTED = pytest.StashKey[tuple[subprocess.Popen[bytes], IO[bytes]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--also-on-postgresql", action="store_true", help="run the core on PostgreSQL at the same time")


def pytest_sessionstart(session: pytest.Session) -> None:
    if session.config.option.also_on_postgresql:
        output = tempfile.TemporaryFile()  # noqa: SIM115 it is read at the end
        command = [sys.executable, "-m", "tests.on_postgresql", *CORE, "-q", "-p", "no:cacheprovider"]
        session.config.stash[STARTED] = (subprocess.Popen(command, stdout=output, stderr=output), output)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: "faults" in item.path.parts)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    process, _ = session.config.stash.get(STARTED, (None, None))
    if process is None:
        return
    try:
        failed = process.wait(0 if session.exitstatus == pytest.ExitCode.INTERRUPTED else WAIT_SECONDS) != 0
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)  # as Ctrl-C does it, so that it stops its database
        process.wait()
        failed = True
    if failed and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    process, output = config.stash.get(STARTED, (None, None))
    if process is None or output is None:
        return
    output.seek(0)
    lines = output.read().decode(errors="replace").splitlines()
    terminalreporter.section("the core on PostgreSQL")
    for line in lines if process.returncode else lines[-1:]:
        terminalreporter.line(line)
