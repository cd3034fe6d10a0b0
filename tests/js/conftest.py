"""Each file of JavaScript tests is a test of this run; Node's report is shown where one of its cases fails."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orders.domain.page_tables import page_tables
from tests.servers import ROOT


class NodeFailed(Exception):
    """At least one case of the file failed; the message is Node's report."""


class Script(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        yield Cases.from_parent(self, name="node --test")


class Cases(pytest.Item):
    def runtest(self) -> None:
        command = ["node", "--import", "./tests/js/page-tables.js", "--test", self.path]
        environment = os.environ | {"PAGE_TABLES": json.dumps(page_tables()), "LC_ALL": "en_US.UTF-8"}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise NodeFailed(done.stdout + done.stderr)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, NodeFailed) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.path.name}: {self.name}"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.File | None:
    return Script.from_parent(parent, path=file_path) if file_path.name.endswith(".test.js") else None
