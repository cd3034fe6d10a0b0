"""A run of all tests says what it found, and ten of them are green only where nothing failed or was run again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests import ten
from tests.record import found, revision

GREEN = {"passed": 5, "failed": 0, "reruns": 0, "seconds": 300.0}


def test_what_could_not_be_set_up_counts_as_failed() -> None:
    stats = {"passed": [1, 2], "failed": [1], "error": [1], "": [1, 2, 3]}
    assert found(stats, 1, 0) == {"passed": 2, "failed": 2, "reruns": 0}


def test_a_run_that_ends_badly_has_failed_though_no_test_did() -> None:
    assert found({"passed": [1]}, 3, 0)["failed"] == 1
    assert found({"passed": [1]}, 0, 1) == {"passed": 1, "failed": 0, "reruns": 1}


def test_a_run_names_the_tree_it_was_made_of() -> None:
    assert set(revision()) == {"tree", "dirty"}


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[dict[str, Any]]:
    """What the runs to come find; the last of them is found ever after."""
    monkeypatch.setattr(ten, "ROOT", tmp_path)
    monkeypatch.setattr(ten, "OUTPUT", tmp_path / "output")
    given: list[dict[str, Any]] = []

    def run(seed: int, log: Path, target: str = "test") -> dict[str, Any]:
        log.write_text("89.46 % was run, branches counted\n" if target == "coverage" else "")
        return {"seed": seed, **(given.pop(0) if len(given) > 1 else given[0])}

    monkeypatch.setattr(ten, "run", run)
    return given


def test_twelve_green_runs_are_twelve_lines_with_as_many_seeds_and_the_coverage(
    runs: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    runs.append(GREEN)
    assert ten.main() == 0
    *lines, measured = capsys.readouterr().out.splitlines()
    assert len(lines) == 12
    assert "89.46 %" in measured
    assert all("green" in line for line in lines)
    assert ["load" in line for line in lines] == [False] * 10 + [True] * 2
    assert len({line.split()[-1] for line in lines}) == 12


@pytest.mark.parametrize("change", [{"failed": 1}, {"reruns": 1}, {"passed": 0}], ids=str)
def test_the_first_red_run_is_the_last_and_says_where_to_look(
    runs: list[dict[str, Any]], change: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    runs += [GREEN, GREEN | change]
    assert ten.main() == 1
    said = capsys.readouterr()
    assert [line.split()[2] for line in said.out.splitlines()] == ["green", "RED"]
    assert "output/2.log" in said.err


def test_a_run_that_leaves_no_record_is_red(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ten, "ROOT", tmp_path)
    monkeypatch.setattr(ten, "RECORD", tmp_path / "record.json")
    assert ten.run(1, tmp_path / "log")["failed"] == 1
    (tmp_path / "Makefile").write_text("test:\n\t@echo '" + json.dumps(GREEN) + "' > record.json\n")
    assert ten.run(1, tmp_path / "log") == GREEN
