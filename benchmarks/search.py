"""Time of the symbol search as a user types, in the page (in Node) and on the server, compared with a plain scan.

`python -m benchmarks.search [--rounds N] [--symbols N] [--terms N]`. The plain scan looks for the term in each symbol
and name, case-insensitive: no ranking, no typos, no highlighting. Each round has its own terms, so that nothing cached
for a term is used again. Drawing the list is not included.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import outcome
from benchmarks.figures import Figure, Spread, percentile, table
from benchmarks.served import ROOT
from market.catalog.search import SymbolIndex
from tests.market import listings

FRAME_MS = 16.0
PAGE_LIMIT, SERVER_LIMIT = 21, 20


def on_the_page(rows: Sequence[listings.Row], rounds: list[list[str]]) -> dict[str, Any]:
    """Milliseconds of each term by round, ours and theirs, and of the first search with building its index."""
    asked = json.dumps({"rows": rows, "rounds": rounds, "limit": PAGE_LIMIT})
    # Node may come from a wheel, next to Python.
    surroundings = os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    command = ["node", "benchmarks/search_page.js"]
    done = subprocess.run(
        command, cwd=ROOT, env=surroundings, input=asked, stdout=subprocess.PIPE, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def on_the_server(rows: Sequence[listings.Row], rounds: list[list[str]]) -> dict[str, Any]:
    """The same for the server's search."""
    began = time.perf_counter()
    index = SymbolIndex(rows)
    index.find(rounds[0][0], SERVER_LIMIT)
    found: dict[str, Any] = {"first": _since(began), "ours": [], "theirs": []}
    for terms in rounds:
        ours, theirs = [], []
        for term in terms:
            began = time.perf_counter()
            index.find(term, SERVER_LIMIT)
            ours.append(_since(began))
            began = time.perf_counter()
            scan(rows, term)
            theirs.append(_since(began))
        found["ours"].append(ours)
        found["theirs"].append(theirs)
    return found


def scan(rows: Sequence[listings.Row], term: str) -> list[listings.Row]:
    wanted = term.lower()
    return [row for row in rows if wanted in row[0].lower() or wanted in row[1].lower()][:SERVER_LIMIT]


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def figures(where: str, found: dict[str, Any]) -> list[Figure]:
    def of(whose: str, share: float) -> Spread:
        return Spread.of([percentile(values, share) for values in found[whose]])

    frame = Spread(FRAME_MS, FRAME_MS, FRAME_MS)
    return [
        Figure(f"{where}: a search, p50", "ms", "plain scan", of("theirs", 0.5), of("ours", 0.5)),
        Figure(f"{where}: a search, p95", "ms", "plain scan", of("theirs", 0.95), of("ours", 0.95)),
        Figure(f"{where}: a search, p95", "ms", "a frame", frame, of("ours", 0.95), at_most=1),
        Figure(f"{where}: the first search, with its index", "ms", "a frame", frame, Spread.of([found["first"]])),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Time of the symbol search as a user types.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--symbols", type=int, default=5000)
    parser.add_argument("--terms", type=int, default=400, help="in a round: beginnings, parts and typos")
    parser.add_argument("--name", default="search")
    options = parser.parse_args()
    rows = listings.listing(options.symbols)
    rounds = [listings.terms(rows, options.terms, seed=number) for number in range(options.rounds)]
    measured = [*figures("page", on_the_page(rows, rounds)), *figures("server", on_the_server(rows, rounds))]
    print(table(measured))
    about = {"rounds": options.rounds, "symbols": options.symbols, "terms": options.terms}
    outcome.write(options.name, {f"{figure.name}, {figure.baseline}": figure.as_json() for figure in measured}, **about)


if __name__ == "__main__":
    main()
