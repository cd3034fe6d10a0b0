"""`make test-10`: ten runs of every test with ten seeds, and two more beside a load on every core; a line for each.

The last run measures the coverage too, and its line is printed: no limit is set to how long that run may take.
It ends at the first run that is red, or in which a test had to be run again, and names where that run's output is.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / ".last-test.json"
OUTPUT = ROOT / ".test-10"
QUIET, LOADED = 10, 2


def main() -> int:
    OUTPUT.mkdir(exist_ok=True)
    seeds = random.SystemRandom().sample(range(2**32), QUIET + LOADED)
    for number, seed in enumerate(seeds, 1):
        where = f"{number:>2}  {'beside a load' if number > QUIET else 'alone        '}"
        log = OUTPUT / f"{number}.log"
        if number > QUIET:
            with load():
                figures = run(seed, log, "coverage" if number == QUIET + LOADED else "test")
        else:
            figures = run(seed, log)
        is_green = bool(figures["passed"]) and not figures["failed"] and not figures["reruns"]
        print(f"{where}  {'green' if is_green else 'RED  '}  {described(figures)}", flush=True)
        if not is_green:
            print(f"See {log.relative_to(ROOT)}; again: make test SEED={seed}", file=sys.stderr)
            return 1
    print(*(line for line in log.read_text().splitlines() if line.endswith("branches counted")), sep="\n")
    return 0


def run(seed: int, log: Path, target: str = "test") -> dict[str, Any]:
    """The figures of one run; one that ends without any counts as failed."""
    RECORD.unlink(missing_ok=True)
    with log.open("wb") as output:
        subprocess.run(["make", target, f"SEED={seed}"], cwd=ROOT, stdout=output, stderr=output, check=False)
    if not RECORD.exists():
        return {"seed": seed, "passed": 0, "failed": 1, "reruns": 0, "seconds": 0.0}
    figures: dict[str, Any] = json.loads(RECORD.read_text())
    return figures


def described(figures: dict[str, Any]) -> str:
    counts = ", ".join(f"{figures[name]} {name}" for name in ("passed", "failed", "reruns"))
    return f"{counts}, {figures['seconds']:.0f} s, seed {figures['seed']}"


@contextmanager
def load() -> Iterator[None]:
    """Every core is asked for by somebody else as well."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


if __name__ == "__main__":
    raise SystemExit(main())
