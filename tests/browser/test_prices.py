"""The market beside the orders, from the pretended feed: prices, chart and profit move from the first sign-in on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from tests.browser.blotter import Blotter, serious_violations
from tests.browser.test_layout import OVERFLOW, PHONE, SMALL_TARGETS, TOUCH
from tests.browser.test_windows import CUT
from tests.browser.waiting import wait_for
from tests.traders import Trader

Open = Callable[..., Blotter]

PRICE = re.compile(r"^[\d,]+\.\d+$")
# Collects the flashes of the watchlist's lines: "up" or "down", with the price before and after.
FLASHES = """() => {
  const last = new Map();
  window.flashes = [];
  const markOf = (row) => ["up", "down"].find((each) => row.classList.contains(`price-${each}`));
  new MutationObserver((changes) => {
    // A line's text and mark change in one turn; another direction is two changes of its classes.
    const lines = new Map();
    for (const { type, target, oldValue } of changes) {
      const element = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
      const row = element?.closest("tr");
      if (!row) continue;
      const line = lines.get(row) ?? { classes: null, moved: false };
      if (type !== "attributes") line.moved ||= element.matches(".watch-last");
      else if (element === row) line.classes ??= oldValue ?? "";
      lines.set(row, line);
    }
    for (const [row, { classes, moved }] of lines) {
      const [mark, { symbol }] = [markOf(row), row.dataset];
      const price = Number(row.querySelector(".watch-last").textContent.replaceAll(",", ""));
      const flashed = classes !== null && mark && !classes.includes(`price-${mark}`);
      if (mark && (moved || flashed)) window.flashes.push({ mark, before: last.get(symbol) ?? null, after: price });
      last.set(symbol, price);
    }
  }).observe(document.querySelector("#prices tbody"), {
    subtree: true, childList: true, characterData: true,
    attributes: true, attributeFilter: ["class"], attributeOldValue: true,
  });
}"""

# Symbols of the watchlist of which a part is missing.
CUT_SYMBOLS = """[...document.querySelectorAll("#prices tbody th")]
    .filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.textContent)"""


@pytest.fixture
def trader(market_traders: Iterator[Trader]) -> Trader:
    return next(market_traders)


def line(page: Page, symbol: str) -> Locator:
    return page.locator(f'#prices tr[data-symbol="{symbol}"]')


def last(page: Page, symbol: str) -> Locator:
    return line(page, symbol).locator(".watch-last")


def symbols(page: Page) -> list[str]:
    return page.locator("#prices tbody .watch-symbol").all_inner_texts()


def until_moved(cell: Locator, what: str) -> str:
    """What it says once it says something else than now."""
    before = cell.inner_text()
    wait_for(lambda: cell.inner_text() != before, f"{what} to move")
    return cell.inner_text()


def add(page: Page, typed: str) -> None:
    page.fill("#watch-symbol", typed)
    page.press("#watch-symbol", "Enter")


def asked(blotter: Blotter) -> list[dict[str, Any]]:
    return [frame for frame in blotter.sent if frame.get("stream") == "quotes"]


def test_who_signs_in_for_the_first_time_sees_prices_chart_and_profit_move(open_as: Open, trader: Trader) -> None:
    quote = trader.get("/api/quotes/?symbols=BTCUSD")["quotes"]
    price = quote[0]["last"] if quote else "91000"
    order = trader.place(symbol="BTCUSD", quantity="1", price=price)
    trader.fill(order, "1", price)
    blotter = open_as(trader)
    page = blotter.page

    expect(last(page, "BTCUSD")).to_have_text(PRICE)
    expect(page.locator("#chart")).to_have_attribute("data-state", "ready")
    expect(blotter.cell(order["id"], "pnl")).to_have_text(re.compile(r"^[+−]?[\d,]+\.\d\d$"))
    total = page.locator("#money-totals li", has_text="USD")
    expect(total).to_contain_text("P&L")
    for cell, what in (
        (last(page, "BTCUSD"), "the price"),
        (page.locator("#chart [data-chart=last]"), "the chart's price"),
        (blotter.cell(order["id"], "pnl"), "the profit"),
        (total, "the total"),
    ):
        until_moved(cell, what)
    state = page.locator("#prices [data-feed-state]")
    expect(state).to_have_attribute("data-feed-state", "live")
    expect(state).to_have_text("Live · sim")
    for figure in ("age", "p50", "p99", "conflation"):
        expect(page.locator(f"#prices [data-price={figure}]")).to_have_text(re.compile(r"^[\d.]+$"))


def test_totals_are_told_by_currency_and_never_summed_across(open_as: Open, trader: Trader) -> None:
    for symbol, price in (("BTCUSD", "91000"), ("BTCEUR", "79000")):
        trader.fill(trader.place(symbol=symbol, quantity="1", price=price), "1", price)
    page = open_as(trader).page

    totals = page.locator("#money-totals li")
    expect(totals).to_have_count(2)
    expect(totals.locator("b").first).to_have_text("EUR")
    expect(totals.nth(0)).to_contain_text("79,000.00")
    expect(totals.nth(1)).to_contain_text("91,000.00")
    for total in (totals.nth(0), totals.nth(1)):
        expect(total.locator(".money-pnl .money-value")).to_have_text(re.compile(r"[+−]"))


def test_a_price_flashes_by_its_direction_and_only_when_it_has_changed(open_as: Open, trader: Trader) -> None:
    page = open_as(trader).page
    expect(last(page, "ETHUSD")).to_have_text(PRICE)
    page.evaluate(FLASHES)

    wait_for(lambda: {each["mark"] for each in page.evaluate("window.flashes")} == {"up", "down"}, "both flashes")
    seen = [each for each in page.evaluate("window.flashes") if each["before"] is not None]
    assert [each for each in seen if (each["mark"] == "up") != (each["after"] > each["before"])] == []
    assert [each for each in seen if each["after"] == each["before"]] == []
    expect(line(page, "AAPL")).not_to_have_class(re.compile("price-(up|down)"))


def was_let_go(blotter: Blotter) -> bool:
    """Whether the server has said that it sends fewer prices."""
    return any((each["type"], each.get("stream")) == ("unsubscribed", "quotes") for each in blotter.heard())


def test_what_is_not_followed_stands_still_and_the_rate_is_as_chosen(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)
    page = blotter.page
    follow = line(page, "ETHEUR").locator("[data-action=follow]")
    expect(last(page, "ETHEUR")).to_have_text(PRICE)
    expect(follow).to_have_text("Following")

    follow.click()
    expect(follow).to_have_text("Follow")
    expect(follow).to_have_attribute("aria-pressed", "false")
    assert asked(blotter)[-1]["type"] == "unsubscribe"
    assert asked(blotter)[-1]["symbols"] == ["ETHEUR"]
    wait_for(lambda: was_let_go(blotter), "the answer")
    until_moved(last(page, "BTCUSD"), "another price")  # what came before the answer is drawn by now
    stood = last(page, "ETHEUR").inner_text()
    until_moved(last(page, "BTCUSD"), "another price")
    assert last(page, "ETHEUR").inner_text() == stood
    page.select_option("#prices [name=per_second]", "2")
    wait_for(lambda: asked(blotter)[-1].get("per_second") == 2, "the new rate")
    until_moved(last(page, "BTCUSD"), "a price")
    page.reload()
    expect(follow).to_have_text("Follow")
    expect(page.locator("#prices [name=per_second]")).to_have_value("2")
    expect(last(page, "BTCUSD")).to_have_text(PRICE)
    expect(last(page, "ETHEUR")).to_have_text("…")
    wait_for(lambda: asked(blotter)[-1].get("per_second") == 2, "the kept rate")

    follow.click()
    expect(follow).to_have_attribute("aria-pressed", "true")
    expect(last(page, "ETHEUR")).to_have_text(PRICE)


def test_the_watchlist_is_worked_by_keys_alone(open_as: Open, trader: Trader) -> None:
    page = open_as(trader).page
    press = page.keyboard.press
    focused = page.locator(":focus")
    expect(last(page, "BTCUSD")).to_have_text(PRICE)

    press("w")
    page.keyboard.type("mcirosoft")
    expect(page.get_by_role("listbox", name="Symbols").get_by_role("option").first).to_contain_text("MSFT")
    press("Enter")
    expect(page.locator("#watch-symbol")).to_have_value("")
    expect(page.locator("#prices [data-watch=said]")).to_have_text("MSFT is on the list.")
    page.keyboard.type("nobody has this")
    press("Enter")
    expect(page.locator("#watch-symbol")).to_have_attribute("aria-invalid", "true")
    press("Escape")
    assert symbols(page)[-1] == "MSFT"
    expect(last(page, "MSFT")).to_have_text(PRICE)

    line(page, "MSFT").locator(".watch-symbol").focus()
    press("ArrowUp")
    expect(focused).to_have_text("AAPL")
    press("End")
    expect(focused).to_have_text("MSFT")
    for _ in range(3):
        page.keyboard.down("Delete")
    page.keyboard.up("Delete")
    expect(line(page, "MSFT")).to_have_count(0)
    expect(focused).to_have_text("AAPL")
    press("Home")
    expect(focused).to_have_text("BTCUSD")
    press("Enter")
    expect(page.locator("#chart-symbol")).to_have_value("BTCUSD")
    for expected in ("Following BTCUSD", "Trade BTCUSD"):
        press("Tab")
        expect(focused).to_have_accessible_name(expected)
    press("Enter")
    expect(page.locator("#ticket [name=symbol]")).to_have_value("BTCUSD")
    expect(page.locator("#ticket [name=quantity]")).to_be_focused()
    assert symbols(page) == ["BTCUSD", "ETHUSD", "BTCEUR", "ETHEUR", "AAPL"]


def test_the_ticket_shows_the_market_takes_its_price_and_asks_where_an_order_looks_like_a_slip(
    open_as: Open, trader: Trader
) -> None:
    blotter = open_as(trader)
    page = blotter.page
    quote = page.locator("[data-ticket=quote]")
    price = page.locator("#ticket [name=price]")
    send = page.locator("#ticket [type=submit]")
    message = page.locator("#ticket [data-message]")
    warning = page.locator("[data-check=warning]")
    expect(quote).to_be_hidden()
    line(page, "AAPL").locator("[data-action=trade]").click()
    expect(quote.locator("[data-take=ask] b")).to_have_text(PRICE)

    quote.locator("[data-take=bid]").click()
    expect(price).to_have_value(PRICE)
    page.fill("#ticket [name=quantity]", "10")
    expect(send).to_have_text(re.compile(r"^Buy 10 AAPL at \d+\.\d+, day$"))
    expect(page.locator("[data-check=worth]")).to_have_text(re.compile(r"^≈ [\d,]+\.\d\d USD$"))
    page.locator("#ticket .side-sell").click()
    expect(price).to_have_value("")
    expect(message).to_have_text("The price was removed: it was taken for a buy.")
    quote.locator("[data-take=bid]").click()
    line(page, "BTCUSD").locator("[data-action=trade]").click()
    expect(price).to_have_value("")
    expect(message).to_have_text("The amounts entered for AAPL were removed.")
    expect(send).to_have_text(re.compile(r"^Sell (10|…) BTCUSD at …, day$"))

    page.fill("#ticket [name=quantity]", "10")
    page.fill("#ticket [name=price]", "230")
    expect(warning).to_contain_text(re.compile(r"^The limit price is 99 % below the market, [\d,]+\.\d+"))
    for _ in range(2):  # the second may be the same press, held too long
        page.press("#ticket [name=price]", "Enter")
        expect(message).to_contain_text("Nothing was sent. Check the order")
    expect(page.locator("#ticket [name=meant]")).to_be_focused()
    page.press("#ticket [name=meant]", "Enter")
    assert trader.orders() == []
    page.check("#ticket [name=meant]")
    page.fill("#ticket [name=quantity]", "11")
    expect(page.locator("#ticket [name=meant]")).not_to_be_checked()
    page.check("#ticket [name=meant]")
    send.click()
    expect(message).to_contain_text("Placed: Sell 11 BTCUSD at 230, day.")
    expect(warning).to_be_hidden()
    [order] = trader.orders()
    trader.fill(order, "4", "230.5")
    expect(message).to_contain_text("Filled 4 of 11 at 230.50: Sell 11 BTCUSD")
    trader.fill(order, "7", "230.5")
    expect(message).to_contain_text("Filled 11 at 230.50: Sell 11 BTCUSD at 230, day.")
    page.fill("#ticket [name=symbol]", "NOTHING")
    expect(quote).to_be_hidden()


def test_the_ticket_suggests_the_market_s_price_and_sends_nothing_before_it_is_taken(
    open_as: Open, trader: Trader
) -> None:
    page = open_as(trader).page
    price = page.locator("#ticket [name=price]")
    line(page, "BTCUSD").locator("[data-action=trade]").click()

    expect(price).to_have_attribute("placeholder", re.compile(r"^Ask [\d,]+\.\d\d$"))
    before = price.get_attribute("placeholder")
    wait_for(lambda: price.get_attribute("placeholder") != before, "the suggestion to follow the market")
    page.locator("#ticket .side-sell").click()
    expect(price).to_have_attribute("placeholder", re.compile(r"^Bid [\d,]+\.\d\d$"))
    page.select_option("#ticket [name=order_type]", "stop_limit")
    expect(price).to_have_attribute("placeholder", "0.00")
    page.select_option("#ticket [name=order_type]", "limit")
    page.fill("#ticket [name=quantity]", "2")
    page.press("#ticket [name=quantity]", "Enter")
    expect(page.locator("#ticket [data-error=price]")).to_have_text("Enter a limit price.")
    expect(price).to_be_focused()

    for key in ("ArrowUp", "ArrowDown"):
        price.fill("1")
        price.press(key)
        expect(price).to_have_value("1")
        price.fill("")
        price.press(key)
        expect(price).to_have_value(PRICE)
    assert trader.orders() == []
    taken = Decimal(price.input_value())
    expect(page.locator("#ticket [type=submit]")).to_have_text(f"Sell 2 BTCUSD at {taken:,}, day")
    price.press("Enter")
    expect(page.locator("#ticket [data-message]")).to_contain_text("Placed: Sell 2 BTCUSD")
    assert [Decimal(order["price"]) for order in trader.orders()] == [taken]
    expect(price).to_have_attribute("placeholder", re.compile("^Bid "))


def test_an_amendment_that_looks_like_a_slip_is_asked_about_as_an_order_is(open_as: Open, trader: Trader) -> None:
    order = trader.place(price="1")
    blotter = open_as(trader)
    page = blotter.page
    expect(last(page, "AAPL")).to_have_text(PRICE)
    form = page.locator("form.amend")
    quantity, price, note, meant = (form.locator(f"[name={name}]") for name in ("quantity", "price", "text", "meant"))
    warning = form.locator("[data-check=warning]")
    blotter.row(order["id"]).locator("[data-action=amend]").click()
    note.fill("a note alone")
    expect(warning).to_be_hidden()
    quantity.fill("100000000")
    expect(warning).to_contain_text("This is a very large order.")
    expect(form.locator("[data-check=worth]")).to_have_text("≈ 100,000,000.00 USD")
    quantity.fill("100")
    expect(warning).to_be_hidden()

    price.fill("9999")
    expect(warning).to_contain_text(re.compile(r"^The limit price is [\d,]+ % above the market, [\d.]+\."))
    for _ in range(2):
        price.press("Enter")
        expect(form.locator("[data-message]")).to_contain_text("Nothing was sent. Check the order")
    expect(meant).to_be_focused()
    meant.press("Enter")
    assert trader.order(order["id"])["version"] == 1
    meant.check()
    expect(form.locator("[data-message]")).to_be_empty()
    quantity.fill("11")
    expect(meant).not_to_be_checked()
    meant.check()
    meant.press("Enter")
    expect(form).to_have_count(0)
    amended = trader.order(order["id"])
    assert (amended["quantity"], amended["price"], amended["text"]) == ("11", "9999", "a note alone")

    blotter.row(order["id"]).locator("[data-action=amend]").click()
    note.fill("another")
    note.press("Enter")
    expect(form).to_have_count(0)
    assert trader.order(order["id"])["text"] == "another"


def test_the_chart_takes_any_symbol_found_and_draws_one_s_own_orders(open_as: Open, trader: Trader) -> None:
    page = open_as(trader).page
    chart = page.locator("#chart")
    page.fill("#chart-symbol", "bitcoin euro")
    expect(page.get_by_role("listbox", name="Symbols").get_by_role("option").first).to_contain_text("BTCEUR")
    page.press("#chart-symbol", "ArrowDown")
    page.press("#chart-symbol", "Enter")
    expect(page.locator("#chart-symbol")).to_have_value("BTCEUR")
    expect(chart.locator("[data-chart=face]")).to_have_attribute("aria-label", re.compile("^Chart of BTCEUR, .*last"))
    chart.locator("[data-chart-do=table]").click()
    expect(chart.locator(".chart-bars tbody tr")).to_have_count(30)
    until_moved(chart.locator(".chart-bars tbody tr").first, "the newest bar")

    trader.report(trader.place(symbol="BTCEUR", quantity="2", price="78000.5"), "accept")

    expect(chart.locator("[data-chart=orders] li")).to_have_text(["BUY 2 at 78,000.50"])


def test_a_phone_has_each_part_as_a_tab_with_targets_for_fingers_and_bid_and_ask_of_what_is_watched(
    open_as: Open, trader: Trader
) -> None:
    trader.place(symbol="BTCUSD", quantity="1", price="90000")
    page = open_as(trader, **TOUCH).page
    parts = {"orders": "#orders", "stream": "#monitor", "prices": "#prices", "chart": "#chart"}
    for view in ("stream", "chart", "prices", "orders", "prices"):
        page.locator(f"[data-view-tab={view}]").tap()
        for name, part in parts.items():
            expect(page.locator(part)).to_be_visible(visible=name == view)
        assert page.evaluate(SMALL_TARGETS) == [], view
        assert page.evaluate(OVERFLOW)["right"] == 0, view

    expect(last(page, "BTCUSD")).to_have_text(PRICE)
    heights = [box["y"] for box in (each.bounding_box() for each in page.locator("#prices tbody tr").all()) if box]
    assert all(later > sooner for sooner, later in pairwise(heights))
    bid, ask = (line(page, "BTCUSD").locator(f".watch-{name}") for name in ("bid", "ask"))
    for width in (PHONE["width"], 320):
        page.set_viewport_size({"width": width, "height": 640})
        for price in (bid, ask):
            expect(price).to_be_visible()
            expect(price).to_have_text(PRICE)
        boxes = bid.bounding_box(), ask.bounding_box()
        assert boxes[0]
        assert boxes[1]
        assert boxes[0]["x"] + boxes[0]["width"] < boxes[1]["x"]
        assert boxes[1]["x"] + boxes[1]["width"] <= width
        assert page.evaluate(CUT_SYMBOLS) == []
        assert page.evaluate(CUT) == []
        assert page.evaluate(SMALL_TARGETS) == []
        assert page.evaluate(OVERFLOW)["right"] == 0
    hints = page.evaluate("[...document.querySelectorAll('[placeholder]')].map(({ placeholder }) => placeholder)")
    assert [hint for hint in hints if re.search(r"  \S$", hint)] == []
    page.set_viewport_size(PHONE)
    line(page, "ETHUSD").locator(".watch-symbol").tap()
    expect(page.locator("#chart-symbol")).to_have_value("ETHUSD")
    expect(page.locator("#chart")).to_be_visible()
    page.locator("[data-view-tab=prices]").tap()
    line(page, "BTCEUR").locator(".watch-symbol").tap()
    expect(page.locator("#chart")).to_be_visible()
    expect(page.locator("#chart-symbol")).to_have_value("BTCEUR")


def test_nobody_is_kept_out_by_the_market(open_as: Open, trader: Trader) -> None:
    trader.fill(trader.place(symbol="BTCUSD", quantity="1", price="91000"), "1", "91000")
    page = open_as(trader, reduced_motion="reduce").page
    expect(last(page, "AAPL")).to_have_text(PRICE)
    page.evaluate(FLASHES)
    expect(page.locator("#chart")).to_have_attribute("data-state", "ready")
    assert serious_violations(page) == [], "prices and chart"

    line(page, "AAPL").locator("[data-action=follow]").click()
    line(page, "BTCUSD").locator("[data-action=trade]").click()
    page.click("#price-figures-toggle")
    expect(page.locator("#price-figures")).to_be_visible()
    assert serious_violations(page) == [], "paused, ticket and explanation"
    page.locator("#price-figures-toggle").press("Escape")
    until_moved(last(page, "BTCUSD"), "a price")
    assert page.evaluate("window.flashes") == []
    assert page.evaluate("document.getAnimations().length") == 0


def test_what_does_not_come_says_why(open_as: Open, trader: Trader) -> None:
    page = open_as(trader).page
    told: list[WebSocketRoute] = []
    muted: list[str] = []

    def silent(text: str | bytes) -> bool:
        return json.loads(text)["type"] in muted

    def listen(route: WebSocketRoute) -> None:
        told.append(route)
        route.connect_to_server().on_message(lambda text: None if silent(text) else route.send(text))

    page.route_web_socket("**/ws/", listen)
    page.reload()
    expect(last(page, "BTCUSD")).to_have_text(PRICE)
    follow = line(page, "AAPL").locator("[data-action=follow]")
    state = page.locator("#prices [data-feed-state]")
    reason = page.locator("[data-watch=reason]")
    expect(reason).to_be_hidden()

    muted.append("quotes")

    def say(**frame: Any) -> None:
        told[-1].send(json.dumps(frame))

    full = "All 50 live symbols are in use: AAPL will follow when a slot is free."
    feed = {"name": "finnhub", "state": "live", "reason": "", "queued": ["AAPL"]}
    say(type="quotes", sent=0, changes=0, quotes=[], feed=feed)
    say(type="error", id=None, code="symbol_limit", status=400, message=full, fields={"symbols": ["AAPL"]})
    expect(follow).to_have_text("Waiting, no. 1")
    expect(reason).to_have_text(full)
    down = feed | {"state": "down", "reason": "The upstream does not answer."}
    say(type="quotes", sent=0, changes=0, quotes=[], feed=down)
    expect(state).to_have_text("Down · finnhub")
    expect(reason).to_contain_text("The upstream does not answer.")
    expect(page.locator("#prices")).to_have_class(re.compile("is-stale"))
    assert serious_violations(page) == []

    say(type="quotes", sent=0, changes=0, quotes=[], feed=feed | {"queued": []})
    expect(state).to_have_text("Live · finnhub")
    expect(follow).to_have_text("Following")
    expect(reason).to_be_hidden()
    page.context.set_offline(True)
    told[-1].close(code=1012)
    expect(state).to_have_attribute("data-feed-state", "offline")
    expect(reason).to_have_text("No contact with the server: prices are not updating.")
    expect(last(page, "BTCUSD")).to_have_text(PRICE)


def test_an_empty_list_says_what_to_do_and_two_tabs_share_what_is_put_on_it(open_as: Open, trader: Trader) -> None:
    page = open_as(trader).page
    for _ in range(5):
        page.locator("#prices [data-action=remove]").first.click()
    expect(page.locator("[data-watch=note]")).to_have_text("Nothing is watched. Add a symbol.")
    expect(page.locator("#watch-symbol")).to_be_focused()

    add(page, "btcusd")
    expect(page.locator("[data-watch=note]")).to_be_hidden()
    expect(last(page, "BTCUSD")).to_have_text(PRICE)

    other = page.context.new_page()
    other.goto(page.url)
    expect(last(other, "BTCUSD")).to_have_text(PRICE)
    add(other, "ethusd")
    expect(last(page, "ETHUSD")).to_have_text(PRICE)
    add(page, "aapl")
    line(other, "AAPL").locator("[data-action=follow]").click()
    expect(line(page, "AAPL").locator("[data-action=follow]")).to_have_text("Follow")
    page.reload()
    expect(last(page, "ETHUSD")).to_have_text(PRICE)
    assert symbols(page) == ["BTCUSD", "ETHUSD", "AAPL"]

    follow = "[data-action=follow]"
    line(page, "AAPL").locator(follow).focus()
    line(other, "AAPL").locator("[data-action=remove]").click()
    expect(line(page, "ETHUSD").locator(":focus")).to_have_count(1)


def test_without_a_feed_there_is_no_panel_and_nothing_pretends_to_move(
    open_as: Open, traders: Iterator[Trader]
) -> None:
    page = open_as(next(traders)).page
    expect(page.locator("#prices, [data-view-tab=prices]")).to_have_count(0)
    expect(page.locator("[data-ticket=quote]")).to_be_hidden()
    expect(page.locator("#chart")).to_be_hidden()
    page.keyboard.press("w")
    expect(page.locator("#realtime")).to_have_attribute("aria-pressed", "true")
