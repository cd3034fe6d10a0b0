"""`pytest -p tests.measured`: how much of the product's own code the tests run in their own processes, branches too.

Measuring begins when this plugin is loaded, before anything of the product is. Servers that tests start don't count.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import coverage

MEASURED = ("orders", "market", "webapp", "demo")
FOLDER = "MEASURED_IN"
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ

if not IS_WORKER:
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="coverage-")


def data(**options: Any) -> coverage.Coverage:
    file = Path(os.environ[FOLDER], "data")
    return coverage.Coverage(data_file=str(file), branch=True, source=MEASURED, config_file=False, **options)


running = data(data_suffix=True)
running.start()


def pytest_sessionfinish() -> None:
    running.stop()
    running.save()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if IS_WORKER:
        return
    found = data()
    found.combine()
    with open(os.devnull, "w") as nowhere:
        total = found.report(file=nowhere, ignore_errors=True)
    terminalreporter.line(f"{total:.2f} % of {', '.join(MEASURED)} was run, branches counted")


def pytest_unconfigure() -> None:
    if not IS_WORKER:
        shutil.rmtree(os.environ[FOLDER], ignore_errors=True)
