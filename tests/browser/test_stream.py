"""The stream monitor and the strip tell the truth: what has come, what is missing, and how things stand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import psutil
import pytest
from playwright.sync_api import WebSocketRoute, expect

from tests.browser.blotter import Blotter, ids
from tests.browser.test_windows import COPIED
from tests.browser.waiting import wait_for
from tests.servers import Server
from tests.traders import Trader, new_order

Open = Callable[..., Blotter]

FIGURES = ("last", "p50", "p95", "p99")
TIME = r"\d\d:\d\d:\d\d"


def monitor_seqs(blotter: Blotter) -> list[int]:
    script = "rows => rows.map((row) => Number(row.dataset.seq))"
    return [int(seq) for seq in blotter.page.locator("#monitor tbody tr[data-seq]").evaluate_all(script)]


def latency(blotter: Blotter) -> dict[str, str]:
    """The figures as the document has them, shown or folded away."""
    return {name: blotter.page.locator(f"[data-latency={name}]").text_content() or "" for name in FIGURES}


def test_the_monitor_shows_the_newest_500_events_newest_first(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)

    trader.place_many([new_order() for _ in range(620)])
    order = trader.place()
    trader.report(order, "accept")

    expect(blotter.page.locator("[data-monitor=count]")).to_have_text("622")
    wait_for(lambda: monitor_seqs(blotter) == list(range(622, 122, -1)), "the newest 500 in the monitor")
    expect(blotter.page.locator("#monitor .monitor-head")).to_contain_text("showing 500 of 622")
    assert blotter.proof() == {"seq": 622, "head": 622, "gaps": 0, "duplicates": 0}


def test_a_monitor_that_is_paused_counts_on_one_that_is_cleared_begins_anew_and_a_new_page_tells_what_was_before(
    open_as: Open, trader: Trader
) -> None:
    blotter = open_as(trader)
    first = trader.place()
    expect(blotter.row(first["id"])).to_be_visible()
    wait_for(lambda: monitor_seqs(blotter) == [1], "the first event in the monitor")

    blotter.page.get_by_role("button", name="Pause", exact=True).click()
    later = trader.place_many([new_order() for _ in range(3)])

    expect(blotter.page.locator("[data-monitor=count]")).to_have_text("4")
    blotter.until_ids([*ids(later)[::-1], first["id"]])
    assert monitor_seqs(blotter) == [1]
    expect(blotter.page.get_by_text("drawing paused")).to_be_visible()

    blotter.page.get_by_role("button", name="Resume").click()

    wait_for(lambda: monitor_seqs(blotter) == [4, 3, 2, 1], "the events of the pause")
    blotter.page.get_by_role("button", name="Clear", exact=True).click()
    expect(blotter.page.locator("[data-monitor=count]")).to_have_text("0")
    assert monitor_seqs(blotter) == []
    trader.place()

    wait_for(lambda: monitor_seqs(blotter) == [5], "the next event in the monitor")
    expect(blotter.page.locator("[data-monitor=count]")).to_have_text("1")
    assert blotter.proof()["seq"] == 5

    blotter.page.reload()
    blotter.until_state("live")
    before = blotter.page.locator("#monitor-before tr")
    expect(before).to_have_count(6)
    expect(before.first).to_have_text("Before this page was opened")
    expect(before.nth(1)).to_contain_text("Placed")
    assert monitor_seqs(blotter) == []
    expect(blotter.page.locator("[data-monitor=count]")).to_have_text("0")


def test_text_selected_in_the_monitor_stays_and_is_copied_as_a_row(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)
    page = blotter.page
    order = trader.place(text="to be copied")
    trader.amend(order, text="copied")
    row = "#monitor tr[data-seq='2']"
    changes = page.locator(f"{row} .event-changes")
    expect(changes).to_contain_text("copied")
    changes.select_text()
    selected = page.evaluate("getSelection().toString()")
    assert selected == changes.inner_text()

    trader.place_many([new_order() for _ in range(3)])

    expect(page.locator("[data-monitor=count]")).to_have_text("5")
    expect(page.get_by_text("drawing paused")).to_be_visible()
    assert monitor_seqs(blotter) == [2, 1]
    assert page.evaluate("getSelection().toString()") == selected
    page.locator(row).select_text()
    copied = page.evaluate(COPIED)  # and selects nothing any more
    assert re.match(rf"2\t{TIME}\t\w+\tAAPL\tBUY\t{order['id']}\t", copied)
    wait_for(lambda: monitor_seqs(blotter) == [5, 4, 3, 2, 1], "the events that waited")
    expect(page.get_by_text("drawing paused")).to_be_hidden()


def test_realtime_off_unsubscribes_and_stays_off_and_on_resumes_without_loss(open_as: Open, trader: Trader) -> None:
    order = trader.place()
    blotter = open_as(trader)
    realtime = blotter.page.locator("#realtime")
    trader.place()
    blotter.until_applied(2)

    realtime.click()

    blotter.until_state("off")
    expect(realtime).to_have_attribute("aria-pressed", "false")
    expect(blotter.page.locator("#connection")).to_have_text(re.compile(rf"Paused\s+at {TIME}"))
    wait_for(lambda: "unsubscribed" in types(blotter), "the answer to unsubscribe")
    heard = len(blotter.received)
    trader.fill(order, "40")
    trader.place_many([new_order() for _ in range(5)])
    blotter.page.select_option("#page-size", "50")  # the table works while paused, and shows what is there now
    blotter.until_ids(ids(trader.orders()))
    assert blotter.proof()["seq"] == 2
    expect(blotter.page.locator("#stream")).to_contain_text("paused at 2, 6 newer")
    assert "events" not in types(blotter)[heard:]
    asked = len(blotter.sent)

    realtime.click()

    blotter.until_state("live")
    blotter.until_applied(8)
    assert [frame["after"] for frame in blotter.sent[asked:] if frame["type"] == "subscribe"] == [2]
    assert blotter.proof() == {"seq": 8, "head": 8, "gaps": 0, "duplicates": 0}
    wait_for(lambda: monitor_seqs(blotter) == [8, 7, 6, 5, 4, 3], "the events since realtime was turned on")
    expect(blotter.page.locator("[data-monitor=count]")).to_have_text("6")
    expect(blotter.cell(order["id"], "cum_qty")).to_have_text("40")

    realtime.click()
    blotter.until_state("off")
    blotter.page.reload()
    blotter.until_state("off")
    blotter.until_ids(ids(trader.orders()))
    expect(realtime).to_have_attribute("aria-pressed", "false")


def test_while_realtime_is_off_the_proof_tells_how_far_the_log_is(open_as: Open, trader: Trader) -> None:
    trader.place()
    blotter = open_as(trader, at=trader.server, live=False)  # in a context of its own, which keeps the clock
    page = blotter.page
    page.clock.install()
    page.reload()
    blotter.until_state("live")
    blotter.until_applied(1)
    page.locator("#realtime").click()
    blotter.until_state("off")
    expect(page.locator("#stream")).to_contain_text("paused at 1")
    trader.place_many([new_order() for _ in range(3)])

    page.clock.fast_forward(10_000)

    expect(page.locator("#stream")).to_contain_text("paused at 1, 3 newer")
    assert blotter.proof() == {"seq": 1, "head": 4, "gaps": 0, "duplicates": 0}


def types(blotter: Blotter) -> list[str]:
    return [frame["type"] for frame in blotter.heard()]


def test_latency_is_a_dash_until_an_event_was_seen_live_and_never_negative(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)
    assert set(latency(blotter).values()) == {"–"}
    blotter.page.locator("#realtime").click()
    blotter.until_state("off")
    trader.place_many([new_order() for _ in range(3)])
    blotter.page.locator("#realtime").click()
    blotter.until_applied(3)
    expect(blotter.page.locator("[data-monitor=count]")).to_have_text("3")
    assert set(latency(blotter).values()) == {"–"}, "replayed events were measured"

    blotter.page.get_by_role("button", name="Details").click()
    placed = 0

    def five_measured() -> bool:
        """A page that its machine holds up for seconds takes itself for asleep, and leaves out what came meanwhile."""
        nonlocal placed
        placed += 1
        trader.place()
        blotter.until_applied(3 + placed)
        return blotter.measured() >= 5

    wait_for(five_measured, "the latency of live events")
    assert blotter.measured() <= placed
    figures = {name: float(text) for name, text in latency(blotter).items()}
    assert 0 < figures["p50"] <= figures["p95"] <= figures["p99"]
    assert figures["last"] > 0
    expect(blotter.page.locator("#clock-offset")).to_have_text(re.compile(r"of the server [+−][\d.]+ ms ± [\d.]+ ms"))
    expect(blotter.page.locator("#hops tr")).to_have_count(5)


def test_what_is_selected_of_the_latency_s_details_stays_while_events_come(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)
    blotter.page.get_by_role("button", name="Details").click()

    def measured_more() -> bool:
        trader.place()
        blotter.until_applied(trader.head())
        return blotter.measured() > before

    before = 0
    wait_for(measured_more, "the latency of a live event")
    blotter.page.evaluate("getSelection().selectAllChildren(document.querySelector('#hops'))")
    before = blotter.measured()
    wait_for(measured_more, "the latency of another one")

    assert "painted" in blotter.page.evaluate("String(getSelection())")


@pytest.mark.parametrize(
    ("copies", "gaps", "duplicates"), [(0, 1, 0), (2, 0, 1)], ids=["a lost frame", "a doubled frame"]
)
def test_what_goes_wrong_on_the_way_is_counted_and_healed(
    open_as: Open, trader: Trader, copies: int, gaps: int, duplicates: int
) -> None:
    blotter = open_as(trader)
    tampered: list[str] = []

    def tamper(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(text: str | bytes) -> None:
            first = json.loads(text)["type"] == "events" and not tampered
            if first:
                tampered.append(str(text))
            for _ in range(copies if first else 1):
                socket.send(text)

        server.on_message(pass_on)

    blotter.page.route_web_socket("**/ws/", tamper)
    blotter.page.reload()
    blotter.until_state("live")
    lost = trader.place()
    wait_for(lambda: tampered, "the first event on its way")
    trader.place()

    blotter.until_applied(2)
    assert blotter.proof() == {"seq": 2, "head": 2, "gaps": gaps, "duplicates": duplicates}
    expect(blotter.row(lost["id"])).to_be_visible()
    wait_for(lambda: monitor_seqs(blotter) == [2, 1], "both events in the monitor")


def test_a_server_that_hangs_is_called_stale_and_nothing_is_lost(
    open_as: Open, own_server: Server, own_trader: Trader
) -> None:
    order = own_trader.place()
    blotter = open_as(own_trader)
    blotter.watch()
    assert own_server.process is not None
    children = psutil.Process(own_server.process.pid).children()
    [server] = [child for child in children if "webapp.server" in " ".join(child.cmdline())]

    server.suspend()
    try:
        blotter.until_stood("stale")
        expect(blotter.page.locator("#as-of")).to_have_text(re.compile(f"as of {TIME}"))
        own_server.shell(
            "from orders.models import Order;"
            f"order = Order.objects.get(pk={order['id']}); order.text = 'meanwhile'; order.save()"
        )
    finally:
        server.resume()

    blotter.until_state("live")
    expect(blotter.cell(order["id"], "text")).to_have_text("meanwhile")
    blotter.until_applied(2)
    expect(blotter.page.locator("#as-of")).to_be_hidden()
