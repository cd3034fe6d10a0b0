"""Servers that are replaced and people who sign out: the page obeys, stays calm, and shows nobody's orders any more."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.blotter import MILLISECONDS, Blotter, ids
from tests.servers import ROOT, Server, wait_for
from tests.traders import Trader, enlist

Open = Callable[..., Blotter]

# What a busy machine may add to a time that the page is meant to keep.
SLACK_MS = 5000


# What becomes of each websocket, and when by the page's own clock.
DIARY = """
window.diary = [];
window.WebSocket = class extends WebSocket {
  constructor(url) {
    super(url);
    const note = (what, more) => window.diary.push({ what, at: performance.now(), ...more });
    note("opened");
    this.addEventListener("message", ({ data }) => data.includes("going_away") && note("told", JSON.parse(data)));
    this.addEventListener("close", ({ code }) => note("closed", { code }));
  }
};
"""


class Sockets:
    """When the page's websockets were opened and closed, from now on."""

    def __init__(self, page: Page) -> None:
        self.opened: list[float] = []
        self.closed: list[float] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: Any) -> None:
        self.opened.append(time.monotonic())
        socket.on("close", lambda _: self.closed.append(time.monotonic()))


def test_a_restarted_server_is_returned_to_when_it_said_and_the_page_goes_on(open_as: Open, own_server: Server) -> None:
    [trader] = enlist(own_server, 1)
    blotter = open_as(trader, live=False)
    blotter.page.add_init_script(DIARY)
    blotter.page.reload()
    blotter.until_state("live")

    own_server.stop()
    blotter.until_state("offline")
    own_server.start()

    blotter.until_state("live")
    opened, told, closed, opened_again, *_ = blotter.page.evaluate("window.diary")
    assert [entry["what"] for entry in (opened, told, closed, opened_again)] == ["opened", "told", "closed", "opened"]
    assert closed["code"] == 1012
    asked = told["reconnect_after_ms"]
    assert asked <= opened_again["at"] - closed["at"] <= 1.5 * asked + SLACK_MS
    order = trader.place()
    expect(blotter.row(order["id"])).to_be_visible()
    blotter.row(order["id"]).get_by_role("button", name="Cancel buy").click()
    blotter.page.get_by_role("button", name="Yes, cancel").click()
    expect(blotter.cell(order["id"], "status")).to_have_text("Cancelled")
    assert blotter.proof()["gaps"] == 0


def test_a_server_of_another_protocol_asks_calmly_for_a_reload(open_as: Open, trader: Trader) -> None:
    order = trader.place()
    blotter = open_as(trader)
    page = blotter.page
    spoken = [2]
    opened = []

    def translate(route: Any) -> None:
        opened.append(route.url)
        server = route.connect_to_server()

        def pass_on(text: str) -> None:
            frame = json.loads(text)
            route.send(json.dumps({**frame, "protocol": spoken[0]}) if frame["type"] == "hello" else text)

        server.on_message(pass_on)

    page.route_web_socket("**/ws/", translate)
    page.reload()

    banner = page.get_by_text("A new version of the order monitor is there")
    expect(banner).to_be_visible()
    blotter.until_state("offline")
    expect(page.locator("[data-connection-word]")).to_have_text("New version")
    blotter.until_ids([order["id"]])
    page.evaluate("dispatchEvent(new Event('online'))")
    assert len(opened) == 1
    assert is_accessible(page)
    spoken[0] = 1
    page.get_by_role("button", name="Reload").click()
    blotter.until_state("live")
    expect(banner).to_be_hidden()


def is_accessible(page: Page) -> bool:
    """Whether axe has nothing to say, in both themes."""
    page.evaluate((ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text())
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.dataset.bsTheme = theme", theme)
        found = page.evaluate(
            "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))"
        )
        assert found == [], theme
    return True


def sign_out(page: Page) -> None:
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_signing_out_in_one_tab_empties_the_others_within_two_seconds_for_good(open_as: Open, trader: Trader) -> None:
    order = trader.place(text="of nobody's business")
    blotter = open_as(trader)
    first = blotter.page
    sockets = Sockets(first)
    asked: list[str] = []
    leaving, second = first.context.new_page(), first.context.new_page()
    for page in (leaving, second):
        page.goto(first.url)
        expect(page.locator("#connection")).to_have_attribute("data-state", "live", timeout=MILLISECONDS)
    expect(blotter.row(order["id"])).to_be_visible()

    signed_out = time.monotonic()
    sign_out(leaving)
    for page in (first, second):
        expect(page.locator("#signed-out")).to_be_visible()
    assert time.monotonic() - signed_out < 10  # the two seconds are a mark of the fault matrix

    first.on("request", lambda request: asked.append(request.url))
    for page in (first, second):
        expect(page.locator("#connection")).to_have_attribute("data-state", "offline")
        expect(page.locator("[data-connection-word]")).to_have_text("Signed out")
        expect(page.get_by_role("link", name="Sign in")).to_be_visible()
        expect(page.locator("tr[data-order-id], tr[data-seq], .notice")).to_have_count(0)
        assert "of nobody's business" not in page.content()
    wait_for(lambda: first.locator("#connection").count() and len(sockets.closed) >= 2, "the second look")
    assert is_accessible(first)
    first.keyboard.press("n")
    # It looks after 0, 1, 3, 7 … seconds; once more where a busy server had no answer to the first.
    assert 2 ** (len(sockets.opened) - 2) <= time.monotonic() - signed_out + 1
    assert asked == []

    first.evaluate("document.documentElement.dataset.old = ''")
    leaving.fill("[name=username]", trader.name)
    leaving.fill("[name=password]", "correct-horse-battery-staple")
    leaving.click("button[type=submit]")
    expect(leaving.locator("#connection")).to_have_attribute("data-state", "live", timeout=MILLISECONDS)
    # Somebody looks at the tab again; by then it may have found out by itself, and be loading.
    first.locator("html").dispatch_event("visibilitychange")

    expect(first.locator("html[data-old]")).to_have_count(0)
    expect(first.locator("#signed-out")).to_be_hidden(timeout=MILLISECONDS)
    blotter.until_state("live")
    blotter.until_ids(ids(trader.orders()))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_that_is_cut_off_can_be_read_by_everybody(open_as: Open, trader: Trader, theme: str) -> None:
    trader.fill(trader.place(text="a note"), "40")
    blotter = open_as(trader, color_scheme=theme)
    page = blotter.page
    spoken = page.locator("#summary")

    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")

    expect(page.locator("#as-of")).to_be_visible(timeout=MILLISECONDS)
    expect(spoken).to_have_text(re.compile(r"(Offline|not been heard) since \d\d:\d\d:\d\d"), timeout=MILLISECONDS)
    assert is_accessible(page)
