"""Metrics never keep a web process from starting, wherever their files can't be written."""

from __future__ import annotations

import io
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ROOT
from webapp import env
from webapp.launch.private_folder import path_for
from webapp.management.commands.serve import Command

TELL = """
import django; django.setup()
from webapp import metrics
print(metrics.IS_SHARED, b"process_start_time_seconds" in metrics.text())
"""


def told(folder: Path, file_bytes: int = resource.RLIM_INFINITY) -> str:
    """What a process with this folder tells; none of its files may grow beyond `file_bytes`."""
    done = subprocess.run(
        [sys.executable, "-c", TELL],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "webapp.settings", env.METRICS: str(folder)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_process_has_room_in_the_shared_folder(tmp_path: Path) -> None:
    assert told(tmp_path) == "True True"
    assert {file.stat().st_blocks * 512 >= 65_536 for file in tmp_path.iterdir()} == {True}


def test_a_process_without_room_on_the_disk_tells_of_itself(tmp_path: Path) -> None:
    assert told(tmp_path, file_bytes=1_000) == "False True"


def test_a_process_whose_folder_is_gone_tells_of_itself(tmp_path: Path) -> None:
    assert told(tmp_path / "gone") == "False True"


def test_serve_starts_without_a_folder_for_metrics_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.launch.private_folder.TEMPORARY", tmp_path)
    monkeypatch.delenv(env.METRICS, raising=False)
    path_for(ROOT, "").parent.mkdir()
    path_for(ROOT, "").parent.chmod(0o755)
    errors = io.StringIO()
    command = Command(stderr=errors)  # type: ignore[arg-type]
    command.port = 8000

    command._share_metrics()

    assert "/metrics will be those of the one web process that answers" in errors.getvalue()
    assert env.passed_on(env.METRICS) is None
