"""The page finds out by itself that it is cut off, says so, and comes back with nothing lost and nothing replayed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import psutil
from playwright.sync_api import Browser, Page, expect

from tests.browser.blotter import Blotter, Requests, ids, violations
from tests.browser.waiting import wait_for
from tests.proxy import Proxy
from tests.traders import Trader, new_order

Open = Callable[..., Blotter]

TIME = r"\d\d:\d\d:\d\d"
# Longer than a page may be merely busy, shorter than a silence that the page would take for the server's.
NAP_SECONDS = 3.5
# What a browser does to a tab in the background: nothing is drawn until it is shown again.
HIDE = """hidden => {
  window.draw ??= window.requestAnimationFrame.bind(window);
  window.held ??= [];
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  window.requestAnimationFrame = hidden ? (each) => window.held.push(each) : window.draw;
  if (!hidden) for (const each of window.held.splice(0)) window.draw(each);
  document.dispatchEvent(new Event("visibilitychange"));
}"""


# Collects every row and cell that flashes from now on.
FLASHES = """() => {
  window.flashed = new Set();
  new MutationObserver((changes) => {
    for (const { target } of changes) if (/row-(new|changed)|cell-/.test(target.className)) window.flashed.add(target);
  }).observe(document.querySelector("#orders tbody"), { subtree: true, attributes: true, attributeFilter: ["class"] });
}"""


def place(page: Page) -> None:
    page.click("#ticket [type=submit]")


def fill_in(page: Page) -> None:
    page.click("#new-order")
    for name, value in {"symbol": "AAPL", "quantity": "77", "price": "585.33"}.items():
        page.fill(f"#ticket [name={name}]", value)


def sockets(page: Page) -> list[str]:
    """Fills with the address of each websocket that the page opens from now on."""
    opened: list[str] = []
    page.on("websocket", lambda socket: opened.append(socket.url))
    return opened


def test_a_dead_line_is_called_stale_and_nothing_hangs(open_as: Open, own_trader: Trader, line: Proxy) -> None:
    order = own_trader.place()
    blotter = open_as(own_trader, at=line)
    page = blotter.page
    message = page.locator("#ticket [data-message]")
    away = re.compile(f"(No contact with the server|Offline) since {TIME}")
    fill_in(page)
    blotter.watch()

    line.blackhole()

    blotter.until_stood("stale")
    expect(page.locator("#as-of")).to_have_text(re.compile(f"^as of {TIME}$"))
    expect(page.locator("#orders tbody")).to_have_css("filter", "grayscale(1)")
    expect(message).to_have_text(away)
    expect(page.locator("#summary")).to_have_text(away)
    expect(page.get_by_role("button", name="Amend buy 100 AAPL")).to_be_disabled()
    place(page)
    expect(message).to_contain_text("Nothing was sent.")
    page.locator("[data-tab=working]").click()
    expect(page.get_by_text("Shown when the server is back")).to_be_visible()
    assert violations(page) == []
    own_trader.fill(order, "40")
    own_trader.place_many([new_order() for _ in range(3)])

    line.reset()
    blotter.until_stood("offline")  # nobody answers the next attempt either
    expect(message).to_contain_text("Offline since")
    line.forward()
    page.evaluate("dispatchEvent(new Event('online'))")

    blotter.until_state("live")
    blotter.until_told("Caught up: 4 events")
    expect(page.locator("#as-of")).to_be_hidden()
    expect(page.locator("#orders tbody")).to_have_css("filter", "none")
    expect(page.get_by_text("Shown when the server is back")).to_be_hidden()
    expect(message).to_have_text("")
    blotter.until_ids(ids(own_trader.orders()))
    expect(blotter.cell(order["id"], "cum_qty")).to_have_text("40")
    place(page)
    expect(message).to_contain_text("Placed: Buy 77 AAPL")
    blotter.until_applied(6)
    assert blotter.proof() == {"seq": 6, "head": 6, "gaps": 0, "duplicates": 0}


def test_what_was_sent_right_before_the_line_died_is_told_and_placed_once_at_most(
    open_as: Open, own_trader: Trader, line: Proxy
) -> None:
    blotter = open_as(own_trader, at=line)
    message = blotter.page.locator("#ticket [data-message]")
    fill_in(blotter.page)

    line.blackhole()
    place(blotter.page)

    expect(message).to_contain_text("Send it again unchanged")
    line.forward()
    blotter.until_state("live")
    place(blotter.page)
    expect(message).to_contain_text("Placed: Buy 77 AAPL")
    assert len(own_trader.orders()) == 1


def test_a_line_that_half_died_is_noticed_and_what_was_counted_stays_counted(
    open_as: Open, own_trader: Trader, line: Proxy
) -> None:
    blotter = open_as(own_trader, at=line, live=False)
    doubled: list[str] = []

    def double(route: Any) -> None:
        server = route.connect_to_server()

        def pass_on(text: str) -> None:
            if '"type":"events"' in text and not doubled:
                doubled.append(text)
                route.send(text)
            route.send(text)

        server.on_message(pass_on)

    blotter.page.route_web_socket("**/ws/", double)
    blotter.page.reload()
    blotter.until_state("live")
    own_trader.place()
    expect(blotter.page.locator("[data-stream=duplicates]")).to_have_text("1")

    line.half_open("client")
    order = own_trader.place()

    expect(blotter.row(order["id"])).to_be_visible()
    blotter.until_state("live")
    assert blotter.proof() == {"seq": 2, "head": 2, "gaps": 0, "duplicates": 1}


def test_a_hidden_tab_catches_up_without_reading_the_table_again(open_as: Open, trader: Trader) -> None:
    order = trader.place()
    blotter = open_as(trader)
    page = blotter.page
    requests = Requests(blotter)
    page.evaluate(HIDE, True)
    trader.place_many([new_order() for _ in range(700)])
    blotter.until_applied(701)
    trader.fill(order, "40")
    blotter.until_applied(702)
    page.evaluate(FLASHES)

    page.evaluate(HIDE, False)

    newest = trader.orders(page_size="25")
    blotter.until_ids(ids(newest)[:25])
    last = trader.place()
    blotter.until_ids([last["id"], *ids(newest)[:24]])
    wait_for(lambda: page.evaluate("window.flashed.size") == 1, "the flash of the one that was seen to come")
    assert requests.sent() == []
    expect(page.locator("[data-monitor=count]")).to_have_text("702")
    page.get_by_role("button", name="Details").click()
    assert blotter.measured() <= 1
    assert blotter.proof() == {"seq": 703, "head": 703, "gaps": 0, "duplicates": 0}


def test_a_laptop_that_wakes_after_an_hour_comes_back_by_one_attempt_and_reads_no_table_again(
    open_as: Open, trader: Trader
) -> None:
    with Proxy(trader.server.port) as line:
        blotter = open_as(trader, at=line, live=False)
        page = blotter.page
        page.clock.install()
        page.reload()
        blotter.until_state("live")
        requests, opened = Requests(blotter), sockets(page)
        blotter.watch()
        line.half_open("client")  # the server let go of it long ago
        trader.place_many([new_order() for _ in range(300)])

        page.clock.fast_forward("01:00:00")

        blotter.until_applied(300)
        blotter.until_state("live")
        assert len(opened) == 1
        assert blotter.states() == ["stale", "catching-up", "live"]
        assert requests.sent() == []
        assert page.locator("[data-latency=p50]").inner_text() == "–"
        blotter.until_ids(ids(trader.orders()[:25]))
        assert blotter.proof() == {"seq": 300, "head": 300, "gaps": 0, "duplicates": 0}


def test_a_sleeping_tab_is_at_the_head_again_with_what_came_meanwhile_left_out_of_the_figures(
    open_as: Open, chromium: Browser, trader: Trader
) -> None:
    blotter = open_as(trader)
    requests = Requests(blotter)
    blotter.page.get_by_role("button", name="Details").click()
    head = 0

    def is_measured(before: int = 0) -> bool:
        """A clock that has slept is asked anew first; until it has answered, nothing is measured by it."""
        nonlocal head
        head += 1
        trader.place()
        blotter.until_applied(head)
        return blotter.measured() > before

    wait_for(is_measured, "live events being measured")
    before = head
    processes = chromium.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    renderers = [psutil.Process(process["id"]) for process in processes if process["type"] == "renderer"]

    for renderer in renderers:
        renderer.suspend()
    try:
        trader.place_many([new_order() for _ in range(300)])
        rested = time.monotonic() + NAP_SECONDS
        wait_for(lambda: time.monotonic() > rested, "the tab's sleep")
    finally:
        for renderer in renderers:
            renderer.resume()

    head += 300
    blotter.until_applied(head)
    blotter.until_state("live")
    wait_for(lambda: is_measured(before), "live events being measured again")
    assert blotter.measured() <= head - 300, "none of the 300 is among them"
    assert requests.sent() == []
    assert blotter.proof() == {"seq": head, "head": head, "gaps": 0, "duplicates": 0}
