"""The page as a test reads it, by the hooks that are promised to everyone."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from playwright.sync_api import Locator, Page, WebSocket, expect

from tests.servers import PATIENCE, wait_for

MILLISECONDS = PATIENCE * 1000
FIELDS = ("symbol", "side", "quantity", "price", "cum_qty", "leaves_qty", "avg_price", "status", "client_order_id")


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

    def until_state(self, state: str) -> None:
        expect(self.page.locator("#connection")).to_have_attribute("data-state", state, timeout=MILLISECONDS)

    def until_applied(self, head: int) -> None:
        """Waits until the page has applied everything up to this number."""
        expect(self.page.locator("#stream [data-stream=seq]")).to_have_text(str(head), timeout=2 * MILLISECONDS)

    def proof(self) -> dict[str, int]:
        """seq, head, gaps and duplicates as the page shows them."""
        names = ("seq", "head", "gaps", "duplicates")
        return {name: int(self.page.locator(f"#stream [data-stream={name}]").inner_text()) for name in names}

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
    """The requests for rows that the page has sent, by its own clock."""

    def __init__(self, blotter: Blotter) -> None:
        self._page = blotter.page
        self._before = len(self._all())

    def times(self) -> list[float]:
        """When each request since `forget()` was sent, in seconds."""
        return self._all()[self._before :]

    def forget(self) -> None:
        """Begins anew, from a moment on when the page would send the next request at once."""
        wait_for(lambda: self._age() > 1.2, "a second without requests")
        self._before = len(self._all())

    def _age(self) -> float:
        return float(self._page.evaluate("performance.now()")) / 1000 - self._all()[-1]

    def _all(self) -> list[float]:
        script = """performance.getEntriesByType("resource")
            .filter(({ name }) => name.includes("format=datatables")).map(({ startTime }) => startTime / 1000)"""
        return [float(sent) for sent in self._page.evaluate(script)]


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
