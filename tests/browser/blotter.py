"""The page as a test reads it, by the hooks that are promised to everyone."""

from __future__ import annotations

import json
import re
import time
from decimal import Decimal
from typing import Any

from playwright.sync_api import Locator, Page, Request, Route, WebSocket, expect

from tests.browser.waiting import wait_for
from tests.servers import ROOT

# Ends what hangs.
MILLISECONDS = 60_000
# A little more than what lies between two requests that events cause.
THROTTLE_SECONDS = 1.2
FIELDS = ("symbol", "side", "quantity", "price", "cum_qty", "leaves_qty", "avg_price", "status", "client_order_id")

# Collects how the page says that things stand, and what its notices say, from now on.
WATCH = """() => {
  const connection = document.querySelector("#connection");
  window.states = [];
  window.told = [];
  let stood = connection.dataset.state;
  new MutationObserver(() => {
    if (connection.dataset.state === stood) return; // shown anew, as at midnight
    stood = connection.dataset.state;
    window.states.push(stood);
  }).observe(connection, { attributeFilter: ["data-state"] });
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const { textContent } of addedNodes) window.told.push(textContent);
  }).observe(document.querySelector("#notices"), { childList: true });
}"""

# What axe-core finds in a theme, once everything has taken its colours. From one theme to the other these alone differ.
COLOURS = ["color-contrast", "link-in-text-block"]
VIOLATIONS = """async ([theme, rules]) => {
  document.documentElement.dataset.bsTheme = theme;
  const moves = document.getAnimations().filter((move) => move instanceof CSSTransition);
  await Promise.allSettled(moves.map(({ finished }) => finished));
  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...(rules && { runOnly: rules }) });
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target, failureSummary }) => ({ id, impact, theme, target: String(target), failureSummary })));
}"""

# Collects every mark that a row, a cell or a row to come is given.
MARKS = """() => {
  window.marks = new Set();
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const name = target.dataset.field ?? "row";
      for (const mark of target.classList) if (/^(cell|row)-/.test(mark)) window.marks.add(`${name} ${mark}`);
    }
  }).observe(document.querySelector("#orders tbody"), { subtree: true, attributes: true, attributeFilter: ["class"] });
}"""


class Blotter:
    """`sent` and `received` are the frames of every websocket that the page has opened."""

    def __init__(self, page: Page, user: str) -> None:
        self.page = page
        self.user = user
        self.sent: list[dict[str, Any]] = []
        self.received: list[dict[str, Any]] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda text: self.sent.append(json.loads(text)))
        socket.on("framereceived", lambda text: self.received.append(json.loads(text)))

    def heard(self) -> list[dict[str, Any]]:
        """Every frame that has come by now."""
        self.page.evaluate("0")  # lets them be noted
        return self.received

    def until_state(self, state: str) -> None:
        expect(self.page.locator("#connection")).to_have_attribute("data-state", state, timeout=MILLISECONDS)

    def watch(self) -> None:
        """Notes from now on, until the page is loaded again, what soon goes by: states and notices."""
        self.page.evaluate(WATCH)

    def states(self) -> list[str]:
        """How things stood since `watch()`, one after the other; each is named once."""
        return list(dict.fromkeys(self.page.evaluate("window.states")))

    def until_stood(self, state: str) -> None:
        """Waits until things stand so, or have stood so since `watch()`."""
        wait_for(lambda: state in self.states(), f"the state {state}")

    def until_told(self, notice: str) -> None:
        """Waits until a notice says it, or has said it since `watch()`."""
        wait_for(lambda: notice in self.page.evaluate("window.told"), f"the notice {notice!r}")

    def until_applied(self, head: int) -> None:
        """Waits until the page has applied everything up to this number."""
        expect(self.page.locator("#stream [data-stream=seq]")).to_have_text(str(head), timeout=MILLISECONDS)

    def proof(self) -> dict[str, int]:
        """seq, head, gaps and duplicates as the page shows them."""
        names = ("seq", "head", "gaps", "duplicates")
        return {name: int(self.page.locator(f"#stream [data-stream={name}]").inner_text()) for name in names}

    def measured(self) -> int:
        """Of how many live events the latency is, as the page says; its details are open."""
        text = self.page.locator("#latency-count").inner_text()
        return 0 if text == "No live event yet" else int(text.split()[1].replace(",", ""))

    def tab(self, name: str) -> None:
        self.page.click(f"[data-tab={name}]")
        expect(self.page.locator(f"[data-tab={name}]")).to_have_attribute("aria-selected", "true")

    def counts(self) -> dict[str, int]:
        """How many orders each tab says it has."""
        names = ("working", "filled", "closed", "all")
        texts = {name: self.page.locator(f"[data-count={name}]").inner_text() for name in names}
        return {name: int(text.replace(",", "")) for name, text in texts.items()}

    def until_ids(self, ids: list[int]) -> None:
        """Waits until exactly these orders are on screen, in this order."""
        try:
            wait_for(lambda: self.ids() == ids, "the expected rows on screen")
        except AssertionError:
            assert self.ids() == ids  # says how they differ

    def row(self, order_id: int) -> Locator:
        return self.page.locator(f'#orders tbody tr[data-order-id="{order_id}"]')

    def cell(self, order_id: int, field: str) -> Locator:
        return self.row(order_id).locator(f"td[data-field={field}]")

    def ids(self) -> list[int]:
        rows = self.page.locator("#orders tbody tr[data-order-id]")
        found = rows.evaluate_all("rows => rows.map((row) => Number(row.dataset.orderId))")
        return [int(order_id) for order_id in found]

    def rows(self) -> list[dict[str, Any]]:
        """The raw values of the rows on screen, in their order."""
        script = """rows => rows.map((row) => Object.fromEntries(
            [["id", row.dataset.orderId],
             ...[...row.querySelectorAll("td[data-field]")].map(({ dataset }) => [dataset.field, dataset.value])]))"""
        found: list[dict[str, Any]] = self.page.locator("#orders tbody tr[data-order-id]").evaluate_all(script)
        return found

    def all_pages(self) -> list[dict[str, Any]]:
        """Every row of every page, from the first on."""
        everything = []
        while True:
            everything += self.rows()
            forward = self.page.get_by_role("button", name="Next page")
            if forward.is_disabled():
                return everything
            before = self.ids()
            forward.click()
            first = self.page.locator("#orders tbody tr[data-order-id]").first
            expect(first).not_to_have_attribute("data-order-id", str(before[0]), timeout=MILLISECONDS)


