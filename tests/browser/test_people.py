"""Each person sees his own orders and nobody else's, as long as he is signed in, and as text whatever they say."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.blotter import MILLISECONDS, Blotter, ids
from tests.servers import PASSWORD, Server, wait_for
from tests.traders import Trader, new_order

Open = Callable[..., Blotter]

HOSTILE = [
    '<img src=x onerror="window.ran = 1">',
    "<script>window.ran = 1</script>",
    '"><svg onload=window.ran=1>',
    "' onmouseover='window.ran=1",
    "</td></tr></table><iframe src='javascript:window.ran=1'></iframe>",
    "&lt;b&gt; {{ 7 * 7 }} ${7 * 7} %3Cb%3E",
]
PLAY = "Play two minutes of demo flow"


@pytest.fixture
def two(traders: Iterator[Trader]) -> tuple[Trader, Trader]:
    return next(traders), next(traders)


def named_in(blotter: Blotter) -> set[str]:
    """Everybody whom any frame of this browser's sockets names."""
    named: set[str] = set()
    for frame in blotter.received:
        named |= {frame["user"]} if "user" in frame else set()
        named |= set(frame.get("heads", {}))
        named |= {event["user"] for event in frame.get("events", [])}
        named |= {event["order"]["user"] for event in frame.get("events", [])}
    return named


def test_neither_of_two_people_sees_anything_of_the_other(open_as: Open, two: tuple[Trader, Trader]) -> None:
    first, second = two
    first.place()
    second.place_many([new_order() for _ in range(3)])
    pages = [open_as(first), open_as(second)]

    for trader in (*two, *two):
        trader.fill(trader.place(), "40")
    for blotter, trader in zip(pages, two, strict=True):
        blotter.until_applied(trader.head())
        blotter.page.reload()
        blotter.until_state("live")
        trader.place()
        wait_for(lambda blotter=blotter: heartbeat_came(blotter), "a heartbeat")

    for blotter, trader in zip(pages, two, strict=True):
        blotter.until_ids(ids(trader.orders()))
        assert named_in(blotter) == {trader.name}
        assert {row["user"] for row in blotter.rows()} == {trader.name}
        assert blotter.proof()["head"] == trader.head()


def heartbeat_came(blotter: Blotter) -> bool:
    blotter.page.locator("#connection").count()  # lets frames that have come be noted
    return any(frame["type"] == "heartbeat" for frame in blotter.received)


def sign_out(page: Page) -> None:
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_signing_out_in_one_tab_closes_the_others_socket_within_two_seconds(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)
    closed: list[float] = []
    blotter.page.on("websocket", lambda socket: socket.on("close", lambda _: closed.append(time.monotonic())))
    blotter.page.reload()
    blotter.until_state("live")
    other = blotter.page.context.new_page()
    other.goto(blotter.page.url)

    signed_out = time.monotonic()
    sign_out(other)

    wait_for(lambda: blotter.page.locator("#connection").count() and closed, "the socket's end")
    assert closed[0] - signed_out < 10  # the two seconds are a mark of the fault matrix
    blotter.until_state("offline")
    expect(blotter.page.locator("[data-connection-word]")).to_have_text("Signed out", timeout=MILLISECONDS)
    before = len(blotter.received)
    trader.place()
    blotter.page.get_by_role("link", name="Sign in").click()
    expect(blotter.page).to_have_url(re.compile("/accounts/login/"))
    assert "events" not in [frame["type"] for frame in blotter.received[before:]]


def test_a_new_password_signs_out_the_other_browsers_and_not_this_one(open_as: Open, trader: Trader) -> None:
    here, elsewhere = open_as(trader), open_as(trader.name)
    page = here.page.context.new_page()
    page.goto(f"{trader.server.url}/accounts/password_change/")

    page.fill("[name=old_password]", "not it")
    page.fill("[name=new_password1]", "four-other-words-entirely")
    page.fill("[name=new_password2]", "four-other-words-entirely")
    page.click("button[type=submit]")
    expect(page.locator(".error")).to_contain_text("incorrect")
    page.fill("[name=old_password]", PASSWORD)
    page.fill("[name=new_password1]", "four-other-words-entirely")
    page.fill("[name=new_password2]", "four-other-words-entirely")
    page.click("button[type=submit]")
    expect(page.get_by_role("heading", name="Password changed")).to_be_visible()

    expect(elsewhere.page.locator("[data-connection-word]")).to_have_text("Signed out", timeout=MILLISECONDS)
    order = trader.place()
    expect(here.row(order["id"])).to_be_visible(timeout=MILLISECONDS)
    here.until_state("live")
    here.page.reload()
    here.until_state("live")


def test_a_tab_becomes_the_page_of_whoever_is_signed_in_by_now(
    server: Server, open_as: Open, two: tuple[Trader, Trader]
) -> None:
    before, after = two
    before.place()
    order = after.place()
    blotter = open_as(before)

    blotter.page.context.add_cookies([{"name": "sessionid", "value": after.session, "url": server.url}])
    server.shell(
        f"from django.contrib.sessions.backends.db import SessionStore;SessionStore({before.session!r}).delete()"
    )

    expect(blotter.page.locator("body")).to_have_attribute("data-user", after.name, timeout=MILLISECONDS)
    blotter.until_state("live")
    blotter.until_ids([order["id"]])


