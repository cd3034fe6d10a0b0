"""Memory growth of the product's page: its heap after every tenth of very many events, after garbage collection."""

from __future__ import annotations

from playwright.sync_api import Browser

from benchmarks.figures import Figure, Spread
from benchmarks.grids.pages import PRODUCT, metrics, opened, play
from benchmarks.grids.site import Site

LEGS = 10
A_SECOND = 10_000
AT_MOST = 1.1
MEBIBYTE = 2**20


def measure(chromium: Browser, site: Site, events: int) -> list[Figure]:
    """The last three tenths compared with the first three: a leak shows as a ratio above one."""
    load = site.load(25)
    heaps: list[float] = []
    nodes: list[float] = []
    with opened(PRODUCT, chromium, site.front, site.session, site.orders[:25]) as page:
        cdp = page.context.new_cdp_session(page)
        cdp.send("Performance.enable")
        for _ in range(LEGS):
            played = play(
                page, site.front, load, list(load.fills(events // LEGS)), A_SECOND, 25, (max(load.orders), "cum_qty")
            )
            if played.wrong:
                raise SystemExit(f"The page does not show what was last sent: {'; '.join(played.wrong[:3])}.")
            cdp.send("HeapProfiler.collectGarbage")
            found = metrics(cdp)
            heaps.append(found["JSHeapUsedSize"] / MEBIBYTE)
            nodes.append(found["Nodes"])
    name = f"{events:,} events"
    return [
        Figure(f"{name}, heap", "MiB", "first 3 tenths", Spread.of(heaps[:3]), Spread.of(heaps[-3:]), at_most=AT_MOST),
        Figure(f"{name}, nodes", "", "first 3 tenths", Spread.of(nodes[:3]), Spread.of(nodes[-3:]), at_most=AT_MOST),
    ]
