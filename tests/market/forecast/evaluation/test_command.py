"""`manage.py evaluate_forecast`: what it prints of a good file, and the one line in which it refuses a bad one."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.management import CommandError, call_command

from market.forecast.evaluation import evaluate
from market.forecast.evaluation.evaluate import code_hash
from market.forecast.evaluation.leaks import LeakCheck
from market.forecast.evaluation.walk import Start
from tests.market.forecast import simulated


class Told(NamedTuple):
    out: list[str]
    error: str
    refused: str


def evaluated(*arguments: object) -> Told:
    """What the command printed, and the message that it ended with."""
    out, error, refused = StringIO(), StringIO(), ""
    try:
        call_command("evaluate_forecast", *map(str, arguments), stdout=out, stderr=error)
    except CommandError as raised:
        refused = str(raised)
    return Told(out.getvalue().splitlines(), error.getvalue(), refused)


def written(folder: Path, text: str, name: str = "gold-1m.bars.csv") -> Path:
    (folder / name).write_text(text)
    return folder / name


def simulated_text(count: int, **made: Any) -> str:
    return simulated.text(simulated.candles(simulated.regimes(count), **made))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lines = simulated_text(1_500).splitlines(keepends=True)
    # Two bars are missing, then one.
    return written(tmp_path_factory.mktemp("bars"), "".join([*lines[:100], *lines[102:900], *lines[901:]]))


@pytest.fixture(scope="module")
def told(good: Path) -> Told:
    return evaluated(good)


def test_code_and_data_are_named_by_their_hashes_and_every_mark_is_printed(good: Path, told: Told) -> None:
    assert told.refused == ""
    assert told.out[0].startswith(f"code {code_hash()[:16]}, horizons 5, 15, 60 min, seed 1")
    data = f"data {sha256(good.read_bytes()).hexdigest()[:16]} gold-1m: 1,497 bars of 60 s; "
    [checked] = [line.removeprefix(data) for line in told.out if line.startswith(data)]
    assert re.fullmatch(r"of 2,\d{3} forecasts none changes if another future follows", checked)
    verdicts = [line for line in told.out if line.startswith(("met ", "NOT MET ", "nothing to judge "))]
    assert len(verdicts) == 12
    assert any(line.startswith("gold-1m") and " 60 " in line for line in told.out)


def test_missing_bars_are_named_by_their_lines_before_anything_is_computed(told: Told) -> None:
    assert told.error.startswith("gold-1m: bars are missing before line 101 (2), line 899 (1).\n")


def test_the_same_file_and_seed_give_the_same_report(tmp_path: Path) -> None:
    file = written(tmp_path, simulated_text(400))
    first = evaluated(file, "--minutes", 5, "--seed", 3)
    assert evaluated(file, "--minutes", 5, "--seed", 3).out == first.out
    assert "horizons 5 min, seed 3" in first.out[0]
    assert evaluated(file, "--minutes", 5, "--seed", 4).out[1:] != first.out[1:]


def test_minutes_are_sorted_and_counted_once(tmp_path: Path) -> None:
    told = evaluated(written(tmp_path, simulated_text(400)), "--minutes", 5, 1, 5)
    assert "horizons 1, 5 min" in told.out[0]


def test_a_picture_is_drawn_where_it_is_asked_for(tmp_path: Path) -> None:
    file, picture = written(tmp_path, simulated_text(400)), tmp_path / "drawn.svg"
    told = evaluated(file, "--minutes", 5, "--plot", picture)
    assert told.out[-1] == f"Drawn: {picture}"
    assert picture.read_text().startswith("<?xml")


@pytest.mark.parametrize("name", ["drawn.txt", "drawn", "nowhere/drawn.svg", "folder.svg"])
def test_a_picture_that_can_t_be_drawn_is_refused_before_anything_is_computed(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.svg").mkdir()
    told = evaluated(written(tmp_path, simulated_text(20)), "--plot", tmp_path / name)
    why = "must be a file that ends in .svg, .png, .pdf, in a folder that exists."
    assert told.refused == f"--plot: {tmp_path / name} {why}"
    assert told.out == []


def swapped(lines: list[str]) -> None:
    lines[5], lines[6] = lines[6], lines[5]


def doubled(lines: list[str]) -> None:
    lines.insert(6, lines[5])


def without_price(lines: list[str]) -> None:
    lines[6] = ",".join([lines[6].split(",")[0], "n/a", "1", "1", "1"])


def off_the_grid(lines: list[str]) -> None:
    lines[6] = lines[6].replace(":00Z", ":30Z")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (swapped, "it is earlier than the bar before."),
        (doubled, "there are two bars of this time."),
        (without_price, "'n/a' is not a price: a number above 0."),
        (off_the_grid, "90 s after the bar before is not a whole multiple of 60 s."),
    ],
)
def test_a_bad_line_is_named_with_its_file_and_nothing_is_printed(
    tmp_path: Path, spoil: Callable[[list[str]], None], why: str
) -> None:
    lines = simulated_text(400).splitlines()
    spoil(lines)
    bad = written(tmp_path, "\n".join(lines) + "\n", "lead-1m.bars.csv")
    told = evaluated(written(tmp_path, simulated_text(400)), bad)
    assert told == Told([], "", f"lead-1m.bars.csv, line 7: {why} Nothing was evaluated.")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    why = "none.csv can't be read: No such file or directory. Nothing was evaluated."
    assert evaluated(tmp_path / "none.csv") == Told([], "", why)


def test_a_recording_counts_once(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    file, copy = written(tmp_path, simulated_text(20)), written(tmp_path, simulated_text(20), "lead.csv")
    namesake = written(tmp_path / "other", simulated_text(21))
    for again in (file, copy, namesake):
        why = f"{again} is the same as {file}, or has its name. Nothing was evaluated."
        assert evaluated(file, again) == Told([], "", why)


def test_a_seed_below_0_is_refused(tmp_path: Path) -> None:
    assert evaluated(tmp_path / "none.csv", "--seed", -1) == Told([], "", "--seed: it must not be below 0.")


@pytest.mark.parametrize("minutes", [0, -5, 241])
def test_minutes_that_are_no_horizon_are_refused(tmp_path: Path, minutes: int) -> None:
    told = evaluated(tmp_path / "none.csv", "--minutes", 5, minutes)
    assert told == Told([], "", f"--minutes: {minutes} is not between 1 and 240.")


@pytest.mark.parametrize("sigmas", [simulated.steady(2), simulated.steady(120), simulated.steady(400, 0.0)])
def test_a_file_without_a_single_forecast_is_an_error(tmp_path: Path, sigmas: simulated.Array) -> None:
    told = evaluated(written(tmp_path, simulated.text(simulated.candles(sigmas))))
    assert told == Told([], "", "There are too few bars for a single forecast, or the price never moves.")


def test_bars_that_are_longer_than_every_horizon_are_an_error(tmp_path: Path) -> None:
    told = evaluated(written(tmp_path, simulated_text(400, seconds=7200)))
    assert told == Told([], "", "gold-1m: no horizon is a whole number of its bars of 7200 s.")


def test_a_short_file_beside_a_long_one_has_no_rows(tmp_path: Path) -> None:
    short = written(tmp_path, simulated_text(20), "lead-1m.bars.csv")
    told = evaluated(written(tmp_path, simulated_text(400)), short, "--minutes", 5)
    assert told.refused == ""
    assert [line for line in told.out if " lead-1m: 20 bars of 60 s; " in line]
    table = "\n".join(told.out).split("\n\n")[1]
    assert "gold-1m" in table
    assert "lead-1m" not in table


def test_without_the_development_packages_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "arch" else find(name))
    told = evaluated(tmp_path / "none.csv")
    assert told == Told([], "", "arch is missing: install requirements-dev.txt, as `make check` does.")


def test_forecasts_that_know_the_future_end_it_with_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = LeakCheck(5, Start(1, 60, 1.0, (), (), (), 0.0))
    monkeypatch.setattr(evaluate, "check", lambda *given: found)
    told = evaluated(written(tmp_path, simulated_text(400)), "--minutes", 5)
    assert told.refused == "The forecasts of gold-1m know the future."
    assert "of 5 forecasts ONE CHANGES if another future follows" in "\n".join(told.out)
