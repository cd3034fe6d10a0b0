"""The table compared with plain djangorestframework-datatables on the same rows and indexes; and its cost for placing.

`python -m benchmarks.table [--sizes 10000 100000] [--spread N] [--databases sqlite postgresql] [--rounds N]
[--no-reads] [--no-writes] [--name NAME]`: medians of the rounds with their spread, over HTTP. The targets apply to a
million orders of one owner: `--sizes 10000 1000000 --spread 1000000 --name table-million`, a quarter of an hour a
database.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import outcome
from benchmarks.figures import Figure, Spread, table
from benchmarks.table_data import rare_term
from benchmarks.table_sites import COLUMNS, Site, both, fill, postgresql, sqlite
from benchmarks.table_writes import placing

PLAIN = "plain datatables"
OWNERS = 1000
# Targets: times as fast as the plain library, on SQLite and on PostgreSQL, with a million orders.
MARKS = {"first": (8, 4), "deep": (12, 9), "half": (5, 8), "rare": (50, 50), "common": (15, 15), "tab": (20, 20)}
FLAT, SORTED, PLACING = 1.5, 2.0, 0.7
QUICK_MS = 100.0


def questions(total: int, rare: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """The measured requests, by name: the kind of target, and the query."""
    deep, half = total * 9 // 10 // 25 * 25, total // 2 // 25 * 25
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "first page": ("first", {}),
        "90 % deep": ("deep", {"start": deep}),
        "half-way": ("half", {"start": half}),
        "search rare": ("rare", {"search": rare}),
        "search missing": ("rare", {"search": "zzzzqq"}),
        "search common": ("common", {"search": "urgent"}),
        "search hardly common": ("common", {"search": "hedge 1"}),
        "search short": ("common", {"search": "ur"}),
        "search one letter": ("common", {"search": "u"}),
        "search short, missing": ("common", {"search": "zq"}),
        "tab working": ("tab", {"tab": "working"}),
        "tab filled": ("tab", {"tab": "filled"}),
    }
    for column in COLUMNS:
        asked[f"half-way by {column}"] = ("half", {"start": half, "sort": column})
    return asked


def measure(site: Site, query: dict[str, Any]) -> float:
    """Milliseconds; the median of three requests where the first is quick."""
    took, _ = site.ask(**query)
    return took if took > QUICK_MS else sorted([took, site.ask(**query)[0], site.ask(**query)[0]])[1]


def check(ours: dict[str, Any], theirs: dict[str, Any], name: str) -> None:
    """Check that both give as many rows, and that our count is true."""
    if len(ours["data"]) != len(theirs["data"]):
        raise SystemExit(f"{name}: {len(ours['data'])} rows of ours, {len(theirs['data'])} of theirs.")
    told, true = ours["recordsFiltered"], theirs["recordsFiltered"]
    if not (told < true if ours.get("recordsFilteredIsMore") else told == true):
        raise SystemExit(f"{name}: counted {told} of {true}.")


def reads(ours: Site, theirs: Site, vendor: str, where: str, rounds: int, marked: bool) -> tuple[list[Figure], Spread]:
    """The figures of one database, and the time of our first page."""
    rare = rare_term(int(where.split()[0].replace(",", "")))
    total = ours.ask()[1]["recordsTotal"]
    asked = questions(total, rare)
    kept: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in asked}
    sorts = {sign + column: list[float]() for column in COLUMNS for sign in ("", "-")}
    for name, (_, query) in asked.items():
        check(ours.ask(**query)[1], theirs.ask(**query)[1], name)
    for _ in range(rounds):
        for name, (_, query) in asked.items():
            kept[name][0].append(measure(ours, query))
            kept[name][1].append(measure(theirs, query))
        for sort, times in sorts.items():
            times.append(measure(ours, {"sort": sort}))
    place = vendor != "sqlite"
    figures = []
    for name, (kind, _) in asked.items():
        at_most = 1 / MARKS[kind][place] if marked else None
        mine, plain = (Spread.of(times) for times in kept[name])
        figures.append(Figure(f"{vendor}, {where}: {name}", "ms", PLAIN, plain, mine, at_most=at_most))
    first = Spread.of(kept["first page"][0])
    for sort, times in sorts.items():
        name = f"{vendor}, {where}: sorted by {sort}"
        at_most = SORTED if marked else None
        figures.append(Figure(name, "ms", "our default sort", first, Spread.of(times), at_most=at_most))
    return figures, first


@contextmanager
def databases(vendor: str) -> Iterator[Any]:
    """A function that creates a database by name and returns its address."""
    if vendor == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield lambda name: sqlite(Path(folder), name)
    else:
        with postgresql() as server:

            def make(name: str) -> str:
                server.make_database(name)
                return server.address(name)

            yield make


def on(vendor: str, options: argparse.Namespace) -> list[Figure]:
    figures: list[Figure] = []
    firsts: dict[int, Spread] = {}
    sizes = [(size, 1) for size in options.sizes] + ([(options.spread, OWNERS)] if options.spread else [])
    with databases(vendor) as make:
        for size, owners in sizes:
            where = f"{size:,}" if owners == 1 else f"{size:,} of {owners:,} owners"
            print(f"{vendor}, {where}: filling", flush=True)
            url = make(f"orders_{size}_{owners}")
            fill(url, size, owners)
            if options.reads:
                print(f"{vendor}, {where}: reading", flush=True)
                with both(url) as (ours, theirs):
                    marked = size >= 1_000_000 and owners == 1
                    found, first = reads(ours, theirs, vendor, where, options.rounds, marked)
                figures += found
                if owners == 1:
                    firsts[size] = first
            if options.writes and owners == 1:
                print(f"{vendor}, {where}: placing", flush=True)
                bare, full = placing(url, options.rounds)
                name = f"{vendor}, {where}: orders placed"
                figures.append(Figure(name, "a second", "no indexes, no totals", bare, full, at_least=PLACING))
    for size in sorted(firsts)[1:]:
        least = min(firsts)
        name = f"{vendor}: first page at {size:,}"
        figures.append(Figure(name, "ms", f"ours at {least:,}", firsts[least], firsts[size], at_most=FLAT))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--spread", type=int, default=0)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-reads", dest="reads", action="store_false")
    parser.add_argument("--no-writes", dest="writes", action="store_false")
    parser.add_argument("--name", default="table")
    options = parser.parse_args()
    figures = [figure for vendor in options.databases for figure in on(vendor, options)]
    print(table(figures))
    about = {"rounds": options.rounds, "sizes": options.sizes, "spread": options.spread}
    outcome.write(options.name, {figure.name: figure.as_json() for figure in figures}, baseline=PLAIN, **about)


if __name__ == "__main__":
    main()
