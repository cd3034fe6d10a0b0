"""Cost of the log for writers on PostgreSQL: five designs in bare SQL, and the product's save with and without a log.

`python -m benchmarks.log [--rounds N] [--seconds S]`: medians of the rounds with their spread, and ratios to the row
without a log of the same run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from typing import Any

from benchmarks import outcome, served
from benchmarks.numbering import DESIGNS, WORKS, rate
from tests.servers import ROOT, postgresql_server

WRITERS = 8
PROCESSES = 4
SAVES = {"one owner": 1, "100 owners": 100}
WORKER = [sys.executable, "-m", "benchmarks.saves"]


def designs(url: str, rounds: int, seconds: float) -> dict[str, Any]:
    """Commits a second and deadlocks of each design under each workload."""
    kept: dict[str, dict[str, dict[str, list[float]]]] = {work.name: {} for work in WORKS}
    for number in range(rounds):
        print(f"designs, round {number + 1} of {rounds}", flush=True)
        for work in WORKS:
            for design in DESIGNS:
                commits, deadlocks = rate(url, design, work, WRITERS, seconds)
                found = kept[work.name].setdefault(design.name, {"commits": [], "deadlocks": []})
                found["commits"].append(commits)
                found["deadlocks"].append(deadlocks)
    return {name: _summed_up(rows, "no log") for name, rows in kept.items()}


def saves(url: str, broker: str, rounds: int, seconds: float) -> dict[str, Any]:
    """Saves a second of the product's orders by several processes, with the log and without."""
    environment = os.environ | {"DATABASE_URL": url, "REDIS_URL": broker, "FEED": "off"}
    subprocess.run([*WORKER, "prepare"], cwd=ROOT, env=environment, check=True)
    kept: dict[str, dict[str, dict[str, list[float]]]] = {name: {} for name in SAVES}
    for number in range(rounds):
        print(f"saves, round {number + 1} of {rounds}", flush=True)
        for name, owners in SAVES.items():
            for mode in ("no log", "log"):
                command = [*WORKER, mode, str(owners), str(seconds)]
                workers = [
                    subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
                    for _ in range(PROCESSES)
                ]
                done = [float(worker.communicate()[0]) for worker in workers]
                kept[name].setdefault(mode, {"commits": []})["commits"].append(sum(done))
    return {name: _summed_up(rows, "no log") for name, rows in kept.items()}


def _summed_up(rows: dict[str, dict[str, list[float]]], baseline: str) -> dict[str, Any]:
    base = statistics.median(rows[baseline]["commits"])
    return {
        name: {
            "commits": statistics.median(found["commits"]),
            "low": min(found["commits"]),
            "high": max(found["commits"]),
            "ratio": statistics.median(found["commits"]) / base,
            "deadlocks": sum(found.get("deadlocks", [])),
        }
        for name, found in rows.items()
    }


def table(figures: dict[str, Any]) -> str:
    lines = [f"{'commits a second, PostgreSQL':<56}{'median (spread)':>26}{'ratio':>8}{'deadlocks':>11}"]
    for part, works in figures.items():
        for work, rows in works.items():
            for name, row in rows.items():
                shown = f"{row['commits']:,.0f} ({row['low']:,.0f}–{row['high']:,.0f})"
                label = f"{part}: {work}: {name}"
                lines.append(f"{label:<56}{shown:>26}{row['ratio']:>8.2f}{row['deadlocks']:>11.0f}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="What the log costs writers.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    with postgresql_server() as url, served.broker() as broker:
        figures = {
            "designs": designs(url, options.rounds, options.seconds),
            "product": saves(url, broker, options.rounds, options.seconds),
        }
    outcome.write("log", figures, rounds=options.rounds, unit="commits a second", baseline="no log")
    print(table(figures))


if __name__ == "__main__":
    main()
