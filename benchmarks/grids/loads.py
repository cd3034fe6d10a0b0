"""The three pages under load: 10,000 patches a second on 25 and on 100 rows, and 1,000 new orders a second.

The product's own page also while prices move.
"""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Browser

from benchmarks.figures import Figure, Spread
from benchmarks.grids.pages import AG_GRID, PRODUCT, TABULATOR, Played, opened, play
from benchmarks.grids.site import Site

PATCHES = 10_000
NEW = 1_000
SECONDS = 2
# A page's usual maximum rate of prices, and the patches a second from a desk's orders at the same time.
PRICES = 10
PATCHES_OF_A_DESK = 100
STILL = "prices standing still"
Kept = dict[str, list[Played]]


def patches(chromium: Browser, site: Site, rounds: int) -> list[Figure]:
    few = _rounds(chromium, site, rounds, 25, (AG_GRID, PRODUCT, TABULATOR))
    many = _rounds(chromium, site, rounds, 100, (AG_GRID, PRODUCT))
    return [
        _figure("25 rows patched, frames", "a second", few, AG_GRID, "frames", at_least=0.95),
        _figure("25 rows patched, frames", "a second", few, TABULATOR, "frames", at_least=2),
        _figure("25 rows patched, frames with news", "a second", few, AG_GRID, "fresh"),
        _figure("25 rows patched, last value after the last event", "ms", few, AG_GRID, "late"),
        *_spent("25 rows patched", few, (AG_GRID, TABULATOR)),
        _figure("100 rows patched, frames", "a second", many, AG_GRID, "frames", at_least=1),
        _figure("100 rows patched, frames with news", "a second", many, AG_GRID, "fresh"),
        *_spent("100 rows patched", many, (AG_GRID,)),
    ]


def prices(chromium: Browser, site: Site, rounds: int) -> list[Figure]:
    """Every symbol of the page ten times a second, in the rows' prices and profit, the watchlist and the chart."""
    calm: Kept = {}
    busy: Kept = {}
    for number in range(rounds):
        for kept, a_second, names in (
            (calm, PATCHES_OF_A_DESK, (STILL, PRODUCT)),
            (busy, PATCHES, (STILL, PRODUCT, AG_GRID)),
        ):
            for name in _turned(names, number):
                load = site.load(25)
                events = list(load.fills(a_second * SECONDS))
                grid = AG_GRID if name == AG_GRID else PRODUCT
                with (
                    opened(grid, chromium, site.front, site.session, site.orders[:25]) as page,
                    site.front.ticking(PRICES if name == PRODUCT else 0),
                ):
                    played = play(page, site.front, load, events, a_second, 25, (max(load.orders), "cum_qty"))
                _keep(kept, name, played)
    return [
        _figure("prices move, 100 patches, frames", "a second", calm, STILL, "frames", at_least=0.95),
        _figure("prices move, 10,000 patches, frames", "a second", busy, STILL, "frames", at_least=0.95),
        _figure("prices move, 10,000 patches, frames", "a second", busy, AG_GRID, "frames", at_least=0.95),
        _figure("prices move, 10,000 patches, frames with news", "a second", busy, STILL, "fresh"),
        *_spent("prices move, 10,000 patches", busy, (STILL,)),
    ]


def inserts(chromium: Browser, site: Site, rounds: int) -> list[Figure]:
    kept: Kept = {}
    for number in range(rounds):
        for name in _turned((AG_GRID, PRODUCT), number):
            load = site.load(25)
            events = list(load.placed(NEW * SECONDS))
            with opened(name, chromium, site.front, site.session, site.orders[:25]) as page:
                played = play(page, site.front, load, events, NEW, 20, (None, "client_order_id"))
            _keep(kept, name, played)
    return [
        _figure("1,000 new orders a second, frames", "a second", kept, AG_GRID, "frames"),
        _figure("1,000 new orders a second, frames with news", "a second", kept, AG_GRID, "fresh"),
        *_spent("1,000 new orders a second", kept, (AG_GRID,)),
    ]


def _rounds(chromium: Browser, site: Site, rounds: int, rows: int, names: Sequence[str]) -> Kept:
    kept: Kept = {}
    for number in range(rounds):
        for name in _turned(names, number):
            load = site.load(rows)
            events = list(load.fills(PATCHES * SECONDS))
            with opened(name, chromium, site.front, site.session, site.orders[:rows]) as page:
                played = play(page, site.front, load, events, PATCHES, rows, (max(load.orders), "cum_qty"))
            _keep(kept, name, played)
    return kept


def _turned(names: Sequence[str], by: int) -> list[str]:
    """Rotate the names, so that no page is always first."""
    by %= len(names)
    return [*names[by:], *names[:by]]


def _keep(kept: Kept, name: str, played: Played) -> None:
    """Stop on a wrong final value of the order monitor, print it for other grids; stop if a page requested orders."""
    if played.wrong:
        said = f"{name} does not show what was last sent: {'; '.join(played.wrong[:3])}."
        if name in (PRODUCT, STILL):
            raise SystemExit(said)
        print(said, flush=True)
    if played.requests:
        raise SystemExit(f"{name} asked for orders {played.requests} times.")
    kept.setdefault(name, []).append(played)


def _spent(what: str, kept: Kept, baselines: Sequence[str]) -> list[Figure]:
    return [
        _figure(f"{what}, {label} for 1,000 events", "ms", kept, baseline, attribute)
        for baseline in baselines
        for attribute, label in (("task", "main thread"), ("script", "script"), ("layout", "styles and layout"))
    ]


def _figure(name: str, unit: str, kept: Kept, baseline: str, attribute: str, at_least: float | None = None) -> Figure:
    theirs, ours = (Spread.of([getattr(each, attribute) for each in kept[who]]) for who in (baseline, PRODUCT))
    return Figure(name, unit, baseline, theirs, ours, at_least=at_least)
