"""The live chart: loaded when it is seen, of one instrument at a time, with one's own orders, usable by everybody."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.blotter import Blotter, Holding, serious_violations
from tests.browser.charted import Chart, bars, this_minute, wave
from tests.browser.test_layout import DESK, LAPTOP, OVERFLOW, ROWS_IN_SIGHT, SMALL_TARGETS, TOUCH, populate
from tests.browser.waiting import wait_for
from tests.proxy import Proxy
from tests.traders import Trader

Open = Callable[..., Blotter]

# How seldom the label changes.
LABEL_MS = 10_000


def test_nothing_of_the_chart_is_loaded_before_it_is_seen_and_it_stays_as_it_was_left(
    open_as: Open, trader: Trader
) -> None:
    page = open_as(trader).page
    chart = Chart(page, {"AAPL": wave(), "BTCUSD": wave()})
    assert chart.loaded() == []
    expect(page.locator("#chart-toggle")).to_have_attribute("aria-expanded", "false")

    chart.open("BTCUSD")
    chart.until("ready")
    assert len(chart.loaded()) == 1
    chart.do("candles")
    page.reload()

    chart.until("ready")
    expect(page.locator("#chart-toggle")).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#chart-symbol")).to_have_value("BTCUSD")
    expect(chart.root.locator("[data-chart-do=candles]")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Close the chart").click()
    expect(chart.root).to_be_hidden()
    page.reload()
    expect(page.locator("#chart-toggle")).to_have_attribute("aria-expanded", "false")
    assert chart.loaded() == []


def test_a_symbol_typed_before_there_are_instruments_is_shown_when_they_come(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)
    chart = Chart(blotter.page, {"AAPL": wave(), "BTCUSD": wave()})
    reading = Holding(blotter.page, "**/api/instruments/*", "GET")
    blotter.page.reload()
    blotter.until_state("live")
    chart.open("BTCUSD")

    reading.next().continue_()

    chart.until("ready")
    assert chart.asked == ["BTCUSD"]
    expect(blotter.page.locator("#chart-symbol")).to_have_value("BTCUSD")


def test_whoever_is_in_the_empty_field_when_the_first_symbol_comes_types_into_an_empty_field(
    open_as: Open, trader: Trader
) -> None:
    blotter = open_as(trader)
    page = blotter.page
    chart = Chart(page, {"AAPL": wave(), "BTCUSD": wave()})
    reading = Holding(page, "**/api/instruments/*", "GET")
    page.reload()
    blotter.until_state("live")
    page.click("#chart-toggle")
    page.focus("#chart-symbol")

    reading.next().continue_()

    chart.until("ready")
    page.keyboard.type("BTCUSD")
    expect(page.locator("#chart-symbol")).to_have_value("BTCUSD")
    page.keyboard.press("Enter")
    chart.until_asked("AAPL", "BTCUSD")

    page.fill("#chart-symbol", "")
    page.keyboard.press("Tab")
    expect(page.locator("#chart-symbol")).to_have_value("BTCUSD")
    expect(page.locator("#chart-symbol")).not_to_have_attribute("aria-invalid", "true")


def test_the_chart_says_what_it_lacks_and_goes_on_when_it_can(open_as: Open, trader: Trader) -> None:
    page = open_as(trader).page
    chart = Chart(page, {"AAPL": [], "BTCUSD": 404, "ETHUSD": 503, "BTCEUR": None})
    chart.open("AAPL")

    chart.until("empty")
    expect(chart.part("note-text")).to_have_text("No prices yet for AAPL")
    chart.choose("BTCEUR")
    chart.until("loading")
    expect(chart.part("note-text")).to_have_text("Loading BTCEUR …")
    chart.choose("BTCUSD")
    chart.until("failed")
    expect(chart.part("note-text")).to_have_text("The prices of BTCUSD could not be read: It is broken.")
    chart.answers["BTCUSD"] = wave()
    page.get_by_role("button", name="Try again").press("Enter")
    chart.until("ready")
    expect(chart.part("face")).to_be_focused()
    expect(chart.part("note")).to_be_hidden()

    chart.choose("ETHUSD")
    chart.until("failed")
    expect(chart.part("note-text")).to_contain_text("Trying again …")
    chart.answers["ETHUSD"] = wave()
    chart.until("ready")
    chart.choose("NOTHING")
    expect(page.locator("#chart-symbol")).to_have_attribute("aria-invalid", "true")
    expect(chart.part("legend")).not_to_be_empty()


def test_another_instrument_takes_over_at_once_and_two_are_never_mixed(open_as: Open, trader: Trader) -> None:
    page = open_as(trader).page
    chart = Chart(page, {"AAPL": None, "BTCUSD": bars("60000", "60100"), "ETHUSD": bars("3000", "3001")})
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    chart.open("AAPL")
    chart.until_asked("AAPL")
    chart.choose("BTCUSD")

    chart.until("ready")
    assert [url for url in failed if "symbol=AAPL" in url]
    chart.do("table")
    assert [row[3] for row in chart.table()] == ["60,100.00", "60,000.00"]
    chart.choose("ETHUSD")
    expect(chart.part("last")).to_have_text("3,001.00")
    assert [row[3] for row in chart.table()] == ["3,001.00", "3,000.00"]
    expect(chart.face).to_have_attribute("aria-label", re.compile("^Chart of ETHUSD, .*3,001.00"))


def test_one_s_working_orders_are_lines_that_follow_the_stream_and_fills_are_marked(
    open_as: Open, trader: Trader
) -> None:
    first = trader.place(price="585.1")
    elsewhere = trader.place(symbol="BTCUSD", quantity="1", price="60000")
    blotter = open_as(trader)
    chart = Chart(blotter.page, {"AAPL": wave(), "BTCUSD": wave()})
    chart.open()
    chart.until("ready")
    chart.until_lines("BUY 100, waiting at 585.10")

    trader.report(first, "accept")
    second = trader.place(side="sell", price="586.5")
    chart.until_lines("BUY 100 at 585.10", "SELL 100, waiting at 586.50")
    told = chart.part("orders").locator("li").element_handles()
    trader.amend(elsewhere, text="Nothing of this chart")
    blotter.until_applied(trader.head())
    blotter.page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert [line.evaluate("(line) => line.isConnected") for line in told] == [True, True]
    before = chart.picture()
    trader.amend(first, price="585.4", quantity="120")
    chart.until_lines("BUY 120 at 585.40", "SELL 100, waiting at 586.50")
    wait_for(lambda: chart.picture() != before, "the line to move")
    trader.fill(first, "40", "585.4")
    chart.until_lines("BUY 80 of 120 at 585.40", "SELL 100, waiting at 586.50")
    wait_for(lambda: chart.fills() == ["B 40"], "the fill on the chart")
    trader.report(second, "reject", text="No")
    chart.until_lines("BUY 80 of 120 at 585.40")
    trader.fill(first, "80", "585.2")
    chart.until_lines()
    wait_for(lambda: chart.fills() == ["B 120 (2)"] or chart.fills() == ["B 40", "B 80"], "both fills")

    chart.do("candles")
    chart.choose("BTCUSD")
    chart.until_lines("BUY 1, waiting at 60,000.00")
    assert chart.fills() == []
    blotter.page.reload()
    chart.until_lines("BUY 1, waiting at 60,000.00")
    chart.choose("AAPL")
    wait_for(lambda: "".join(chart.fills()).startswith("B "), "fills from before the page was opened")
    chart.until_lines()


def test_prices_on_the_chart_s_axis_have_their_thousands_marked(open_as: Open, trader: Trader) -> None:
    page = open_as(trader, live=False).page
    page.add_init_script(DRAWN)
    page.reload()
    chart = Chart(page, {"AAPL": [], "BTCUSD": bars("91005", "92004.99", "91500")})
    chart.open("BTCUSD")
    chart.until("ready")
    wait_for(lambda: page.evaluate("drawn.has('91,500.00')"), "the last price on the axis")
    prices = page.evaluate("[...drawn].filter((text) => /\\d\\.\\d/.test(text))")
    assert len(prices) > 2
    assert [text for text in prices if not re.fullmatch(r"\d\d,\d{3}\.\d\d", text)] == []


def test_quotes_carry_the_last_bar_on_and_begin_new_ones_or_the_first(open_as: Open, trader: Trader) -> None:
    page = open_as(trader).page
    minute = this_minute()
    chart = Chart(page, {"AAPL": bars("585", "585.5", end=minute), "ETHUSD": []})
    chart.own()
    chart.until("ready")
    chart.do("table")
    before = chart.picture()

    chart.quote("AAPL", "587.25", minute + 10, "0.42")
    assert chart.table()[0][:4] == ["585.00", "587.25", "585.00", "587.25"]
    expect(chart.part("last")).to_have_text("587.25")
    expect(chart.part("change")).to_have_text("+0.42 %")
    expect(chart.part("legend")).to_contain_text("H\u00a0587.25")
    wait_for(lambda: chart.picture() != before, "the bar to grow")
    chart.quote("AAPL", "586", minute + 61, "-1.5")
    assert [row[:4] for row in chart.table()[:2]] == [["586.00"] * 4, ["585.00", "587.25", "585.00", "587.25"]]
    expect(chart.part("change")).to_have_text("−1.50 %")
    chart.quote("AAPL", "999", minute + 5)
    assert len(chart.table()) == 3
    assert chart.table()[0][3] == "586.00"
    chart.quote("BTCUSD", "60000", minute + 62)
    assert chart.table()[0][3] == "586.00"
    assert chart.asked == ["AAPL"]

    page.evaluate("window.chart.show('ETHUSD')")
    chart.until("empty")
    chart.quote("ETHUSD", "3000.2", minute + 63)
    chart.until("ready")
    expect(chart.part("last")).to_have_text("3,000.20")


def test_quotes_are_watched_only_while_the_chart_is_seen(open_as: Open, trader: Trader) -> None:
    page = open_as(trader).page
    chart = Chart(page, {"AAPL": wave(), "BTCUSD": wave()})
    chart.own("AAPL")
    chart.until("ready")
    page.evaluate("window.chart.show('BTCUSD')")
    chart.until("ready")
    page.evaluate("window.chart.toggle()")
    watched = ["chart AAPL", "chart BTCUSD", "chart"]
    wait_for(lambda: page.evaluate("window.watched") == watched, f"{watched}")

    page.evaluate("window.chart.toggle()")
    wait_for(lambda: page.evaluate("window.watched") == [*watched, "chart BTCUSD"], "the quotes watched again")
    chart.until_asked("AAPL", "BTCUSD", "BTCUSD")


def test_the_label_follows_the_price_seldom_and_is_heard_only_with_the_focus(open_as: Open, trader: Trader) -> None:
    page = open_as(trader, at=trader.server).page
    minute = this_minute()
    chart = Chart(page, {"AAPL": bars("585", "585.5", end=minute)})
    chart.own()
    expect(chart.face).to_have_attribute("aria-label", "Chart of AAPL, one-minute bars, last price 585.50.")
    page.clock.install()
    chart.quote("AAPL", "586", minute + 1)
    chart.quote("AAPL", "587", minute + 2, "0.3")

    expect(chart.part("last")).to_have_text("587.00")
    page.clock.fast_forward(2 * LABEL_MS)
    expect(chart.face).to_have_attribute("aria-label", re.compile("587.00, change .0.30 %"))
    expect(chart.part("said")).to_be_empty()
    chart.quote("AAPL", "588", minute + 3, "0.4")
    chart.face.focus()
    expect(chart.part("said")).to_contain_text("588.00")


def test_keys_and_buttons_move_in_time(open_as: Open, trader: Trader) -> None:
    page = open_as(trader).page
    chart = Chart(page, {"AAPL": wave()})
    chart.open()
    chart.until("ready")
    chart.face.focus()

    def moved_by(act: Callable[[], None]) -> bytes:
        """The picture after it; it must be another."""
        before = chart.picture()
        act()
        wait_for(lambda: chart.picture() != before, "another part of the chart")
        return chart.picture()

    for key in ("ArrowLeft", "-", "Home", "ArrowRight", "End", "+"):
        moved_by(lambda pressed=key: page.keyboard.press(pressed))
    expect(page.locator("#realtime")).to_have_attribute("aria-pressed", "true")
    for name in ("earlier", "wider", "oldest", "later", "newest", "closer"):
        moved_by(lambda pressed=name: chart.do(pressed))
    box = chart.part("canvas").bounding_box()
    assert box is not None
    page.locator("#search").focus()
    page.mouse.click(box["x"] + 60, box["y"] + 60)
    expect(chart.face).to_be_focused()


def test_the_current_order_s_instrument_is_shown_by_its_key_or_button_and_not_by_itself(
    open_as: Open, trader: Trader
) -> None:
    bitcoin = trader.place(symbol="BTCUSD", quantity="1", price="60000")
    apple = trader.place()
    blotter = open_as(trader)
    page = blotter.page
    chart = Chart(page, {"AAPL": wave(), "BTCUSD": wave(middle=60000)})
    expect(blotter.row(apple["id"])).to_be_visible()

    page.keyboard.press("j")
    page.keyboard.press("g")
    chart.until("ready")
    expect(page.locator("#chart-symbol")).to_have_value("AAPL")
    page.keyboard.press("j")
    expect(blotter.row(bitcoin["id"])).to_be_focused()
    expect(page.locator("#chart-symbol")).to_have_value("AAPL")
    page.keyboard.press("g")
    expect(page.locator("#chart-symbol")).to_have_value("BTCUSD")
    page.keyboard.press("g")
    expect(chart.root).to_be_hidden()
    blotter.row(apple["id"]).locator(".row-toggle").click()
    page.locator(".details").get_by_role("button", name="Chart").click()
    expect(chart.root).to_be_visible()
    expect(page.locator("#chart-symbol")).to_have_value("AAPL")


def test_the_chart_is_told_from_the_truth_while_the_server_is_not_heard(
    open_as: Open, own_trader: Trader, line: Proxy
) -> None:
    blotter = open_as(own_trader, at=line)
    chart = Chart(blotter.page, {"AAPL": wave()})
    chart.open()
    chart.until("ready")

    line.blackhole()
    away = re.compile(r"(No contact with the server|Offline) since \d\d:\d\d:\d\d\.$")
    expect(chart.part("away")).to_have_text(away)
    expect(chart.face).to_have_attribute("aria-label", away)
    chart.until("ready")
    read = len(chart.asked)
    own_trader.place(price="585.2")
    line.forward()
    blotter.page.evaluate("dispatchEvent(new Event('online'))")
    blotter.until_state("live")

    expect(chart.part("away")).to_be_empty()
    wait_for(lambda: len(chart.asked) > read, "the bars read again")
    chart.until_lines("BUY 100, waiting at 585.20")


def test_signed_out_nobody_s_orders_stay_on_the_chart(open_as: Open, trader: Trader) -> None:
    trader.place(price="585.2")
    blotter = open_as(trader)
    chart = Chart(blotter.page, {"AAPL": wave()})
    chart.open()
    chart.until_lines("BUY 100, waiting at 585.20")

    blotter.page.evaluate("document.querySelector('form[action*=logout]').target = 'elsewhere'")
    blotter.page.evaluate("document.querySelector('form[action*=logout]').submit()")
    expect(blotter.page.locator("#signed-out")).to_be_visible()
    assert chart.lines() == []
    assert chart.part("legend").text_content() == ""


def test_the_picture_follows_the_theme_and_names_the_maker_of_its_library(open_as: Open, trader: Trader) -> None:
    page = open_as(trader, color_scheme="light").page
    chart = Chart(page, {"AAPL": wave()})
    chart.open()
    chart.until("ready")
    wait_for(lambda: chart.pixel() == [255, 255, 255], "a light chart")

    page.emulate_media(color_scheme="dark")

    wait_for(lambda: chart.pixel() == [18, 25, 32], "a dark chart")
    link = chart.root.get_by_role("link", name="TradingView")
    expect(link).to_be_visible()
    expect(link).to_have_attribute("href", re.compile(r"^https://www\.tradingview\.com/"))
    expect(link).to_have_css("position", "absolute")
    expect(chart.root).to_contain_text("TradingView Lightweight Charts™ Copyright (с) 2025 TradingView, Inc.")


def test_beside_the_chart_a_desk_still_shows_fourteen_orders(open_as: Open, trader: Trader) -> None:
    populate(trader)
    sideways = "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('#orders-scroll'))"
    page = open_as(trader).page
    chart = Chart(page, {"AAPL": wave()})
    chart.open()

    def fits(rows: int) -> bool:
        is_full = page.evaluate(ROWS_IN_SIGHT) >= rows
        return is_full and page.evaluate(OVERFLOW) == {"right": 0, "down": 0} and page.evaluate(sideways) == 0

    for viewport, rows in ((DESK, 14), (LAPTOP, 9)):
        page.set_viewport_size(viewport)
        page.reload()
        chart.until("ready")
        wait_for(lambda rows=rows: fits(rows), f"room for {rows} orders")
        page.click("#new-order")
        expect(page.locator("#ticket [name=symbol]")).to_be_focused()
        wait_for(lambda rows=rows: fits(rows), f"room for {rows} orders beside the ticket")


def no_sideways_scroll(page: Page) -> bool:
    inside = page.evaluate("""[...document.querySelectorAll("#chart, #chart *")]
        .filter((box) => box.checkVisibility() && getComputedStyle(box).overflowX !== "hidden"
            && box.scrollWidth > box.clientWidth + 1 && box.clientWidth > 0 && !box.matches(".visually-hidden, canvas"))
        .map((box) => box.outerHTML.slice(0, 80))""")
    assert inside == []
    return bool(page.evaluate(OVERFLOW)["right"] == 0)


def test_a_phone_has_the_chart_as_a_tab_with_targets_for_fingers(open_as: Open, trader: Trader) -> None:
    trader.place(price="585.2")
    page = open_as(trader, **TOUCH).page
    chart = Chart(page, {"AAPL": wave()})
    page.get_by_role("button", name="Chart", exact=True).first.click()
    chart.choose("AAPL")
    chart.until("ready")

    expect(page.locator("#orders")).to_be_hidden()
    chart.until_lines("BUY 100, waiting at 585.20")
    assert page.evaluate(SMALL_TARGETS) == []
    assert no_sideways_scroll(page)
    chart.do("table")
    assert page.evaluate(SMALL_TARGETS) == []
    assert no_sideways_scroll(page)
    page.get_by_role("button", name="Orders", exact=True).click()
    expect(chart.root).to_be_hidden()
    page.locator("#orders tbody tr[data-order-id]").first.click()
    page.locator(".details").get_by_role("button", name="Chart").click()
    expect(chart.root).to_be_visible()


def test_nobody_is_kept_out_by_the_chart(open_as: Open, trader: Trader) -> None:
    trader.place(price="585.2")
    page = open_as(trader, reduced_motion="reduce").page
    chart = Chart(page, {"AAPL": wave(), "BTCUSD": [], "ETHUSD": 404})
    chart.open()
    chart.until("ready")
    chart.do("table")
    assert len(chart.table()) == 30
    expect(page.get_by_role("table", name="One-minute bars")).to_be_visible()
    assert serious_violations(page) == [], "chart and table"
    for symbol, state in {"BTCUSD": "empty", "ETHUSD": "failed"}.items():
        chart.choose(symbol)
        chart.until(state)
        assert serious_violations(page) == [], state
    assert page.evaluate("document.getAnimations().length") == 0


# Collects what is drawn as text on any canvas, and which marks of the time axis were drawn past its edge.
DRAWN = """
window.drawn = new Set();
window.cut = [];
const { fillText } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.fillText = function (text, x, ...where) {
  window.drawn.add(text);
  if (this.textAlign === "center" && /^(\\d\\d:\\d\\d|\\d\\d \\w{3}|\\w{3} \\d\\d)$/.test(text)) {
    const [half, edge] = [this.measureText(text).width / 2, this.canvas.width / this.getTransform().a];
    if (x < half || x + half > edge) window.cut.push(`${text} at ${x} of ${edge}`);
  }
  return fillText.call(this, text, x, ...where);
};
"""


def test_who_has_scrolled_back_stays_there_and_sees_whole_marks_of_their_own_days_and_the_orders_own_prices(
    open_as: Open, trader: Trader
) -> None:
    order = trader.place(price="585.1")
    blotter = open_as(trader, timezone_id="Asia/Kolkata", live=False)
    page = blotter.page
    page.add_init_script(DRAWN)

    def exact(route: Route) -> None:
        answer = {"count": 1, "next": None, "previous": None, "results": [order | {"price": "585.12345"}]}
        route.fulfill(content_type="application/json", body=json.dumps(answer))

    page.route("**/api/orders/?symbol=*", exact)
    page.reload()
    blotter.until_state("live")
    history = wave(1530)
    chart = Chart(page, {"AAPL": history[:1500]})
    chart.own()
    chart.until("ready")
    chart.until_lines("BUY 100, waiting at 585.12345")
    wait_for(lambda: page.evaluate("drawn.has('585.12345')"), "the order's own price on the axis")

    for _ in range(12):
        chart.do("wider")
    for _ in range(12):  # midnight may be as far away as the oldest bar
        chart.do("earlier")
    dated = "[...drawn].some((text) => /^(\\d\\d \\w{3}|\\w{3} \\d\\d)$/.test(text))"
    wait_for(lambda: page.evaluate(dated), "a date on the axis")
    chart.do("newest")
    for _ in range(8):
        chart.do("closer")
    for _ in range(30):
        chart.do("earlier")
    assert page.evaluate("window.cut") == []
    box = chart.face.bounding_box()
    assert box is not None

    def pointed() -> str | None:
        """The bar under the same place of the picture."""
        for x in (99, 100):
            page.mouse.move(box["x"] + x, box["y"] + 100)
        return chart.part("legend").text_content()

    newest = chart.part("legend").text_content()
    wait_for(lambda: pointed() != newest, "a bar of the past under the pointer")
    before = pointed()
    # As many have come as are kept no more.
    chart.answers["AAPL"] = [*history[30:-1], history[-1] | {"close": "599.00", "high": "599.00"}]
    page.evaluate("window.chart.refetch()")
    expect(chart.part("last")).to_have_text("599.00")
    wait_for(lambda: pointed() == before, "the same bar under the pointer")