def test_hostile_text_is_shown_as_text_and_runs_nothing(open_as: Open, trader: Trader) -> None:
    early = trader.place_many([new_order(text=text) for text in HOSTILE])
    blotter = open_as(trader)
    page = blotter.page
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))

    late = trader.place_many([new_order(text=text) for text in HOSTILE])
    rejected = trader.place()
    trader.report(rejected, "reject", text=HOSTILE[0])
    trader.amend(early[1], text=HOSTILE[0])

    expect(blotter.cell(early[1]["id"], "text")).to_have_text(HOSTILE[0])
    for order in (early[0], *early[2:], *late):
        cell = blotter.cell(order["id"], "text")
        assert cell.text_content() == order["text"]
        assert cell.get_attribute("title") == order["text"]
    notice = page.get_by_role("alert").filter(has_text="Rejected")
    expect(notice).to_contain_text(HOSTILE[0])
    notice.get_by_role("button").click()
    expect(page.locator("#monitor")).to_contain_text(HOSTILE[0])
    blotter.row(early[0]["id"]).locator("td.col-toggle").click()
    expect(page.locator(".details")).to_contain_text(HOSTILE[0])
    page.fill("#search", HOSTILE[1])
    blotter.until_ids([late[1]["id"]])
    page.click("#filters-toggle")
    page.fill("#filters [name=symbol]", HOSTILE[0])
    page.click("#filters button[type=submit]")
    expect(page.locator(".chip")).to_contain_text("ONERROR")
    page.reload()
    blotter.until_state("live")
    expect(page.locator(".chip")).to_contain_text("ONERROR")

    assert page.locator("body :is(img, script, iframe, svg:not(#sparkline))").count() == 0
    assert page.evaluate("window.ran") is None
    assert dialogs == []


def test_the_sign_in_page_tells_where_the_demo_passwords_are(open_as: Open) -> None:
    blotter = open_as("alice", password="not it", live=False)

    expect(blotter.page.get_by_role("alert")).to_be_visible()
    expect(blotter.page.locator(".hint")).to_contain_text(".demo-passwords")
    assert blotter.page.input_value("[name=username]") == "alice"
    assert PASSWORD not in blotter.page.content()


def test_desk_and_broker_are_told_what_they_may_do(open_as: Open, trader: Trader) -> None:
    desk, broker = open_as("desk"), open_as("broker")

    expect(desk.page.locator(".role-line")).to_contain_text("watch everyone’s orders")
    expect(broker.page.locator(".role-line")).to_contain_text("report executions")
    expect(desk.page.locator(".role-line a")).to_have_attribute("href", "/api/docs/")
    expect(open_as(trader).page.locator(".role-line")).to_have_count(0)


@pytest.fixture
def demo_ends(server: Server) -> Iterator[None]:
    yield
    for name in ("alice", "bob"):
        server.request("DELETE", "/api/demo/", user=name)


def head_of(server: Server, name: str) -> int:
    return int(server.request("GET", "/api/events/?limit=1", user=name)[1]["head"])


def test_the_demo_flow_of_one_leaves_the_other_alone_and_stops_when_told(
    server: Server, open_as: Open, demo_ends: None
) -> None:
    alice, bob = open_as("alice"), open_as("bob")
    before = head_of(server, "alice")
    button = bob.page.get_by_role("button", name=PLAY).first
    by_hand = server.request("POST", "/api/orders/", new_order(), user="bob")[1]

    button.click()

    expect(bob.page.locator("#demo-left")).to_have_text(re.compile(r"[12]:\d\d"))
    wait_for(lambda: head_of(server, "bob") > 12, "a demo flow")
    expect(bob.cell(by_hand["id"], "status")).not_to_have_text("Waiting for broker", timeout=MILLISECONDS)
    bob.page.get_by_role("button", name="Stop", exact=True).click()
    expect(bob.page.get_by_role("button", name=PLAY).first).to_be_visible()
    assert server.request("GET", "/api/demo/", user="bob")[1] == {"running": False, "ends_at": None}
    bob.until_applied(wait_for(lambda: settled(server, "bob"), "the flow's end"))
    assert bob.proof()["gaps"] == 0
    assert head_of(server, "alice") == before
    assert alice.proof()["seq"] == before


def settled(server: Server, name: str) -> int | None:
    """The head, once no demo flow moves it any more."""
    threads = "from orders.models import DemoRun; print('runs', DemoRun.objects.count())"
    before = head_of(server, name)
    assert "runs 0" in server.shell(threads)  # the flow looks at its switch before each deed, four times a second
    return before if head_of(server, name) == before else None


def test_who_is_no_person_of_the_demo_has_no_demo_button(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)

    expect(blotter.page.get_by_role("button", name="Place your first order")).to_be_visible()
    expect(blotter.page.get_by_role("button", name=PLAY)).to_have_count(0)
