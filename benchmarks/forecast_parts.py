"""The parts of `benchmarks.forecast` that have no baseline, each made by a helper process on a database of its own."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.entry_sites import databases
from benchmarks.figures import Spread
from benchmarks.helpers import helper
from benchmarks.table_sites import environment

# Orders of the page that is watched, and symbols that are learned.
ORDERS = 13
SYMBOLS = 12
PARTS = ("record", "symbol", "scorecard")


class Measured(NamedTuple):
    """A figure that is compared with nothing; `busy` is the processor time, where that was measured, too."""

    name: str
    unit: str
    found: Spread
    busy: Spread | None = None

    def as_json(self) -> dict[str, Any]:
        return {"unit": self.unit} | asdict(self.found) | {"processor": self.busy and asdict(self.busy)}


def measured(part: str, options: argparse.Namespace) -> list[Measured]:
    with (
        tempfile.TemporaryDirectory() as folder,
        databases(options.database, Path(folder), [part]) as urls,
        helper(f"forecast_{part}", environment(urls[part])) as asked,
    ):
        match part:
            case "record":
                return _record(asked.ask("grow", minutes=options.minutes, orders=ORDERS), options)
            case "symbol":
                return _symbol(asked.ask("cost", symbols=SYMBOLS, bars=options.bars), options.bars)
            case _:
                asked.ask("fill", count=options.shown)
                return _scorecard(asked.ask("measure", rounds=options.rounds), options.shown)


def _record(found: dict[str, int], options: argparse.Namespace) -> list[Measured]:
    rows, size = found["rows"], found["bytes"]
    page = f"a page with {ORDERS} orders, {options.minutes} minutes"
    return [
        Measured(f"{page}: forecasts a second", "1/s", Spread.of([rows / options.minutes / 60])),
        Measured(f"{page}: an hour of it on {options.database}", "MB", Spread.of([size / options.minutes * 60 / 1e6])),
        Measured(f"a forecast with its indexes on {options.database}", "bytes", Spread.of([size / rows])),
    ]


def _symbol(found: dict[str, list[float]], bars: int) -> list[Measured]:
    learned = f"a symbol: learning {bars:,} bars"
    return [
        Measured("a symbol: its simulated past", "ms", Spread.of(found["past"])),
        Measured(learned, "s", Spread.of(found["learned"])),
        Measured("a symbol: a further bar", "ms", Spread.of(found["bar"])),
        Measured("a symbol: resident memory", "MB", Spread.of(found["memory"])),
    ]


def _scorecard(found: dict[str, list[list[float]]], shown: int) -> list[Measured]:
    names = {
        "touches": f"first reading of {shown:,} touches",
        "cones": f"first reading of {shown:,} cones",
        "both": "both at once, until all figures are made",
        "again": "all figures half a minute later",
        "touch file": f"file of {shown:,} touches",
        "cone file": f"file of {shown:,} cones",
    }
    return [
        Measured(f"scorecard: {told}", "s", *(Spread.of(each) for each in zip(*found[name], strict=True)))
        for name, told in names.items()
    ]


def listing(figures: Sequence[Measured]) -> str:
    """A plain-text table; processor time is in the last column."""
    rows = [("", "unit", "measured", "processor time" if any(each.busy for each in figures) else "")]
    rows += [(each.name, each.unit, str(each.found), str(each.busy or "")) for each in figures]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
