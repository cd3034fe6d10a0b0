"""The page compared with AG Grid Community and Tabulator in one Chromium, on the same events; and save to screen.

`python -m benchmarks.screen [--rounds N] [--part patches inserts prices memory load saves] [--events 1000000]`. Each
grid is used as its own documentation advises. Only the order monitor marks changes, and only it has a stream monitor, a
header and announcements. All receive the same frames over a websocket, a hundredth of a second's events in each.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks import outcome
from benchmarks.figures import Figure, table
from benchmarks.grids import first_load, loads, memory, saves, site
from tests.provision import browser

Part = Callable[[Browser, site.Site, int], list[Figure]]
PARTS: dict[str, Part] = {
    "patches": loads.patches,
    "inserts": loads.inserts,
    "prices": loads.prices,
    "load": first_load.measure,
}

WITH_PRICES = ("load", "prices")


def run(parts: list[str], rounds: int, events: int) -> list[Figure]:
    figures: list[Figure] = []
    path = browser()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=site.ARGUMENTS)
        for part in parts:
            print(f"screen: {part}", flush=True)
            if part == "saves":
                figures += saves.measure(chromium, rounds)
                continue
            # Each part has its own site: events that one part plays are not in the log that the next part's pages read.
            with site.served("sim" if part in WITH_PRICES else "off") as place:
                if part == "memory":
                    figures += memory.measure(chromium, place, events)
                else:
                    figures += PARTS[part](chromium, place, rounds)
        chromium.close()
    return figures


def main() -> None:
    everything = [*PARTS, "memory", "saves"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--part", nargs="+", choices=everything, default=everything)
    parser.add_argument("--events", type=int, default=100_000, help="of the memory part")
    options = parser.parse_args()
    figures = run(options.part, options.rounds, options.events)
    about: dict[str, Any] = {"rounds": options.rounds, "parts": options.part, "memory_events": options.events}
    name = "screen" if options.part == everything else f"screen-{'-'.join(options.part)}"
    outcome.write(name, {figure.name: figure.as_json() for figure in figures}, **about)
    print(table(figures))


if __name__ == "__main__":
    main()
