"""How a run went: its seed, what had to be run again, and, with `--record FILE`, the figures as JSON.

{"tree", "dirty", "seed", "passed", "failed", "reruns", "seconds"}: `tree` is that of the commit, null outside of git.
"""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
BEGAN = pytest.StashKey[float]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", metavar="FILE", help="write the figures of this run as JSON")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[BEGAN] = time.monotonic()


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return  # a worker's part is in the whole
    again = terminalreporter.stats.get("rerun", [])
    for report in again:
        terminalreporter.section(f"run again: {report.nodeid}")
        terminalreporter.line(report.longreprtext)
    seed = config.getoption("randomly_seed", None)
    terminalreporter.line(f"seed {seed}; the same order again: make test SEED={seed}")
    if config.option.record:
        seconds = round(time.monotonic() - config.stash[BEGAN], 1)
        figures = found(terminalreporter.stats, int(exitstatus), len(again))
        text = json.dumps({**revision(), "seed": seed, **figures, "seconds": seconds})
        Path(config.option.record).write_text(text + "\n")


def found(stats: dict[str, list[Any]], exitstatus: int, reruns: int) -> dict[str, int]:
    """How many passed, failed and were run again; a run that ended badly without a failed test counts as one."""
    failed = len(stats.get("failed", [])) + len(stats.get("error", []))
    return {"passed": len(stats.get("passed", [])), "failed": failed or int(exitstatus != 0), "reruns": reruns}


def revision() -> dict[str, Any]:
    """The commit's tree, and whether the working tree differs from it."""

    def git(*arguments: str) -> str | None:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else None

    changes = git("status", "--porcelain")
    return {"tree": git("rev-parse", "HEAD^{tree}"), "dirty": None if changes is None else bool(changes)}
