"""The chart as a test sees it: bars and quotes are the test's own, and what the picture shows is read in words."""

from __future__ import annotations

import json
import time
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.waiting import wait_for
from tests.servers import ROOT

Bar = dict[str, Any]

MINUTE = 60

# A chart of the test's own on the page's panel, whose quotes the test gives: window.quote(symbol, last, at, change).
OWN_CHART = """async () => {
  const { Chart } = await import("/sources/js/chart/chart.js");
  const { Api } = await import("/sources/js/net/api.js");
  const { Store } = await import("/sources/js/ui/store.js");
  const prices = new (class extends EventTarget {
    watched = [];
    quotes = new Map();
    watch(owner, symbols) { this.watched.push([owner, ...symbols].join(" ")); }
    quote(symbol) { return this.quotes.get(symbol); }
  })();
  const instrument = { symbol: "AAPL", price_decimals: 2 };
  const instruments = { active: [instrument], get: () => instrument, decimals: () => 2 };
  const old = document.querySelector("#chart");
  const root = old.cloneNode(true);
  root.classList.remove("is-open");
  old.replaceWith(root);
  const urls = { barsUrl: "/api/bars/", ordersUrl: "/api/orders/", eventsUrl: "/api/events/" };
  const served = { coneUrl: "/api/forecasts/cone/", clock: () => Date.now() };
  const symbols = Object.assign(new EventTarget(), { find: () => [], ready: true });
  const sources = { api: new Api(""), ...urls, ...served, prices, instruments, symbols, stream: new EventTarget() };
  const chart = new Chart(root, document.createElement("button"), new Store(() => sessionStorage), sources);
  window.watched = prices.watched;
  window.chart = chart;
  window.quote = (symbol, last, at, change = null) => {
    prices.quotes.set(symbol, { symbol, bid: last, ask: last, last, change, at });
    prices.dispatchEvent(new CustomEvent("quotes", { detail: new Set([symbol]) }));
  };
}"""

PIXEL = """([x, y]) => {
  const canvas = document.querySelector("#chart canvas");
  return [...canvas.getContext("2d").getImageData(x, y, 1, 1).data].slice(0, 3);
}"""


def this_minute() -> int:
    """When the running minute began, in unix seconds."""
    return int(time.time()) // MINUTE * MINUTE


def bars(*closes: str, end: int | None = None) -> list[Bar]:
    """A bar a minute up to the one that began at `end`: each opens where the one before closed."""
    last = this_minute() if end is None else end
    opens = [closes[0], *closes[:-1]] if closes else []
    return [
        {
            "time": last - (len(closes) - 1 - place) * MINUTE,
            "open": opened,
            "high": max(opened, close, key=float),
            "low": min(opened, close, key=float),
            "close": close,
            "volume": "5",
        }
        for place, (opened, close) in enumerate(zip(opens, closes, strict=True))
    ]


def _source(route: Route) -> None:
    """A source of the page's bundles, at the place where its imports look for it."""
    name = route.request.url.partition("/sources/")[2]
    folder = "node_modules" if name.startswith("vendor/") else "static"
    route.fulfill(path=ROOT / folder / name.removeprefix("vendor/"), content_type="text/javascript")


def wave(number: int = 300, middle: float = 585.0) -> list[Bar]:
    return bars(*(f"{middle + (place * 7 % 23) / 10:.2f}" for place in range(number)))


class Chart:
    """The panel; `asked` are the symbols that it has asked the bars of."""

    def __init__(self, page: Page, answers: dict[str, list[Bar] | int | None]) -> None:
        """Answers with bars, refuses with a status, or leaves unanswered where it is None."""
        self.page = page
        self.root = page.locator("#chart")
        self.face = self.root.locator("[data-chart=face]")
        self.answers = answers
        self.asked: list[str] = []
        page.route("**/api/bars/*", self._answer)

    def _answer(self, route: Route) -> None:
        symbol = route.request.url.split("symbol=")[1]
        self.asked.append(symbol)
        answer = self.answers[symbol]
        if answer is None:
            return
        if isinstance(answer, int):
            body: Any = {"code": "internal", "message": "It is broken."}
            route.fulfill(status=answer, body=json.dumps(body), content_type="application/json")
        else:
            body = {"symbol": symbol, "seconds": MINUTE, "bars": answer}
            route.fulfill(body=json.dumps(body), content_type="application/json")

    def part(self, name: str) -> Locator:
        return self.root.locator(f"[data-chart={name}]")

    def do(self, name: str) -> None:
        self.root.locator(f"[data-chart-do={name}]").click()

    def open(self, symbol: str = "AAPL") -> None:
        self.page.click("#chart-toggle")
        self.choose(symbol)

    def choose(self, symbol: str) -> None:
        self.page.fill("#chart-symbol", symbol)
        self.page.press("#chart-symbol", "Enter")

    def own(self, symbol: str = "AAPL") -> None:
        """A chart whose quotes the test gives, of modules that the page has only bundled."""
        self.page.route("**/sources/**", _source)
        self.page.evaluate(OWN_CHART)
        self.page.evaluate("symbol => window.chart.show(symbol)", symbol)

    def quote(self, symbol: str, last: str, at: float, change: str | None = None) -> None:
        """`at` in unix seconds."""
        self.page.evaluate("([s, l, at, c]) => window.quote(s, l, at, c)", [symbol, last, at * 1000, change])

    def until(self, state: str) -> None:
        expect(self.root).to_have_attribute("data-state", state)

    def until_asked(self, *symbols: str) -> None:
        """Waits until exactly these have been asked for, in this order."""
        wait_for(lambda: self.asked == list(symbols), f"requests for {symbols}")

    def until_lines(self, *lines: str) -> None:
        """Waits until exactly these lines are on the chart, in any order."""
        wait_for(lambda: sorted(self.lines()) == sorted(lines), f"{lines} on the chart, where there are {self.lines()}")

    def lines(self) -> list[str]:
        """Price lines as the library holds them."""
        return self.part("orders").locator("li").all_inner_texts()

    def fills(self) -> list[str]:
        return self.part("fills").locator("li").all_inner_texts()

    def table(self) -> list[list[str]]:
        """The rows of the table beside the picture, without their minutes."""
        rows = self.root.locator(".chart-bars tbody tr")
        script = "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
        texts: list[list[str]] = rows.evaluate_all(script)
        return [row[1:] for row in texts]

    def picture(self) -> bytes:
        return self.part("canvas").screenshot()

    def pixel(self, x: int = 3, y: int = 3) -> list[int]:
        colour: list[int] = self.page.evaluate(PIXEL, [x, y])
        return colour

    def loaded(self) -> list[str]:
        """What the page has loaded for the chart's sake."""
        script = """performance.getEntriesByType("resource").map(({ name }) => name)
            .filter((name) => /\\/view-[^/]*$/.test(name))"""
        names: list[str] = self.page.evaluate(script)
        return names
