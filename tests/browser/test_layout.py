"""The page fits its screen, from a desk to a phone, in both themes, and everybody can use it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.blotter import MARKS, Blotter, serious_violations
from tests.browser.waiting import wait_for
from tests.servers import Server
from tests.traders import Trader, new_order

Open = Callable[..., Blotter]

DESK = {"width": 1440, "height": 900}
LAPTOP = {"width": 1024, "height": 768}
PHONE = {"width": 360, "height": 740}
TOUCH = {"viewport": PHONE, "has_touch": True, "is_mobile": True}

FIELDS = (
    "id client_order_id user symbol side order_type time_in_force quantity price stop_price status cum_qty leaves_qty "
    "avg_price text version created_at updated_at arrival_price"
)
HOOKS = [
    "#orders",
    "#orders tbody tr[data-order-id]",
    *(f"#orders tbody td[data-field={field}]" for field in FIELDS.split(" ")),
    "#monitor",
    "#monitor tbody tr[data-seq]",
    "#monitor [data-monitor=count]",
    "#realtime[aria-pressed]",
    "#connection[data-state]",
    *(f"#latency [data-latency={figure}]" for figure in ("last", "p50", "p95", "p99")),
    *(f"#stream [data-stream={figure}]" for figure in ("seq", "head", "gaps", "duplicates")),
]

# The page goes on from here a day later.
TOMORROW = """() => {
  const Today = Date;
  const day = 24 * 60 * 60 * 1000;
  window.Date = class extends Today {
    constructor(...parts) {
      super(...(parts.length === 0 ? [Today.now() + day] : parts));
    }
    static now() {
      return Today.now() + day;
    }
  };
}"""

ROWS_IN_SIGHT = """() => {
  const scroll = document.querySelector("#orders-scroll").getBoundingClientRect();
  const top = document.querySelector("#orders thead").getBoundingClientRect().bottom;
  return [...document.querySelectorAll("#orders tbody tr[data-order-id]")]
    .map((row) => row.getBoundingClientRect())
    .filter((box) => box.top >= top - 1 && box.bottom <= scroll.bottom + 1 && box.height > 0).length;
}"""

OVERFLOW = """() => {
  const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.documentElement;
  return { right: scrollWidth - clientWidth, down: scrollHeight - clientHeight };
}"""

# What a finger can hit and what is less than 44 px high or wide; a field's label is part of it.
SMALL_TARGETS = """() => [...document.querySelectorAll("button, a, input, select, summary")].flatMap((element) => {
  const target = element.matches("[type=checkbox], [type=radio]") ? element.closest("label") : element;
  const box = target.getBoundingClientRect();
  const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  if (hit === null || !target.contains(hit) || (box.height > 43.5 && box.width > 43.5)) return [];
  return [`${target.id || target.className || target.name}: ${box.width.toFixed()} x ${box.height.toFixed()}`];
})"""


# The boxes in sight whose label, which is what one presses, is less than 24 px wide or high.
SMALL_BOXES = """() => [...document.querySelectorAll("[type=checkbox]")].filter((box) => {
  const { width, height } = box.closest("label").getBoundingClientRect();
  return box.checkVisibility() && Math.min(width, height) < 24;
}).map(({ id, value }) => id || value)"""

# Targets that are too small, or too near the next, for an unsteady hand. axe looks for these only where it is asked to.
CROWDED = """async (within) => {
  const { violations } = await axe.run(within, { runOnly: ["target-size"] });
  return violations.flatMap(({ nodes }) => nodes.map(({ target }) => String(target)));
}"""


def populate(trader: Trader, number: int = 40) -> list[dict[str, Any]]:
    """A book of all statuses."""
    placed = trader.place_many([new_order(text="a note of the desk's") for _ in range(number)])
    trader.fill(placed[-1], "40")
    trader.fill(placed[-2], "100")
    trader.report(placed[-3], "reject", text="Insufficient buying power, by a long way, and for the second time")
    trader.report(placed[-4], "cancel")
    trader.report(placed[-5], "accept")
    return placed


def show_event(blotter: Blotter, trader: Trader) -> dict[str, Any]:
    """Something has happened, so that both tables and all figures are filled."""
    order = trader.place(side="sell", text="the newest")
    expect(blotter.page.locator("#monitor tbody tr[data-seq]")).not_to_have_count(0)
    expect(blotter.row(order["id"])).to_be_attached()
    return order


def test_a_desk_shows_fourteen_orders_above_the_open_monitor_and_never_scrolls(open_as: Open, trader: Trader) -> None:
    populate(trader)
    blotter = open_as(trader, viewport=DESK)
    show_event(blotter, trader)

    check_hooks(blotter.page)
    assert blotter.page.evaluate(ROWS_IN_SIGHT) >= 14
    monitor = blotter.page.locator("#monitor").bounding_box()
    assert monitor is not None
    assert monitor["height"] == 200
    assert blotter.page.evaluate(OVERFLOW) == {"right": 0, "down": 0}
    blotter.page.click("#new-order")
    assert blotter.page.evaluate(ROWS_IN_SIGHT) >= 14
    assert blotter.page.evaluate(OVERFLOW) == {"right": 0, "down": 0}

    before = blotter.page.evaluate(ROWS_IN_SIGHT)
    blotter.page.locator("#monitor-toggle").click()
    wait_for(lambda: blotter.page.evaluate(ROWS_IN_SIGHT) > before, "room for more orders")
    blotter.page.reload()
    expect(blotter.page.locator("#monitor-toggle")).to_have_attribute("aria-expanded", "false")


def test_a_laptop_hides_what_a_row_opens_to(open_as: Open, trader: Trader) -> None:
    populate(trader)
    blotter = open_as(trader, viewport=LAPTOP)
    show_event(blotter, trader)

    check_hooks(blotter.page)
    row = blotter.page.locator("#orders tbody tr[data-order-id]").first
    for field in ("leaves_qty", "stop_price", "time_in_force", "client_order_id"):
        expect(row.locator(f"td[data-field={field}]")).to_be_hidden()
    for field in ("created_at", "symbol", "side", "quantity", "cum_qty", "price", "status"):
        expect(row.locator(f"td[data-field={field}]")).to_be_visible()
    expect(row.locator("td.col-toggle")).to_be_visible()
    assert blotter.page.evaluate(OVERFLOW) == {"right": 0, "down": 0}


def nothing(page: Page) -> None:
    """As it opens."""


def open_ticket(page: Page) -> None:
    page.locator("#new-order").click()


def open_filters(page: Page) -> None:
    page.locator("#filters-toggle").click()


def open_details(page: Page) -> None:
    page.locator("#details-toggle").click()


def open_menu(page: Page) -> None:
    page.locator(".user-menu summary").click()


def see_stream(page: Page) -> None:
    page.get_by_role("button", name="Stream", exact=True).first.click()
    expect(page.locator("#monitor")).to_be_visible()
    expect(page.locator("#orders")).to_be_hidden()


def open_row(page: Page) -> None:
    page.locator("#orders tbody tr[data-order-id]").first.click()
    expect(page.locator(".details")).to_be_visible()


def amend(page: Page) -> None:
    open_row(page)
    page.get_by_role("button", name="Amend").first.click()
    expect(page.locator("form.amend")).to_be_visible()


def ask_to_cancel(page: Page) -> None:
    open_row(page)
    page.get_by_role("button", name="Cancel").first.click()
    expect(page.get_by_role("button", name="Yes, cancel")).to_be_visible()


STATES = [nothing, open_ticket, open_filters, open_details, open_menu, see_stream, open_row, amend, ask_to_cancel]


def test_a_phone_has_no_sideways_scroll_and_targets_for_fingers_whatever_is_open(open_as: Open, trader: Trader) -> None:
    populate(trader)
    blotter = open_as(trader, **TOUCH)
    show_event(blotter, trader)
    page = blotter.page

    for state in STATES:
        state(page)
        small = page.evaluate(SMALL_TARGETS)
        assert small == [], f"{state.__name__}: {small}"
        assert page.evaluate(OVERFLOW)["right"] == 0, state.__name__
        inside = page.evaluate("""[...document.querySelectorAll(".scroll, .popover-card, .ticket, .strip, .bar")]
            .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.id || box.className)""")
        assert inside == [], state.__name__
        page.reload()
        blotter.until_state("live")
        expect(page.locator("#orders tbody tr[data-order-id]").first).to_be_attached()


def test_a_phone_shows_cards_of_two_lines_and_the_stream_as_a_tab(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader, **TOUCH)
    order = show_event(blotter, trader)

    check_hooks(blotter.page)
    card = blotter.row(order["id"]).bounding_box()
    assert card is not None
    assert 44 <= card["height"] <= 70
    expect(blotter.page.locator("#monitor")).to_be_hidden()
    expect(blotter.page.locator("#connection")).to_be_visible()
    expect(blotter.page.locator("[data-latency=p50]")).to_be_visible()
    see_stream(blotter.page)
    expect(blotter.page.locator("#monitor tbody tr[data-seq]").first).to_be_visible()


def check_hooks(page: Page) -> None:
    """Everything that is promised is in the document, once."""
    missing = [hook for hook in HOOKS if page.locator(hook).count() == 0]
    assert missing == []
    twice = [hook for hook in HOOKS if "tbody" not in hook and page.locator(hook).count() > 1]
    assert twice == []


def test_nobody_is_kept_out_by_the_page(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)
    page = blotter.page
    assert serious_violations(page) == [], "empty"

    order = populate(trader, 8)[0]
    show_event(blotter, trader)
    expect(page.locator("#orders :is(.cell-changed, .row-new)")).to_have_count(0)
    assert serious_violations(page) == [], "full"

    open_ticket(page)
    page.click("#ticket [type=submit]")
    expect(page.locator("#ticket [data-error=symbol]")).not_to_be_empty()
    page.locator("#orders td.col-toggle").first.click()
    trader.report(order, "reject", text="No")
    expect(page.locator("#notices .notice").filter(has_text="day. No")).to_be_visible()
    assert serious_violations(page) == [], "ticket, details and a notice"

    open_filters(page)
    assert serious_violations(page) == [], "filters"
    assert page.evaluate(CROWDED, "#filters") == []
    assert page.evaluate(SMALL_BOXES) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_label("Use single-key shortcuts")).to_be_visible()
    assert page.evaluate(SMALL_BOXES) == []
    page.keyboard.press("Escape")
    open_details(page)
    assert serious_violations(page) == [], "latency"


def test_nobody_is_kept_out_by_the_phone_s_page_or_the_sign_in(open_as: Open, server: Server, trader: Trader) -> None:
    populate(trader, 6)
    blotter = open_as(trader, **TOUCH)
    show_event(blotter, trader)
    ask_to_cancel(blotter.page)
    assert serious_violations(blotter.page) == [], "phone"

    blotter.page.context.clear_cookies()
    blotter.page.goto(f"{server.url}/accounts/login/")
    assert serious_violations(blotter.page) == [], "sign-in"


def test_nothing_flashes_where_less_motion_is_wanted(open_as: Open, trader: Trader) -> None:
    order = trader.place()
    blotter = open_as(trader, reduced_motion="reduce")
    blotter.page.evaluate(MARKS)

    trader.fill(order, "40")
    new = trader.place()

    expect(blotter.cell(order["id"], "cum_qty")).to_have_text("40")
    expect(blotter.row(new["id"])).to_be_visible()
    assert blotter.page.evaluate("[...window.marks]") == []
    assert blotter.page.evaluate("document.getAnimations().length") == 0


def test_the_theme_is_the_systems_until_somebody_chooses(open_as: Open, trader: Trader) -> None:
    page = open_as(trader, color_scheme="dark").page
    html = page.locator("html")
    expect(html).to_have_attribute("data-bs-theme", "dark")

    page.emulate_media(color_scheme="light")
    expect(html).to_have_attribute("data-bs-theme", "light")
    page.click("#theme")
    page.click("#theme")
    expect(html).to_have_attribute("data-bs-theme", "dark")
    page.reload()

    expect(html).to_have_attribute("data-bs-theme", "dark")


def test_figures_have_their_instruments_decimals_and_times_are_local_and_yesterday_s_say_so(
    open_as: Open, trader: Trader
) -> None:
    order = trader.place(price="585.3")
    blotter = open_as(trader, timezone_id="Asia/Tokyo", locale="en-GB")

    expect(blotter.cell(order["id"], "price")).to_have_text("585.30")
    expect(blotter.cell(order["id"], "price")).to_have_css("text-align", "right")
    time = blotter.cell(order["id"], "created_at")
    hour = (int(order["created_at"][11:13]) + 9) % 24
    expect(time).to_contain_text(f"{hour:02}{order['created_at'][13:19]}")
    expect(time).to_have_attribute("title", order["created_at"].replace("T", " ").replace("Z", " UTC"))
    expect(blotter.cell(order["id"], "side")).to_have_css("color", "rgb(11, 92, 173)")

    blotter.page.evaluate(TOMORROW)
    day = datetime.fromisoformat(order["created_at"]) + timedelta(hours=9)
    expect(time).to_have_text(re.compile(rf"^{day:%d} \w+.* {day:%H:%M:%S}$"))
