"""The order table shows what is asked for: sorted, searched, filtered and paged as REST does it, and it stays so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial

from playwright.sync_api import Locator, Route, expect

from tests.browser.blotter import Blotter, Holding, Requests, ids
from tests.browser.waiting import wait_for
from tests.traders import Trader, new_order

Open = Callable[..., Blotter]


def varied_orders() -> list[dict[str, object]]:
    """Every type, with and without prices, amounts that text would sort wrongly, and texts that locales would."""
    texts = ["", "Zebra", "apple", "Éclair", "éclair", "10", "9", "_", "😀", "\uff21", "a b", "apple"]
    types = {
        "limit": {"price": "99.5"},
        "market": {"price": None},
        "stop": {"price": None, "stop_price": "101"},
        "stop_limit": {"price": "1000", "stop_price": "20.25"},
    }
    orders = []
    for number, text in enumerate(texts):
        order_type = list(types)[number % 4]
        terms = {"symbol": ("MSFT", "AAPL", "BAC")[number % 3], "side": ("buy", "sell")[number % 2], "text": text}
        quantity = str((9, 10, 100, 2000)[number // 3])
        orders.append(new_order(order_type=order_type, quantity=quantity, **types[order_type], **terms))
    return orders


def other_direction(head: Locator, before: str | None) -> str | None:
    now = head.get_attribute("aria-sort")
    return None if now == before else now


def test_every_column_sorts_as_rest_does_also_after_live_changes(open_as: Open, trader: Trader) -> None:
    placed = trader.place_many(varied_orders())
    for order, quantity in zip(placed[2:6], ("2", "9", "3", "10"), strict=True):
        trader.fill(order, quantity, "9.75")
    trader.report(placed[6], "reject", text="No")
    blotter = open_as(trader, viewport={"width": 2400, "height": 900})
    blotter.page.select_option("#page-size", "100")
    columns = blotter.page.locator("#orders thead th:not(.dt-orderable-none, .figure)").evaluate_all(
        "heads => heads.map((head) => /col-(\\w+)/.exec(head.className)[1])"
    )
    assert len(columns) == 18

    for number, column in enumerate(columns):
        head = blotter.page.locator(f"#orders thead th.col-{column}")
        directions = set()
        for look in (1, 2):
            before = head.get_attribute("aria-sort")
            head.click()
            direction = wait_for(partial(other_direction, head, before), f"sorting by {column}")
            directions.add(direction)
            expect(blotter.page.locator("#orders-scroll.is-loading")).to_have_count(0)
            ordering = ("-" if direction == "descending" else "") + column

            if look == 2:
                kept = trader.place(symbol="GE", price=("50.25", "2000")[number % 2], quantity="50", text=f"{number}")
                trader.fill(kept, "20", "75")

            blotter.until_ids(ids(trader.orders(ordering=ordering)))
        assert directions == {"ascending", "descending"}


def test_the_search_finds_what_rest_finds_and_counts_ignore_it(open_as: Open, trader: Trader) -> None:
    orders = [new_order(text="Iceberg"), new_order(client_order_id="ice-1"), new_order(symbol="BAC")]
    trader.place_many(orders)
    blotter = open_as(trader)

    blotter.page.fill("#search", "ICE")
    found = ids(trader.orders(search="ICE"))
    assert len(found) == 2
    blotter.until_ids(found)
    expect(blotter.page.locator("#totals")).to_have_text("1–2 of 2 orders, filtered from 3")
    assert blotter.counts()["all"] == 3

    late = trader.place(text="nice")
    trader.place(text="unsought")

    blotter.until_ids([late["id"], *found])
    expect(blotter.page.locator("[data-count=all]")).to_have_text("5")

    sold = trader.place(symbol="MSFT", side="sell")
    trader.place(symbol="MSFT")
    blotter.page.fill("#search", "microsoft sell")
    blotter.until_ids([sold["id"]])
    later = trader.place(symbol="MSFT", side="sell")
    trader.place(side="sell")
    blotter.until_ids([later["id"], sold["id"]])


def test_filters_show_what_rest_shows_and_go_by_their_chips(open_as: Open, trader: Trader) -> None:
    placed = trader.place_many(varied_orders())
    trader.fill(placed[0], "9")
    blotter = open_as(trader)
    page = blotter.page

    page.click("#filters-toggle")
    page.fill("#filters [name=symbol]", "aapl, MSFT")
    page.select_option("#filters [name=side]", "buy")
    page.check("#filters [value=pending_new]")
    page.check("#filters [value=rejected]")
    page.click("#filters button[type=submit]")

    chosen = {"symbol": "AAPL,MSFT", "side": "buy", "status": "pending_new,rejected"}
    found = ids(trader.orders(**chosen))
    assert 0 < len(found) < len(placed)
    blotter.until_ids(found)

    inside = trader.place(symbol="MSFT")
    trader.place(symbol="MSFT", side="sell")
    trader.place(symbol="BAC")
    blotter.until_ids([inside["id"], *found])

    page.get_by_role("button", name="Remove the filter BUY").click()
    blotter.until_ids(ids(trader.orders(symbol="AAPL,MSFT", status="pending_new,rejected")))
    page.get_by_role("button", name="Remove the filter AAPL, MSFT").press("Enter")
    blotter.until_ids(ids(trader.orders(status="pending_new,rejected")))
    last = page.get_by_role("button", name="Remove the filter Waiting")
    expect(last).to_be_focused()
    last.press("Enter")
    expect(page.locator("#filters-toggle")).to_be_focused()


def test_what_is_chosen_or_typed_in_the_filters_acts_by_itself_and_nothing_is_taken_from_who_types(
    open_as: Open, trader: Trader
) -> None:
    trader.place_many(varied_orders())
    blotter = open_as(trader)
    page = blotter.page
    card, chips = page.locator("#filters"), page.locator("#chips .chip")
    symbol = card.locator("[name=symbol]")
    after, before = card.locator("[name=created_after]"), card.locator("[name=created_before]")

    page.click("#filters-toggle")
    card.locator("[name=side]").select_option("sell")
    blotter.until_ids(ids(trader.orders(side="sell")))
    card.locator("[value=pending_new]").check()
    expect(chips).to_have_text(["SELL×", "Waiting for broker×"])
    symbol.press_sequentially("aapl, ")
    blotter.until_ids(ids(trader.orders(side="sell", symbol="AAPL")))
    expect(chips).to_have_text(["AAPL×", "SELL×", "Waiting for broker×"])
    expect(symbol).to_have_value("aapl, ")
    expect(symbol).to_be_focused()
    symbol.press_sequentially("msft")
    symbol.press("Enter")
    expect(card).to_be_hidden()
    blotter.until_ids(ids(trader.orders(side="sell", symbol="AAPL,MSFT")))

    page.click("#filters-toggle")
    expect(symbol).to_have_value("AAPL, MSFT")
    before.fill("2020-01-30T00:00:00")
    blotter.until_ids([])
    after.fill("2020-01-31T00:00:00")
    expect(card.locator("[data-error=created_before]")).to_have_text("Must be after “Placed from”.")
    expect(after).to_be_focused()
    expect(chips).to_have_count(4)
    card.get_by_role("button", name="Done").click()
    expect(before).to_be_focused()
    card.get_by_role("button", name="Clear").click()
    expect(card).to_be_hidden()
    blotter.until_ids(ids(trader.orders()))
    expect(after).to_have_value("")


def test_a_type_and_a_time_can_be_filtered_by(open_as: Open, trader: Trader) -> None:
    trader.place_many(varied_orders())
    blotter = open_as(trader, timezone_id="America/New_York")
    page = blotter.page

    page.click("#filters-toggle")
    page.select_option("#filters [name=order_type]", "stop_limit")
    page.fill("#filters [name=created_after]", "2020-01-01T00:00:00")
    page.click("#filters button[type=submit]")
    blotter.until_ids(ids(trader.orders(order_type="stop_limit")))

    page.click("#filters-toggle")
    page.fill("#filters [name=created_before]", "2020-01-02T00:00:00")
    page.click("#filters button[type=submit]")

    blotter.until_ids([])
    expect(page.get_by_text("No orders match the search and filters")).to_be_visible()
    page.get_by_role("button", name="Show all orders").click()
    blotter.until_ids(ids(trader.orders()))


def test_pages_are_as_long_as_asked_and_stay_so_after_a_reload(open_as: Open, trader: Trader) -> None:
    trader.place_many([new_order() for _ in range(57)])
    newest = ids(trader.orders())
    blotter = open_as(trader)
    blotter.until_ids(newest[:25])

    for size in (100, 50, 10):
        blotter.page.select_option("#page-size", str(size))
        blotter.until_ids(newest[:size])
    expect(blotter.page.locator("#totals")).to_have_text("1–10 of 57 orders")
    blotter.page.get_by_role("button", name="Last page").click()
    blotter.until_ids(newest[50:])
    expect(blotter.page.locator("#totals")).to_have_text("51–57 of 57 orders")

    blotter.page.reload()

    blotter.until_ids(newest[:10])


def test_rows_from_elsewhere_are_asked_for_and_not_once_for_each_event(open_as: Open, trader: Trader) -> None:
    trader.place_many([new_order() for _ in range(60)])
    blotter = open_as(trader)
    page = blotter.page
    requests = Requests(blotter)
    page.get_by_role("button", name="Next page").click()
    expect(page.locator("#page-number")).to_have_text("2 / 3")
    requests.forget()

    trader.place_many([new_order() for _ in range(100)])

    blotter.until_ids(ids(trader.orders())[25:50])
    assert 1 <= len(requests.sent()) < 100

    with page.expect_response(lambda answer: "AAPL" in answer.url):
        page.fill("#search", "AAPL")
    requests.forget()
    trader.place_many([new_order() for _ in range(100)])

    blotter.until_ids(ids(trader.orders())[:25])
    assert 1 <= len(requests.sent()) < 100


MANY = [f"X{number}" for number in range(51)]
TOO_MANY = re.compile(r"/api/orders/\?.*X50")


def test_a_late_refusal_of_filters_takes_nothing_from_what_is_typed_by_then(open_as: Open, trader: Trader) -> None:
    page = open_as(trader).page
    asking = Holding(page, TOO_MANY, "GET")
    error = page.locator("#filters [data-error=created_before]")
    page.click("#filters-toggle")
    page.fill("#filters [name=created_after]", "2026-01-31T00:00:00")
    expect(page.locator("#chips .chip")).to_have_count(1)
    page.fill("#filters [name=symbol]", ", ".join(MANY))
    refused = asking.next()
    page.fill("#filters [name=created_before]", "2026-01-30T00:00:00")
    expect(error).to_have_text("Must be after “Placed from”.")

    with page.expect_event("requestfinished", lambda request: request == refused.request):
        refused.continue_()
    expect(page.locator("#orders-scroll.is-loading")).to_have_count(0)
    expect(error).to_have_text("Must be after “Placed from”.")
    expect(page.locator("#filters [data-error=symbol]")).to_be_empty()


def test_what_the_server_refuses_is_told_at_its_field_once_and_the_page_stays_live(
    open_as: Open, trader: Trader
) -> None:
    trader.place(symbol="MSFT")
    order = trader.place()
    blotter = open_as(trader)
    page = blotter.page
    requests = Requests(blotter)
    page.click("#filters-toggle")
    page.fill("#filters [name=symbol]", "\u202dAAPL\u202c\u200e")
    page.click("#filters button[type=submit]")
    blotter.until_ids([order["id"]])

    page.click("#filters-toggle")
    page.fill("#filters [name=symbol]", ", ".join(MANY))
    page.fill("#filters [name=created_after]", "2026-01-31T00:00:00")
    page.fill("#filters [name=created_before]", "2026-01-30T00:00:00")
    page.click("#filters button[type=submit]")
    expect(page.locator("#filters [data-error=created_before]")).to_have_text("Must be after “Placed from”.")
    page.fill("#filters [name=created_before]", "")
    expect(page.locator("#filters [data-error=created_before]")).to_be_empty()
    requests.forget()
    page.click("#filters button[type=submit]")
    expect(page.locator("#filters [data-error=symbol]")).to_have_text("At most 50 values.")
    expect(page.locator("#filters [name=symbol]")).to_be_focused()
    expect(page.locator("#chips .chip")).to_have_text(["AAPL×"])
    expect(page.locator("#orders-scroll.is-loading")).to_have_count(0)
    late = trader.place()
    trader.place(symbol="MSFT")
    blotter.until_ids([late["id"], order["id"]])
    assert len([url for url in requests.sent() if "X50" in url]) == 1

    remembered = {"tab": "working", "filters": {"symbol": MANY, "side": "buy"}}
    key = f"order-monitor.{trader.name}/table"
    page.evaluate("([key, value]) => localStorage.setItem(key, value)", [key, json.dumps(remembered)])
    page.reload()
    blotter.until_state("live")
    blotter.until_ids(ids(trader.orders()))
    expect(page.locator("#notices .notice")).to_contain_text("Removed from the table’s query")
    expect(page.locator("#chips .chip")).to_have_text(["BUY×"])
    page.reload()
    blotter.until_state("live")
    expect(page.locator("#notices .notice")).to_have_count(0)


def test_a_page_whose_table_is_refused_says_so_and_is_live_all_the_same(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)
    page = blotter.page
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        body = {"code": "not_found", "message": "Not found."}
        route.fulfill(status=404, content_type="application/json", body=json.dumps(body))

    page.route("**/api/orders/?*format=datatables*", refuse)
    page.reload()

    expect(page.locator("#orders-failed")).to_contain_text("Not found.")
    expect(page.locator("#orders-failed")).not_to_contain_text("Trying again")
    blotter.until_state("live")
    order = trader.place()
    expect(page.locator(f'#monitor tr[data-seq="{trader.head()}"]')).to_be_visible()
    assert len(asked) == 1
    page.unroute("**/api/orders/?*format=datatables*")
    blotter.tab("working")
    blotter.until_ids([order["id"]])


def test_as_many_rows_as_fit_are_asked_for_where_somebody_wants_that(open_as: Open, trader: Trader) -> None:
    trader.place_many([new_order() for _ in range(40)])
    newest = ids(trader.orders())
    blotter = open_as(trader)
    page = blotter.page

    page.select_option("#page-size", "auto")

    wait_for(lambda: len(blotter.ids()) != 25, "another number of rows")
    fitting = len(blotter.ids())
    room = page.evaluate("document.querySelector('#orders-scroll').clientHeight") - 31
    assert fitting * 30 <= room < (fitting + 1) * 30
    blotter.until_ids(newest[:fitting])
    page.set_viewport_size({"width": 1440, "height": 1200})
    blotter.until_ids(newest[: fitting + 10])
    page.reload()
    blotter.until_ids(newest[: fitting + 10])
    expect(page.locator("#page-size")).to_have_value("auto")
