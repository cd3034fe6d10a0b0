"""However small the window, long the number and strange the colours: what counts can be seen and reached."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.browser.blotter import Blotter
from tests.browser.charted import Chart, bars
from tests.browser.test_layout import DESK, LAPTOP, OVERFLOW, PHONE
from tests.browser.waiting import wait_for
from tests.traders import Trader, new_order

Open = Callable[..., Blotter]

# 200 % of 1440 x 900, of 1280 x 800 and less; phones on their side, 400 %, a phone with its keyboard.
LOW = [(720, 450), (780, 438), (740, 360), (667, 375), (640, 400), (568, 320), (320, 256), (360, 340)]
# From here on the table is a table, and some of it is seen at once.
TABLE_PIXELS = 641

# Numbers and times that do not fit into their boxes, be it by a fraction of a pixel.
CUT = """() => [...document.querySelectorAll(`
    #orders td:is(.numeric, [data-field=created_at], [data-field=updated_at]), #monitor td:is(.numeric, .event-at),
    #monitor .event-changes, #prices td.numeric, #chart-table :is(td, tbody th), .money-value, #ticket [data-take],
    #ticket .place, #totals, .page-number, .tabs button`)]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .flatMap((each) => {
    const text = document.createRange();
    text.selectNodeContents(each);
    const { paddingLeft, paddingRight } = getComputedStyle(each);
    const room = each.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    const { width } = text.getBoundingClientRect();
    return width > room + 0.5 ? [`${each.className} ${each.textContent}: ${width} in ${room}`] : [];
  })"""

# Orders of which all is seen, in the window as it is scrolled.
WHOLE_ORDERS = """() => {
  const list = document.querySelector("#orders-scroll").getBoundingClientRect();
  const head = document.querySelector("#orders thead").getBoundingClientRect();
  const top = Math.max(0, list.top, head.width > 1 ? head.bottom : 0);
  return [...document.querySelectorAll("#orders tbody tr[data-order-id]")]
    .map((row) => row.getBoundingClientRect())
    .filter((box) => box.top >= top - 1 && box.bottom <= Math.min(innerHeight, list.bottom) + 1).length;
}"""

SELECT_ROW = "(row) => getSelection().selectAllChildren(document.querySelector(row))"
SELECT_FROM_ABOVE = """(row) => {
  const end = document.querySelector(row);
  getSelection().setBaseAndExtent(document.querySelector(".tabs"), 0, end, end.children.length);
}"""
SELECT_DIGITS = """([cell, from, to]) => {
  const { firstChild: text } = document.querySelector(cell);
  getSelection().setBaseAndExtent(text, from, text, to);
}"""
# What a spreadsheet is given of what is selected; nothing where the browser copies as it does.
COPIED = """() => {
  const clipboardData = new DataTransfer();
  const event = new ClipboardEvent("copy", { clipboardData, bubbles: true, cancelable: true });
  document.dispatchEvent(event);
  getSelection().removeAllRanges();
  return clipboardData.getData("text/plain");
}"""

# What cannot be hit in its middle, once it has been scrolled to.
OUT_OF_REACH = """(within) => {
  const controls = [...document.querySelectorAll(`${within} :is(button, a[href], input, select, summary)`)];
  const seen = (each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest(".visually-hidden, .skip");
  const faults = controls.filter(seen)
    .flatMap((each) => {
      each.scrollIntoView({ block: "center", inline: "nearest" });
      const { x, y, width, height } = each.getBoundingClientRect();
      const hit = document.elementFromPoint(x + width / 2, y + height / 2);
      if (hit !== null && (each.closest("label") ?? each).contains(hit)) return [];
      return [`${each.id || each.textContent || each.name}: ${hit?.id || hit?.className || hit?.tagName}`];
    });
  scrollTo(0, 0);
  return faults;
}"""


@pytest.fixture
def trader(market_traders: Iterator[Trader]) -> Trader:
    return next(market_traders)


def pass_over(trader: Trader, head: int) -> None:
    """This trader's log goes on after that number, as it does after a restore."""
    with closing(sqlite3.connect(trader.server.folder / "db.sqlite3", timeout=60)) as connection, connection:
        connection.execute(
            "UPDATE orders_eventcounter SET head = ?, trimmed = ?"
            " WHERE user_id = (SELECT id FROM auth_user WHERE username = ?)",
            [head, head, trader.name],
        )


def resize(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


def test_no_number_is_cut_however_long_it_is(open_as: Open, trader: Trader) -> None:
    long = trader.place(quantity="123456789012", price="8888888.88")
    trader.fill(long, "12345678", "8888888.87")
    trader.fill(long, "12345678", "8888888.88")
    trader.fill(long, "12345678", "8888888.88")
    trader.place(symbol="BTCUSD", side="sell", quantity="12345678", price="91007")
    pass_over(trader, 1_009_783)
    blotter = open_as(trader)
    page = blotter.page
    newest = trader.place(side="sell", quantity="10000000", price="1000000")
    expect(page.locator("#monitor tbody tr[data-seq='1009784'] .event-seq")).to_have_text("1009784")
    expect(blotter.row(newest["id"])).to_be_visible()

    fields = ("quantity", "cum_qty", "price", "avg_price")
    texts = {field: blotter.cell(long["id"], field).inner_text() for field in fields}
    assert texts == {
        "quantity": "123456789012",
        "cum_qty": "37037034",
        "price": "8888888.88",
        "avg_price": "8888888.8767",
    }
    # People see commas, which the style sheet sets; programs find plain numbers.
    marks = {field: blotter.cell(long["id"], field).locator(".thousands").count() for field in fields}
    assert marks == {"quantity": 3, "cum_qty": 2, "price": 2, "avg_price": 2}
    expect(blotter.cell(long["id"], "avg_price")).to_have_attribute("title", "8,888,888.87666667")
    expect(blotter.cell(newest["id"], "quantity")).to_have_text("10000000")
    page.evaluate(SELECT_ROW, f"#orders tr[data-order-id='{long['id']}']")
    copied = page.evaluate(COPIED)
    numbers = r"123456789012\t37037034\t8888888\.88\t[\d.]+\t-\d+\.\d\d"
    assert re.fullmatch(rf"AAPL\tBUY\t{numbers}\tPartly filled", copied)
    for size in (DESK, LAPTOP, PHONE):
        resize(page, **size)
        wait_for(lambda: page.evaluate(CUT) == [], f"numbers that fit at {size}: {page.evaluate(CUT)}")
        assert page.evaluate(OVERFLOW)["right"] == 0, size
    for field in ("quantity", "cum_qty", "price", "status"):
        expect(blotter.cell(long["id"], field)).to_be_visible()


def test_beside_chart_and_ticket_a_desk_says_what_its_orders_are_worth(open_as: Open, trader: Trader) -> None:
    trader.fill(trader.place(symbol="BTCUSD", quantity="1", price="91000"), "1", "91000")
    page = open_as(trader, viewport=DESK).page
    row = page.locator("#orders tbody tr[data-order-id]").first
    expect(row.locator("td.col-pnl")).not_to_be_empty()

    page.click("#new-order")

    expect(page.locator("#chart")).to_be_visible()
    for name in ("symbol", "side", "quantity", "cum_qty", "price", "last", "pnl", "status", "actions"):
        expect(row.locator(f"td.col-{name}")).to_be_visible()
    sideways = "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('#orders-scroll'))"
    assert page.evaluate(sideways) == 0
    assert page.evaluate(CUT) == []
    assert page.evaluate(OUT_OF_REACH, "#chart") == []
    page.click("#ticket [data-action=close]")
    resize(page, 1280, 800)
    for name in ("last", "pnl", "avg_price"):
        expect(row.locator(f"td.col-{name}")).to_be_visible()


def test_a_whole_number_alone_and_what_ends_in_a_table_are_copied_for_a_spreadsheet(
    open_as: Open, trader: Trader
) -> None:
    order = trader.place(text="x;=1+1")
    blotter = open_as(trader)
    page = blotter.page
    row = f"#orders tr[data-order-id='{order['id']}']"
    cell = f"{row} td[data-field=price]"
    blotter.row(order["id"]).wait_for()
    page.evaluate(SELECT_FROM_ABOVE, row)
    assert "AAPL\tBUY\t100\t" in page.evaluate(COPIED)

    page.eval_on_selector(cell, "(cell) => { cell.textContent = '−29,489.87'; }")
    for start, end, copied in ((0, 10, "-29489.87"), (1, 10, ""), (1, 3, "")):
        page.evaluate(SELECT_DIGITS, [cell, start, end])
        assert page.evaluate(COPIED) == copied
    page.locator(cell).click(click_count=3)
    assert page.evaluate(COPIED) == "-29489.87"


def test_what_an_event_says_is_seen_to_its_end_at_every_width(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader, viewport=DESK)
    order = trader.place(quantity="12345678", price="1.06")
    trader.report(order, "accept")
    trader.amend(order, quantity="22345678", price="1.07")
    trader.fill(order, "12345678", "1.05")
    blotter.until_applied(trader.head())
    rows = blotter.page.locator("#monitor tbody tr[data-seq] .event-changes")
    placed = "Buy 12,345,678 AAPL at 1.06, day"
    texts: list[str | re.Pattern[str]] = [
        "12,345,678 @ 1.05, 12,345,678 of 22,345,678",
        "quantity 12,345,678 → 22,345,678, price 1.06 → 1.07",
        # An order waits 20 ms for its arrival price, and has none if Redis had no time then.
        re.compile(f"^(arrival – → [0-9.]+|{placed})$"),
        placed,
    ]
    expect(rows).to_have_text(texts)
    for width, height in ((1366, 768), (1440, 900), (1024, 768), (360, 740)):
        resize(blotter.page, width, height)
        if width < TABLE_PIXELS:
            blotter.page.get_by_role("button", name="Stream", exact=True).first.click()
        expect(rows.first).to_be_visible()
        assert blotter.page.evaluate(CUT) == [], (width, height)


def test_the_chart_s_table_cuts_no_price_and_drops_the_volume_where_there_is_no_room(
    open_as: Open, trader: Trader
) -> None:
    page = open_as(trader, viewport=DESK).page
    chart = Chart(page, {"AAPL": [], "BTCUSD": bars("91004.99", "91005", "90999.37")})
    table = page.locator("#chart-table")
    chart.choose("BTCUSD")
    chart.until("ready")
    chart.do("table")
    for width, height in ((1366, 768), (1440, 900), (1024, 768), (390, 844), (360, 740)):
        resize(page, width, height)
        if width < TABLE_PIXELS and not table.is_visible():
            page.get_by_role("button", name="Chart", exact=True).first.click()
        # Of a minute that is over: prices move here, and take the newest bar along.
        expect(table.get_by_role("cell", name="91,005.00").first).to_be_visible()
        assert page.evaluate(CUT) == [], (width, height)
        assert table.evaluate("(table) => table.scrollWidth - table.clientWidth") == 0, (width, height)
        is_wide = chart.root.evaluate("(chart) => chart.clientWidth") >= 520
        expect(table.get_by_role("columnheader", name="Volume")).to_be_visible(visible=is_wide)


def test_in_low_windows_orders_are_seen_and_every_control_can_be_reached(open_as: Open, trader: Trader) -> None:
    trader.place_many([new_order() for _ in range(12)])
    blotter = open_as(trader)
    page = blotter.page
    expect(page.locator("#orders tbody tr[data-order-id]")).to_have_count(12)
    expect(page.locator("#orders .touch-about:not([hidden])")).to_have_count(12)
    menu = page.locator(".user-menu summary")

    for width, height in LOW:
        size = f"{width} x {height}"
        resize(page, width, height)
        if width < TABLE_PIXELS:
            page.evaluate("document.querySelector('#orders-scroll').scrollIntoView({ block: 'center' })")
        assert page.evaluate(WHOLE_ORDERS) >= 3, size
        assert page.evaluate(OVERFLOW)["right"] == 0, size
        assert page.evaluate(OUT_OF_REACH, "body") == [], size
        menu.click()
        assert page.evaluate(OUT_OF_REACH, ".menu-list") == [], size
        menu.click()

    # Where there is room for the chart or the ticket, the ticket takes its place and gives it back.
    resize(page, 1280, 800)
    expect(page.locator("#chart")).to_be_visible()
    page.click("#new-order")
    expect(page.locator("#chart")).to_be_hidden()
    assert page.evaluate(OUT_OF_REACH, "body") == []
    page.click("#chart-toggle")
    expect(page.locator("#ticket")).to_be_hidden()
    expect(page.locator("#chart")).to_be_visible()
    resize(page, 1366, 768)
    page.click("#new-order")
    expect(page.locator("#chart")).to_be_visible()
    assert page.evaluate(OUT_OF_REACH, "body") == []


# Longer than a line of notices takes no press after it has changed.
SEEN_MS = 450


def test_notices_lie_over_nothing_and_none_is_lost(open_as: Open, trader: Trader) -> None:
    orders = trader.place_many([new_order() for _ in range(4)])
    blotter = open_as(trader)
    page = blotter.page
    notices = page.locator("#notices")
    page.click("#new-order")
    for number, order in enumerate(orders[:3], start=1):
        trader.report(order, "reject", text=f"Reason {number}")
        expect(notices.locator(".notice")).to_contain_text(f"Reason {number}")

    for width, height in ((1366, 768), (1440, 900), (390, 844), (740, 360)):
        resize(page, width, height)
        assert page.evaluate(OUT_OF_REACH, "#ticket") == [], (width, height)
        assert page.evaluate(OUT_OF_REACH, "#notices") == [], (width, height)
        expect(notices).to_contain_text("Reason 3")
    resize(page, **DESK)
    page.click("#ticket [data-action=close]")
    page.click("#filters-toggle")
    assert page.evaluate(OUT_OF_REACH, "#filters") == []
    assert page.evaluate(OUT_OF_REACH, "#notices") == []
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Dismiss: Rejected").click(delay=SEEN_MS)
    expect(notices.locator(".notice")).to_contain_text("Reason 2")
    trader.report(orders[3], "reject", text="Reason 4")
    expect(notices.locator(".notice")).to_contain_text("Reason 4")
    toggle = page.get_by_role("button", name="4 rejects today")
    expect(toggle).to_contain_text("3 unread")
    toggle.click()
    listed = page.locator("#notice-list li")
    expect(page.locator("#notice-list ol")).to_be_focused()
    expect(listed).to_contain_text(["Reason 4", "Reason 3", "Reason 2", "Reason 1"])
    expect(listed.get_by_role("button")).to_have_count(3)
    page.get_by_role("button", name="Dismiss all").click(delay=SEEN_MS)
    expect(notices.locator(".notice")).to_have_count(0)

    resize(page, **PHONE)
    expect(notices).to_be_hidden()
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Notices", exact=True).click()
    expect(listed).to_have_count(4)


def looks(page: Page, *selectors: str) -> list[str]:
    """What each looks like that does not depend on its words; a pseudo-element is named after two colons."""
    script = """(selectors) => selectors.map((selector) => {
      const [of, pseudo] = selector.split("::");
      const style = getComputedStyle(document.querySelector(of), pseudo ? `::${pseudo}` : null);
      return [style.backgroundColor, style.borderBottomColor, style.borderTopWidth].join();
    })"""
    found: list[str] = page.evaluate(script, list(selectors))
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_the_system_s_own_colours_it_is_seen_what_is_chosen(open_as: Open, trader: Trader, scheme: str) -> None:
    page = open_as(trader).page
    page.emulate_media(forced_colors="active", color_scheme=scheme)  # type: ignore[arg-type]
    page.click("#new-order")

    buy, sell = looks(page, ".segment.side-buy span", ".segment.side-sell span")
    assert buy != sell
    page.locator("#ticket .side-sell").click()
    assert looks(page, ".segment.side-buy span", ".segment.side-sell span") == [sell, buy]
    selected, other = looks(page, "[data-tab=all]", "[data-tab=filled]")
    assert selected != other
    [on] = looks(page, "#realtime::before")
    page.click("#realtime")
    expect(page.locator("#realtime")).to_have_attribute("aria-pressed", "false")
    assert looks(page, "#realtime::before") != [on]
    assert looks(page, "#connection .dot") != looks(page, "#connection")
    place, drawn = looks(page, "#ticket .place", "[data-chart-do=candles]")
    assert place.endswith("2px")
    assert drawn != looks(page, "[data-chart-do=table]")[0]


# What is seen of the page: the controls, and the colours of what is written.
PRINTED = """() => {
  const seen = (each) => each.checkVisibility({ visibilityProperty: true }) && each.getBoundingClientRect().width > 1;
  const hasText = ({ childNodes }) => [...childNodes].some((node) => node instanceof Text && node.data.trim() !== "");
  const all = [...document.querySelectorAll("body *")].filter(seen);
  const controls = all.filter((each) => each.matches("button, a, input, select, textarea, summary"));
  return {
    controls: controls.map((each) => each.dataset.tab ?? (each.id || each.outerHTML)),
    colours: [...new Set(all.filter(hasText).map((each) => getComputedStyle(each).color))].sort(),
    ground: getComputedStyle(document.body).backgroundColor,
  };
}"""


def test_on_paper_is_the_whole_table_in_black_on_white_and_nothing_to_press(open_as: Open, trader: Trader) -> None:
    placed = trader.place_many([new_order(symbol="BTCUSD", quantity="1", price="91000") for _ in range(30)])
    trader.fill(placed[-1], "1", "91000")
    trader.report(placed[-2], "reject", text="No")
    blotter = open_as(trader, color_scheme="dark")
    page = blotter.page
    expect(blotter.cell(placed[-1]["id"], "pnl")).not_to_be_empty()
    page.click("#new-order")
    blotter.row(placed[-1]["id"]).locator(".row-toggle").click()
    expect(page.locator(".details li")).to_have_count(2)
    expect(page.locator("#orders .touch-about:not([hidden])").first).to_be_attached()

    page.emulate_media(media="print")
    resize(page, 1000, 560)

    printed = page.evaluate(PRINTED)
    assert printed["controls"] == ["working", "filled", "closed", "all", "money-toggle"]
    assert set(printed["colours"]) <= {"rgb(0, 0, 0)", "rgb(68, 68, 68)"}
    assert printed["ground"] == "rgb(255, 255, 255)"
    last, totals = page.locator("#orders tbody tr").last.bounding_box(), page.locator("#totals").bounding_box()
    assert last
    assert totals
    assert last["y"] + last["height"] <= totals["y"]
    assert page.evaluate(OVERFLOW)["down"] >= totals["y"] + totals["height"] - 560
    page.emulate_media(media="screen")
    expect(page.locator("#ticket")).to_be_visible()
