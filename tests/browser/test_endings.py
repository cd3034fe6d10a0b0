"""Servers that are replaced and people who sign out: the page obeys, stays calm, and shows nobody's orders any more."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.blotter import Blotter, ids, violations
from tests.browser.waiting import wait_for
from tests.servers import PASSWORD, Server
from tests.traders import Trader

Open = Callable[..., Blotter]

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
    """The page's websockets from now on, by their addresses."""

    def __init__(self, page: Page) -> None:
        self.opened: list[str] = []
        self.closed: list[str] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: Any) -> None:
        self.opened.append(socket.url)
        socket.on("close", lambda _: self.closed.append(socket.url))


def test_a_restarted_server_is_returned_to_no_sooner_than_it_said_with_nothing_lost(
    open_as: Open, own_server: Server, own_trader: Trader
) -> None:
    order = own_trader.place()
    blotter = open_as(own_trader, live=False)
    page = blotter.page
    page.add_init_script(DIARY)
    page.reload()
    blotter.until_state("live")
    blotter.watch()
    amend = page.get_by_role("button", name="Amend buy 100 AAPL")
    page.click("#new-order")
    page.fill("#ticket [name=quantity]", "77")

    own_server.stop()

    blotter.until_state("offline")
    expect(page.locator("[data-connection-word]")).to_have_text("Offline")
    expect(page.locator("#as-of")).to_have_text(re.compile(r"as of \d\d:\d\d:\d\d"))
    expect(page.locator("#orders tbody")).to_have_css("filter", "grayscale(1)")
    expect(amend).to_be_disabled()
    own_server.shell(
        "from orders.models import Order;"
        f"order = Order.objects.get(pk={order['id']}); order.text = 'while away'; order.save();"
        "order.pk = None; order._state.adding = True; order.client_order_id = 'while-away'; order.save()"
    )

    own_server.start()
    page.evaluate("dispatchEvent(new Event('online'))")  # by now the waits between attempts are long

    blotter.until_state("live")
    blotter.until_told("Caught up: 2 events")
    opened, told, closed, opened_again, *_ = page.evaluate("window.diary")
    assert [entry["what"] for entry in (opened, told, closed, opened_again)] == ["opened", "told", "closed", "opened"]
    assert closed["code"] == 1012
    assert opened_again["at"] - closed["at"] >= told["reconnect_after_ms"]
    expect(page.locator("#as-of")).to_be_hidden()
    expect(page.locator("#orders tbody")).to_have_css("filter", "none")
    expect(amend.first).to_be_enabled()
    expect(blotter.cell(order["id"], "text")).to_have_text("while away")
    blotter.until_ids(ids(own_trader.orders()))
    assert blotter.proof() == {"seq": 3, "head": 3, "gaps": 0, "duplicates": 0}
    expect(page.locator("#ticket [name=quantity]")).to_have_value("77")
    blotter.row(order["id"]).get_by_role("button", name="Cancel buy").click()
    page.get_by_role("button", name="Yes, cancel").click()
    expect(blotter.cell(order["id"], "status")).to_have_text("Cancelled")


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

    banner = page.get_by_text("A new version of the order monitor is available")
    expect(banner).to_be_visible()
    blotter.until_state("offline")
    expect(page.locator("[data-connection-word]")).to_have_text("New version")
    blotter.until_ids([order["id"]])
    page.evaluate("dispatchEvent(new Event('online'))")
    assert len(opened) == 1
    assert violations(page) == []
    spoken[0] = 1
    page.get_by_role("button", name="Reload").click()
    blotter.until_state("live")
    expect(banner).to_be_hidden()


def sign_out(page: Page) -> None:
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_signing_out_in_one_tab_empties_the_others_for_good(open_as: Open, trader: Trader) -> None:
    order = trader.place(text="of nobody's business")
    blotter = open_as(trader)
    first = blotter.page
    sockets = Sockets(first)
    asked: list[str] = []
    leaving, second = first.context.new_page(), first.context.new_page()
    for page in (leaving, second):
        page.goto(first.url)
        expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    expect(blotter.row(order["id"])).to_be_visible()

    sign_out(leaving)
    for page in (first, second):
        expect(page.locator("#signed-out")).to_be_visible()

    first.on("request", lambda request: asked.append(request.url))
    heard = len(blotter.heard())
    trader.place()
    for page in (first, second):
        expect(page.locator("#connection")).to_have_attribute("data-state", "offline")
        expect(page.locator("[data-connection-word]")).to_have_text("Signed out")
        expect(page.get_by_role("link", name="Sign in")).to_be_visible()
        expect(page.locator("tr[data-order-id], tr[data-seq], .notice")).to_have_count(0)
        assert "of nobody's business" not in page.content()
    wait_for(lambda: len(sockets.closed) >= 2, "the second look")
    assert violations(first) == []
    first.keyboard.press("n")
    assert asked == []
    assert "events" not in [frame["type"] for frame in blotter.heard()[heard:]]

    first.evaluate("document.documentElement.dataset.old = ''")
    leaving.fill("[name=username]", trader.name)
    leaving.fill("[name=password]", PASSWORD)
    leaving.click("button[type=submit]")
    expect(leaving.locator("#connection")).to_have_attribute("data-state", "live")
    # Somebody looks at the tab again; by then it may have found out by itself, and be loading.
    first.locator("html").dispatch_event("visibilitychange")

    expect(first.locator("html[data-old]")).to_have_count(0)
    expect(first.locator("#signed-out")).to_be_hidden()
    blotter.until_state("live")
    blotter.until_ids(ids(trader.orders()))


def test_a_page_whose_token_a_sign_in_elsewhere_has_replaced_sends_all_the_same(open_as: Open, trader: Trader) -> None:
    order = trader.place()
    blotter = open_as(trader)
    page = blotter.page
    refused: list[int] = []
    page.on("response", lambda response: refused.append(response.status) if response.status == 403 else None)
    # What signing in again as the same person does to the cookie.
    page.context.add_cookies([{"name": "csrftoken", "value": "a" * 32, "url": trader.server.url}])

    blotter.row(order["id"]).get_by_role("button", name="Cancel buy").click()
    page.get_by_role("button", name="Yes, cancel").click()

    expect(blotter.cell(order["id"], "status")).to_have_text("Cancelled")
    assert refused == [403]
    page.click("#new-order")
    for name, value in {"symbol": "AAPL", "quantity": "5", "price": "585.33"}.items():
        page.fill(f"#ticket [name={name}]", value)
    page.click("#ticket [type=submit]")
    expect(page.locator("#ticket [data-message]")).to_contain_text("Placed: Buy 5 AAPL")
    assert refused == [403]
    sign_out(page)
