"""First load of the product's page with an empty cache: bytes on the wire, and largest contentful paint."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser

from benchmarks.figures import Figure, Spread
from benchmarks.grids.pages import VIEWPORT
from benchmarks.grids.site import Site

LIMIT_KB = 300.0
LARGEST_PAINT = """() => new Promise((found) => {
  new PerformanceObserver((list) => found(list.getEntries().at(-1).startTime))
    .observe({ type: "largest-contentful-paint", buffered: true });
})"""


def measure(chromium: Browser, site: Site, rounds: int) -> list[Figure]:
    found = [_load(chromium, site) for _ in range(rounds)]
    bytes_, paints, requests = (Spread.of([each[place] for each in found]) for place in range(3))
    limit = Spread(LIMIT_KB, LIMIT_KB, LIMIT_KB)
    return [
        Figure("first load, cold", "KB", "the limit", limit, bytes_, at_most=1),
        Figure("first load, largest contentful paint", "ms", "itself", paints, paints),
        Figure("first load, requests", "", "itself", requests, requests),
    ]


def _load(chromium: Browser, site: Site) -> tuple[float, float, float]:
    context = chromium.new_context(viewport=VIEWPORT)
    context.add_cookies([{"name": "sessionid", "value": site.session, "url": site.front.url}])
    page = context.new_page()
    cdp = context.new_cdp_session(page)
    sizes: dict[str, float] = {}

    def note(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = float(event["encodedDataLength"])

    cdp.on("Network.loadingFinished", note)
    cdp.send("Network.enable")
    page.goto(f"{site.front.url}/")
    page.wait_for_selector("#connection[data-state=live]")
    page.wait_for_load_state("networkidle")
    paint = float(page.evaluate(LARGEST_PAINT))
    context.close()
    return sum(sizes.values()) / 1000, paint, float(len(sizes))