class Requests:
    """The requests for rows that the page sends from now on, by their addresses."""

    def __init__(self, blotter: Blotter) -> None:
        self._page = blotter.page
        self._sent: list[str] = []
        self._last = time.monotonic()
        self._page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if "format=datatables" in request.url:
            self._sent.append(request.url)
            self._last = time.monotonic()

    def sent(self) -> list[str]:
        self._page.evaluate("0")  # lets what has been sent be noted
        return self._sent

    def forget(self) -> None:
        """Begins anew, from a moment on when the page would send the next request at once."""
        wait_for(lambda: self.sent() is not None and time.monotonic() - self._last > THROTTLE_SECONDS, "a rest")
        self._sent.clear()


class Holding:
    """Keeps each change of the page on its way until it is let go."""

    def __init__(self, page: Page, url: str | re.Pattern[str], method: str) -> None:
        self._page, self._method = page, method
        self._held: list[Route] = []
        page.route(url, self._take)

    def next(self) -> Route:
        """The change that is on its way, to be continued or answered."""
        wait_for(self._is_held, f"a {self._method} on its way")
        return self._held.pop(0)

    def _is_held(self) -> bool:
        self._page.title()  # Playwright hears of requests only while it is asked something
        return self._held != []

    def _take(self, route: Route) -> None:
        if route.request.method == self._method:
            self._held.append(route)
        else:
            route.fallback()


def violations(page: Page, themes: tuple[str, ...] = ("light", "dark")) -> list[dict[str, str]]:
    """What axe-core finds of any impact, in each theme; the page keeps the last of them."""
    page.evaluate((ROOT / "node_modules/axe-core/axe.min.js").read_text())
    rules = [None, *[COLOURS] * len(themes)]
    return [found for each in zip(themes, rules, strict=False) for found in page.evaluate(VIOLATIONS, list(each))]


def serious_violations(page: Page) -> list[dict[str, str]]:
    """What axe-core finds in either theme, as far as it keeps people from using the page."""
    return [found for found in violations(page) if found["impact"] in ("serious", "critical")]


def ids(orders: list[dict[str, Any]]) -> list[int]:
    return [int(order["id"]) for order in orders]


def values_of(page: Page, form: str, *names: str) -> dict[str, str]:
    """What the fields of this form hold."""
    return {name: page.input_value(f"{form} [name={name}]") for name in names}


def same(shown: dict[str, Any], order: dict[str, Any]) -> bool:
    """Whether a row on screen says what REST says, however its decimals are padded."""
    return int(shown["id"]) == order["id"] and all(_same(shown.get(name), order[name]) for name in FIELDS)


def _same(shown: str | None, value: Any) -> bool:
    if value is None:
        return shown in (None, "")
    if shown == value:
        return True
    try:
        return Decimal(shown or "") == Decimal(value)
    except ArithmeticError:
        return False
