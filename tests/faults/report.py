"""The fault matrix as a table: each test of a row says what it did and what it measured; the run ends by printing all.

A test takes the fixture `row` and is marked `@pytest.mark.fault(number, "what is done to the system")`. The short form
judges by the ledger alone. In the long form, which has the machine to itself, marks in seconds and megabytes are judged
too; a test that misses one in seconds is measured again, since what waits by a fault of ours does so each time, and the
machine's hiccup does not.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.forms import LONG

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parents[1] / "benchmarks" / "results" / "faults.json"
# When a test is taken for hung. The first one of a site also starts it; some rows of the long form last for minutes.
HUNG_SECONDS = 1800 if LONG else 300


TRIES = 3


class TooLate(AssertionError):
    """A mark in seconds was missed."""


@dataclass
class Row:
    """One test of one row: where it ran, its figures beside their marks, and how it ended."""

    number: int
    fault: str
    where: str
    figures: list[str] = field(default_factory=list)
    outcome: str = "failed"
    is_judged: bool = True

    def figure(self, name: str, value: Any, mark: str = "") -> None:
        """Say it before asserting it, so that a failure shows it as well. `mark` is what is demanded: "<= 5 s"."""
        shown = f"{value:.3g}" if isinstance(value, float) else str(value)
        self.figures.append(f"{name} {shown}" + (f" ({mark})" if mark else ""))

    def within(self, seconds: float, mark: float) -> None:
        """For marks in seconds alone: the long form's, and measured again where missed. Facts are asserted."""
        if self.is_judged and not seconds <= mark:
            raise TooLate(f"{seconds:.3f} s and not {mark:.3f}")

    def at_most(self, amount: float, mark: float) -> None:
        """For marks that hang on time or on the machine but are no seconds: the long form's, failing at once."""
        assert not self.is_judged or amount <= mark, f"{amount:.3g} and not {mark:.3g}"


ROWS = pytest.StashKey[list[Row]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ROWS] = []
    config.addinivalue_line("markers", "fault(number, fault): this test is of that row of the fault matrix")
    config.addinivalue_line("markers", "long_form: in `make faults` alone, so that `make test` takes minutes")


def pytest_itemcollected(item: pytest.Item) -> None:
    if not item.path.is_relative_to(HERE):
        return
    if name := site_of(item):
        item.add_marker(pytest.mark.xdist_group(f"faults-{name}"))
    item.add_marker(pytest.mark.timeout(HUNG_SECONDS))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [] if LONG else [item for item in items if item.get_closest_marker("long_form")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def site_of(item: pytest.Item) -> str:
    """The shared site that it breaks, which is started in one worker only."""
    callspec = getattr(item, "callspec", None)
    if callspec is not None and "site" in callspec.params:
        return str(callspec.params["site"])
    return next((name for name in ("cluster", "embedded") if name in getattr(item, "fixturenames", ())), "")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    try:
        return (yield)
    except TooLate as missed:
        return again(pyfuncitem, missed)


def again(item: pytest.Function, missed: TooLate) -> bool:
    """The same test at its site made whole; the figures of every try stay in the row."""
    row, wanted = item.funcargs["row"], inspect.signature(item.obj).parameters
    for number in range(2, TRIES + 1):
        row.figure(f"missed by {missed}; try", number)
        item.funcargs["site"].heal()
        try:
            item.obj(**{name: item.funcargs[name] for name in wanted})
        except TooLate as more:
            missed = more
        else:
            return True
    raise missed


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report: Any = yield
    row = getattr(item, "funcargs", {}).get("row")
    if report.when == "call" and isinstance(row, Row):
        row.outcome = report.outcome
    return report  # type: ignore[return-value]


@pytest.fixture
def row(request: pytest.FixtureRequest) -> Row:
    marker = request.node.get_closest_marker("fault")
    assert marker is not None, "a test of the fault matrix names its row"
    callspec = getattr(request.node, "callspec", None)
    found = Row(marker.args[0], marker.args[1], callspec.id if callspec else "", is_judged=LONG)
    request.config.stash[ROWS].append(found)
    return found


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    rows = sorted(config.stash[ROWS], key=lambda row: row.number)
    if not rows or not (LONG or config.option.verbose > 0):
        return
    terminalreporter.section("fault matrix")
    for row in rows:
        terminalreporter.line(f"{row.number:>3}  {row.outcome:<7} {row.where:<10} {row.fault}")
        terminalreporter.line(f"     {'; '.join(row.figures)}")
    if not LONG:
        return
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
