"""Each person sees their own orders and nobody else's, while they are signed in, and as text whatever it says."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.browser.blotter import Blotter, ids
from tests.browser.waiting import wait_for
from tests.servers import PASSWORD, Server
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


@contextmanager
def database(server: Server) -> Iterator[sqlite3.Connection]:
    """The server's database, changed past it."""
    with closing(sqlite3.connect(server.folder / "db.sqlite3", timeout=60)) as connection, connection:
        yield connection


def named_in(blotter: Blotter) -> set[str]:
    """Everybody whom any frame of this browser's sockets names."""
    named: set[str] = set()
    for frame in blotter.heard():
        named |= {frame["user"]} if "user" in frame else set()
        named |= set(frame.get("heads", {}))
        named |= {event["user"] for event in frame.get("events", [])}
        named |= {event["order"]["user"] for event in frame.get("events", [])}
    return named


def test_neither_of_two_people_sees_anything_of_the_other(
    open_as: Open, own_trader: Trader, own_traders: Iterator[Trader]
) -> None:
    two = first, second = own_trader, next(own_traders)
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
        wait_for(lambda blotter=blotter: "heartbeat" in [each["type"] for each in blotter.heard()], "a heartbeat")

    for blotter, trader in zip(pages, two, strict=True):
        blotter.until_ids(ids(trader.orders()))
        assert named_in(blotter) == {trader.name}
        assert {row["user"] for row in blotter.rows()} == {trader.name}
        assert blotter.proof()["head"] == trader.head()


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

    expect(elsewhere.page.locator("[data-connection-word]")).to_have_text("Signed out")
    assert trader.ask("GET", "/api/me/")[0] == 401
    sign_in = {"username": trader.name, "password": "four-other-words-entirely"}
    order = replace(trader, token=trader.server.request("POST", "/api/token/", sign_in)[1]["token"]).place()
    expect(here.row(order["id"])).to_be_visible()
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
    blotter.page.click("#filters-toggle")
    blotter.page.fill("#filters [name=symbol]", "TSLA")
    blotter.page.click("#filters button[type=submit]")
    expect(blotter.page.locator(".chip")).to_contain_text("TSLA")

    blotter.page.context.add_cookies([{"name": "sessionid", "value": after.session, "url": server.url}])
    with database(server) as tables:
        tables.execute("DELETE FROM django_session WHERE session_key = ?", [before.session])

    expect(blotter.page.locator("body")).to_have_attribute("data-user", after.name)
    blotter.until_state("live")
    expect(blotter.page.locator(".chip")).to_have_count(0)
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
    notice = page.locator("#notices .notice").filter(has_text="Rejected")
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


def test_desk_and_broker_are_told_what_they_may_do_and_who_is_neither_is_not(open_as: Open, trader: Trader) -> None:
    desk, broker = open_as("desk"), open_as("broker")

    expect(desk.page.locator(".role-line")).to_contain_text("watch everyone’s orders")
    expect(broker.page.locator(".role-line")).to_contain_text("report executions")
    expect(desk.page.locator(".role-line a")).to_have_attribute("href", "/api/docs/")
    page = open_as(trader).page
    expect(page.locator(".role-line")).to_have_count(0)
    expect(page.get_by_role("button", name="Place your first order")).to_be_visible()
    expect(page.get_by_role("button", name=PLAY)).to_have_count(0)


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
    bob.page.get_by_role("button", name="Stop", exact=True).click()
    expect(bob.page.get_by_role("button", name=PLAY).first).to_be_visible()
    assert server.request("GET", "/api/demo/", user="bob")[1] == {"running": False, "ends_at": None}
    placed = server.request("GET", f"/api/orders/{by_hand['id']}/", user="bob")[1]
    assert placed["version"] == 1, "what was placed by hand is not the flow's to move"
    # The flow looks at its switch before each deed; the last one may be under way.
    wait_for(lambda: bob.proof()["seq"] == head_of(server, "bob"), "all of the flow on screen")
    assert bob.proof()["gaps"] == 0
    assert head_of(server, "alice") == before
    assert alice.proof()["seq"] == before
