"""The same orders in three pages of one browser (the order monitor's own, AG Grid's, Tabulator's) and the same load."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, ViewportSize

from benchmarks.grids.front import Front
from benchmarks.grids.load import Load, Order
from benchmarks.served import ROOT

PRODUCT, AG_GRID, TABULATOR = "order monitor", "AG Grid", "Tabulator"
# All 25 rows fit: in the product's page below its header and above its monitor, in the grids' 800 pixels.
VIEWPORT: ViewportSize = {"width": 1440, "height": 1250}
SCRIPTS = ROOT / "benchmarks" / "grids" / "pages"
QUIET_SECONDS = 1.0
PATIENCE_SECONDS = 15.0
MILLISECONDS = 1000


@dataclass(frozen=True)
class Played:
    """`frames` and `fresh` (frames that showed something new) a second; `late` milliseconds from the last event offered
    to the last new value; main-thread milliseconds for 1,000 events; requests for orders meanwhile; what was wrong in
    the end.
    """

    frames: float
    fresh: float
    late: float
    task: float
    script: float
    layout: float
    requests: int
    wrong: list[str]


@contextmanager
def opened(name: str, chromium: Browser, front: Front, session: str, orders: list[Order]) -> Iterator[Page]:
    """The page with these orders, in its own browser context."""
    context = chromium.new_context(viewport=VIEWPORT)
    try:
        page = context.new_page()
        if name == PRODUCT:
            context.add_cookies([{"name": "sessionid", "value": session, "url": front.url}])
            _open_product(page, front, len(orders))
        else:
            page.goto(f"{front.url}/grids/{name.lower().replace(' ', '-')}.html")
            page.wait_for_function("() => window.begin")
            page.evaluate("(orders) => window.begin(orders)", orders)
        yield page
    finally:
        context.close()


def _open_product(page: Page, front: Front, rows: int) -> None:
    page.goto(f"{front.url}/")
    page.wait_for_selector("#connection[data-state=live]")
    if page.input_value("#page-size") != str(rows):
        page.select_option("#page-size", str(rows))
    page.locator("#orders tbody tr[data-order-id]").nth(rows - 1).wait_for(state="attached")
    page.wait_for_load_state("networkidle")  # the chart has requested its orders, too
    page.evaluate((SCRIPTS / "product.js").read_text())


def play(
    page: Page, front: Front, load: Load, events: list[bytes], a_second: int, rows: int, sample: tuple[int | None, str]
) -> Played:
    """Send these events, a hundredth of a second's at a time; check the newest `rows` orders at the end."""
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url) if "/api/orders/" in request.url else None)
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    page.evaluate((SCRIPTS / "watch.js").read_text(), list(sample))
    before = metrics(cdp)
    began, ended = front.play(events, load.head, a_second, a_second // 100)
    settle(page)
    after = metrics(cdp)
    watched = page.evaluate("() => { const { watch } = window; window.watch = null; return watch; }")
    newest = sorted(load.orders.values(), key=lambda order: order["id"])[-rows:]
    frames, fresh = ([at for at in watched[kind] if began <= at / 1000 <= ended] for kind in ("frames", "fresh"))
    spent = {name: (after[name] - before[name]) * MILLISECONDS / len(events) * 1000 for name in before}
    return Played(
        frames=len(frames) / (ended - began),
        fresh=len(fresh) / (ended - began),
        late=max([*watched["fresh"], ended * 1000]) - ended * 1000,
        task=spent["TaskDuration"],
        script=spent["ScriptDuration"],
        layout=spent["LayoutDuration"] + spent["RecalcStyleDuration"],
        requests=len(requests),
        wrong=page.evaluate("(orders) => window.bench.wrong(orders)", newest),
    )


def settle(page: Page) -> None:
    """Wait until the page has shown nothing new for a second, or give up after `PATIENCE_SECONDS`."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    script = "() => performance.timeOrigin + performance.now() - (window.watch.fresh.at(-1) ?? 0)"
    while page.evaluate(script) < QUIET_SECONDS * 1000:
        if time.monotonic() > deadline:
            return
        page.wait_for_timeout(200)


def metrics(cdp: CDPSession) -> dict[str, float]:
    """Chromium's own counters of the page: seconds of its main thread, bytes of its heap."""
    found: list[dict[str, Any]] = cdp.send("Performance.getMetrics")["metrics"]
    return {each["name"]: float(each["value"]) for each in found}
