"""Rates of order entry: over REST, one and a thousand a request, and by a journal; and the times of the admin's list.

`python -m benchmarks.entry [--rounds N] [--databases sqlite postgresql] [--parts rest journal admin] [--orders N]`.
By default the admin's list has 100 thousand orders; its target applies to `--orders 1000000`.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import entry_admin, entry_journal, entry_rest, outcome, served
from benchmarks.entry_sites import databases, environment
from benchmarks.figures import Figure, table

PARTS = ("rest", "journal", "admin")


def on(vendor: str, options: argparse.Namespace) -> list[Figure]:
    """The figures of one database."""
    found: list[Figure] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        served.broker() as redis_url,
        databases(vendor, Path(folder), ("entry", "few", "many")) as urls,
    ):
        surroundings = environment(urls["entry"], redis_url)
        if "rest" in options.parts:
            print(f"{vendor}: placing and amending", flush=True)
            found += entry_rest.figures(surroundings, vendor, options.rounds)
        if "journal" in options.parts:
            print(f"{vendor}: replaying a journal", flush=True)
            found += entry_journal.figures(surroundings, vendor, Path(folder), options.rounds)
        if "admin" in options.parts:
            print(f"{vendor}: the admin's list", flush=True)
            pair = (urls["few"], urls["many"])
            found += entry_admin.figures(pair, redis_url, vendor, options.orders, options.rounds)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast orders come in.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--databases", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--orders", type=int, default=100_000, help="in the admin's longer list")
    parser.add_argument("--name", default="entry")
    options = parser.parse_args()
    figures = [figure for vendor in options.databases for figure in on(vendor, options)]
    print(table(figures))
    about = {"rounds": options.rounds, "orders": options.orders, "list": entry_rest.LIST}
    outcome.write(options.name, {figure.name: figure.as_json() for figure in figures}, **about)


if __name__ == "__main__":
    main()
