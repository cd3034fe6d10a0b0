"""Orders are placed on the page, by hand and by key, and nothing typed is lost when that goes wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route, expect

from tests.browser.blotter import Blotter, Holding, values_of
from tests.browser.waiting import wait_for
from tests.traders import Trader

Open = Callable[..., Blotter]


def fill_ticket(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"#ticket [name={name}]", value)


def open_ticket(blotter: Blotter, **values: str) -> Page:
    """The ticket with 18 AAPL at 585.33, unless told otherwise."""
    blotter.page.click("#new-order")
    fill_ticket(blotter.page, **({"symbol": "AAPL", "quantity": "18", "price": "585.33"} | values))
    return blotter.page


def test_an_order_is_placed_by_a_button_that_says_it(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)
    page = open_ticket(blotter, symbol="aapl")

    page.get_by_role("button", name="Buy 18 AAPL at 585.33, day").click()

    expect(page.locator("#ticket [data-message]")).to_contain_text("Placed: Buy 18 AAPL at 585.33, day.")
    [order] = trader.orders()
    terms = {name: order[name] for name in ("symbol", "side", "quantity", "price", "order_type", "time_in_force")}
    assert terms == {
        "symbol": "AAPL",
        "side": "buy",
        "quantity": "18",
        "price": "585.33",
        "order_type": "limit",
        "time_in_force": "day",
    }
    expect(blotter.cell(order["id"], "status")).to_have_text("Waiting for broker")
    assert trader.get("/api/events/")["results"][0]["source"] == "page"
    expect(page.locator("#ticket")).to_be_visible()
    assert values_of(page, "#ticket", "symbol", "quantity", "price") == {"symbol": "aapl", "quantity": "", "price": ""}


def test_a_german_reads_and_types_numbers_as_at_home(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader, locale="de-DE")
    page = open_ticket(blotter, quantity="1.000", price="585.33")
    page.locator("#ticket [type=submit]").click()
    expect(page.locator("#ticket [data-error=price]")).to_have_text("Write 585,33 or 58533.")
    page.fill("#ticket [name=price]", "585,3")
    page.get_by_role("button", name="Buy 1.000 AAPL at 585,3, day").click()

    expect(page.locator("#ticket [data-message]")).to_contain_text("Placed: Buy 1.000 AAPL at 585,3, day.")
    [order] = trader.orders()
    assert (order["quantity"], order["price"]) == ("1000", "585.3")
    expect(blotter.cell(order["id"], "quantity")).to_match_aria_snapshot('- cell "1.000"')
    expect(blotter.cell(order["id"], "quantity")).to_have_text("1000")
    expect(blotter.cell(order["id"], "price")).to_have_text("585,30")

    blotter.row(order["id"]).get_by_role("button", name="Amend").click()
    assert values_of(page, "form.amend", "quantity", "price") == {"quantity": "1000", "price": "585,3"}
    page.fill("form.amend [name=price]", "585,40")
    page.get_by_role("button", name="Amend", exact=True).click()
    expect(blotter.cell(order["id"], "price")).to_have_text("585,40")
    assert trader.order(order["id"])["price"] == "585.4"


def test_the_ticket_asks_only_for_what_the_type_needs(open_as: Open, trader: Trader) -> None:
    page = open_ticket(open_as(trader), quantity="5")
    page.locator("#ticket .side-sell").click()
    page.select_option("#ticket [name=time_in_force]", "ioc")
    expect(page.get_by_role("button", name="Sell 5 AAPL at 585.33, IOC")).to_be_visible()

    page.select_option("#ticket [name=order_type]", "market")
    expect(page.locator("#ticket [name=price]")).to_be_hidden()
    page.get_by_role("button", name="Sell 5 AAPL at market, IOC").click()
    expect(page.locator("#ticket [data-message]")).to_contain_text("Placed: Sell 5 AAPL at market")
    page.select_option("#ticket [name=order_type]", "stop_limit")
    fill_ticket(page, quantity="6", price="580", stop_price="581")
    page.get_by_role("button", name="Sell 6 AAPL at 580, stop 581, day").click()
    expect(page.locator("#ticket [data-message]")).to_contain_text("Placed: Sell 6 AAPL")

    newest, older = trader.orders()
    assert (newest["order_type"], newest["price"], newest["stop_price"]) == ("stop_limit", "580", "581")
    assert (older["order_type"], older["price"], older["time_in_force"]) == ("market", None, "ioc")


def test_errors_stand_under_their_fields_until_these_change_and_what_was_typed_stays(
    open_as: Open, trader: Trader
) -> None:
    page = open_ticket(open_as(trader), quantity="-3", price="", text="a note")
    expect(page.locator("[data-symbol-name]")).to_contain_text("Apple")
    fill_ticket(page, symbol="NOPE")
    page.locator("#ticket-title").click()  # the list of symbols goes
    error = "#ticket [data-error={}]".format
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))

    page.click("#ticket [type=submit]")
    expect(page.locator(error("symbol"))).to_have_text("There is no such instrument.")
    expect(page.locator(error("quantity"))).to_have_text("Must be greater than 0.")
    expect(page.locator(error("price"))).to_have_text("Enter a limit price.")
    expect(page.locator("#ticket [name=symbol]")).to_be_focused()
    assert values_of(page, "#ticket", "symbol", "quantity", "text") == {
        "symbol": "NOPE",
        "quantity": "-3",
        "text": "a note",
    }
    fill_ticket(page, quantity="1,1")
    expect(page.locator(error("quantity"))).to_be_empty()
    expect(page.locator(error("symbol"))).not_to_be_empty()
    fill_ticket(page, symbol="AAPL")
    expect(page.locator(error("symbol"))).to_be_empty()
    fill_ticket(page, price="0.001")
    page.click("#ticket [type=submit]")
    expect(page.locator(error("quantity"))).to_have_text("Write 1.1 or 11.")
    assert "POST" not in asked

    fill_ticket(page, quantity="3")
    page.click("#ticket [type=submit]")
    expect(page.locator(error("price"))).to_have_text("Must be a multiple of the tick size 0.01.")
    fill_ticket(page, price="0.01")
    expect(page.locator(error("price"))).to_be_empty()
    page.click("#ticket [type=submit]")
    expect(page.locator("#ticket [data-message]")).to_contain_text("Placed: Buy 3 AAPL")
    [order] = trader.orders()
    trader.report(order, "reject", text="No credit")
    expect(page.locator("#ticket [data-message]")).to_contain_text("Rejected, No credit: Buy 3 AAPL at 0.01, day.")


def test_an_amount_never_stays_for_another_instrument_or_type_and_is_shown_as_it_is_read(
    open_as: Open, trader: Trader
) -> None:
    page = open_ticket(open_as(trader), symbol="BTCUSD", quantity="25,000", price="60,000.50")
    button, message = page.locator("#ticket [type=submit]"), page.locator("#ticket [data-message]")
    expect(button).to_have_text("Buy 25,000 BTCUSD at 60,000.50, day")
    page.locator("#ticket-title").click()
    assert values_of(page, "#ticket", "quantity", "price") == {"quantity": "25000", "price": "60000.50"}
    expect(page.locator("[data-check=worth]")).to_have_text("≈ 1,500,012,500.00 USD")
    expect(page.locator("[data-check=warning-words]")).to_have_text("This is a very large order.")

    page.fill("#ticket [name=symbol]", "AAPL")
    expect(button).to_have_text("Buy 25,000 AAPL at …, day")  # not yet left, and never at that price
    page.press("#ticket [name=symbol]", "Enter")
    expect(page.locator("#ticket [name=price]")).to_have_value("")
    expect(page.locator("#ticket [data-error=price]")).to_have_text("Enter a limit price.")

    fill_ticket(page, quantity="5", price="200")
    page.fill("#ticket [name=symbol]", "eth")
    page.press("#ticket [name=symbol]", "ArrowDown")
    page.press("#ticket [name=symbol]", "Enter")
    expect(message).to_have_text("The amounts entered for AAPL were removed.")
    expect(page.locator("#ticket [name=price]")).to_have_value("")

    fill_ticket(page, price="3000")
    page.focus("#ticket [name=order_type]")
    page.select_option("#ticket [name=order_type]", "stop")
    page.locator("#ticket [name=stop_price]").fill("3100")
    page.select_option("#ticket [name=order_type]", "stop_limit")
    assert values_of(page, "#ticket", "price", "stop_price") == {"price": "", "stop_price": "3100"}
    assert trader.orders() == []


def test_a_send_that_got_no_answer_is_sent_again_and_placed_once_whatever_is_refused_between(
    open_as: Open, trader: Trader
) -> None:
    blotter = open_as(trader)
    page = open_ticket(blotter)
    bodies: list[Any] = []

    def swallow_first_answer(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        bodies.append(route.request.post_data_json)
        if len(bodies) == 1:
            route.fetch()  # it arrives, and its answer is lost
            route.abort("connectionreset")
        elif len(bodies) == 2:
            route.fulfill(status=429, json={"code": "too_many_requests", "message": "Too many requests."})
        else:
            route.continue_()

    page.route("**/api/orders/", swallow_first_answer)
    page.click("#ticket [type=submit]")
    expect(page.locator("#ticket [data-message]")).to_contain_text("No answer from the server")
    expect(page.locator("#ticket [type=submit]")).to_be_focused()
    assert values_of(page, "#ticket", "quantity", "price") == {"quantity": "18", "price": "585.33"}

    page.click("#ticket [type=submit]")
    expect(page.locator("#ticket [data-message]")).to_have_text("Too many requests.")
    page.click("#ticket [type=submit]")

    expect(page.locator("#ticket [data-message]")).to_contain_text("Placed: Buy 18 AAPL")
    assert len(bodies) == 3
    assert bodies[0] == bodies[1] == bodies[2]
    [order] = trader.orders()
    blotter.until_ids([order["id"]])
    page.fill("#ticket [name=quantity]", "4")
    page.fill("#ticket [name=price]", "585.33")
    page.click("#ticket [type=submit]")
    wait_for(lambda: len(trader.orders()) == 2, "the next attempt's own order")


def test_what_is_typed_while_an_order_is_on_its_way_stays_and_so_does_the_focus(open_as: Open, trader: Trader) -> None:
    page = open_ticket(open_as(trader))
    button, message = page.locator("#ticket [type=submit]"), page.locator("#ticket [data-message]")
    holding = Holding(page, "**/api/orders/", "POST")

    button.press("Enter")
    expect(message).to_have_text("Sending …")
    expect(button).to_be_focused()
    expect(button).to_be_disabled()
    page.keyboard.press("Enter")
    fill_ticket(page, quantity="7", price="584")
    holding.next().continue_()
    expect(message).to_contain_text("Placed: Buy 18 AAPL at 585.33, day.")
    assert values_of(page, "#ticket", "quantity", "price") == {"quantity": "7", "price": "584"}
    expect(page.locator("#ticket [name=price]")).to_be_focused()

    button.press("Enter")
    expect(message).to_have_text("Sending …")
    page.focus("#search")
    holding.next().continue_()
    expect(message).to_contain_text("Placed: Buy 7 AAPL at 584, day.")
    assert values_of(page, "#ticket", "quantity", "price") == {"quantity": "", "price": ""}
    expect(page.locator("#search")).to_be_focused()

    fill_ticket(page, quantity="8", price="584")
    button.press("Enter")
    holding.next().continue_()
    expect(message).to_contain_text("Placed: Buy 8 AAPL at 584, day.")
    expect(page.locator("#ticket [name=quantity]")).to_be_focused()
    assert [order["quantity"] for order in trader.orders()] == ["8", "7", "18"]


def test_a_reject_shows_its_reason_in_the_row_and_a_notice_until_dismissed_and_a_fill_makes_none(
    open_as: Open, trader: Trader
) -> None:
    filled, order = trader.place(), trader.place()
    blotter = open_as(trader)
    trader.fill(filled, "100")
    expect(blotter.cell(filled["id"], "status")).to_have_text("Filled")
    expect(blotter.page.locator("#notices .notice")).to_have_count(0)

    trader.report(order, "reject", text="Insufficient buying power")

    expect(blotter.cell(order["id"], "status")).to_have_text("Rejected")
    expect(blotter.cell(order["id"], "text")).to_have_text("Insufficient buying power")
    expect(blotter.cell(order["id"], "status")).to_have_css("color", "rgb(179, 38, 30)")
    notice = blotter.page.locator("#notices .notice").filter(has_text="Insufficient buying power")
    expect(notice).to_contain_text("Rejected: Buy 100 AAPL at 585.33, day.")
    expect(blotter.page.get_by_role("alert")).to_have_count(0)
    notice.get_by_role("button").click()
    expect(notice).to_have_count(0)


def test_the_page_asks_before_it_is_left_with_something_typed(open_as: Open, trader: Trader) -> None:
    order = trader.place()
    blotter = open_as(trader)
    page = open_ticket(blotter)
    amend, note = blotter.row(order["id"]).locator("[data-action=amend]"), page.locator("form.amend [name=text]")

    def reload_and_stay() -> str:
        with page.expect_event("dialog") as asked:
            page.evaluate("setTimeout(() => location.reload())")
        asked.value.dismiss()
        return asked.value.type

    assert reload_and_stay() == "beforeunload"
    assert values_of(page, "#ticket", "quantity", "price") == {"quantity": "18", "price": "585.33"}
    fill_ticket(page, quantity="", price="")
    amend.click()
    note.fill("typed")
    note.press("Escape")
    assert reload_and_stay() == "beforeunload"
    amend.click()
    expect(note).to_have_value("typed")

    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    page.get_by_role("button", name="Discard").click()
    page.reload()
    blotter.until_state("live")
    page.click("#new-order")
    fill_ticket(page, quantity="18")
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("[name=username]")).to_be_visible()
    assert dialogs == []


def test_orders_are_placed_and_cancelled_while_realtime_is_off(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)
    blotter.page.locator("#realtime").click()
    blotter.until_state("off")
    page = open_ticket(blotter)

    page.click("#ticket [type=submit]")

    wait_for(trader.orders, "the order at the server")
    [order] = trader.orders()
    cell = blotter.row(order["id"]).locator("td.col-actions")
    cell.get_by_role("button", name="Cancel").click()
    cell.get_by_role("button", name="Yes, cancel").click()
    expect(blotter.cell(order["id"], "status")).to_have_text("Cancelled")


def test_the_keys_do_what_the_help_says(open_as: Open, trader: Trader) -> None:
    older, newer = trader.place(), trader.place()
    blotter = open_as(trader)
    page = blotter.page
    press = page.keyboard.press

    press("j")
    expect(blotter.row(newer["id"])).to_be_focused()
    press("j")
    expect(blotter.row(older["id"])).to_be_focused()
    press("k")
    expect(blotter.row(newer["id"])).to_be_focused()
    press("Enter")
    expect(page.locator(".details")).to_contain_text("Placed")
    press("Escape")
    expect(page.locator(".details")).to_have_count(0)
    press("c")
    expect(blotter.row(newer["id"])).to_contain_text("Cancel buy 100 AAPL?")
    press("Escape")
    expect(blotter.row(newer["id"])).not_to_contain_text("?")
    press("e")
    expect(page.locator("form.amend [name=quantity]")).to_be_focused()
    press("Escape")
    expect(page.locator("form.amend")).to_have_count(0)
    press("n")
    expect(page.locator("#ticket [name=symbol]")).to_be_focused()
    page.keyboard.type("nj/")
    assert values_of(page, "#ticket", "symbol") == {"symbol": "nj/"}
    press("Escape")
    expect(page.locator("#ticket .combobox")).to_be_hidden()
    press("Escape")
    expect(page.locator("#ticket")).to_be_hidden()
    press("/")
    expect(page.locator("#search")).to_be_focused()
    page.locator("#realtime").focus()
    press(" ")
    blotter.until_state("off")
    press(" ")
    blotter.until_state("live")


def test_a_row_opens_to_all_its_fields_and_its_history_at_every_width(open_as: Open, trader: Trader) -> None:
    order = trader.place(text="first note")
    trader.report(order, "accept")
    blotter = open_as(trader)
    row = blotter.row(order["id"])
    details = blotter.page.locator(".details")
    history = [re.compile("Placed"), re.compile("Accepted")]

    for width in (1440, 1024, 360):
        blotter.page.set_viewport_size({"width": width, "height": 740})
        (row if width == 360 else row.locator("td.col-toggle")).click()
        expect(details).to_contain_text(order["client_order_id"])
        expect(details.locator("li")).to_contain_text(history)
        trader.fill(order, "20")
        history.append(re.compile("Part fill"))
        expect(details.locator("li")).to_contain_text(history)
        blotter.page.keyboard.press("Escape")
        expect(details).to_have_count(0)


def test_the_history_of_an_order_ends_with_the_newest_event_however_many_there_are(
    open_as: Open, trader: Trader
) -> None:
    order = trader.place()
    [first] = trader.get(f"/api/orders/{order['id']}/events/")["results"]
    last = 1002
    blotter = open_as(trader)

    def history(route: Route) -> None:
        asked = parse_qs(urlsplit(route.request.url).query)
        after, limit = int(asked.get("after", ["0"])[0]), int(asked.get("limit", ["1000"])[0])
        seqs = range(after + 1, min(after + limit, last) + 1)
        results = [first | {"seq": seq} | ({"kind": "expired"} if seq == last else {}) for seq in seqs]
        route.fulfill(json={"head": last, "results": results})

    blotter.page.route(re.compile(f"/api/orders/{order['id']}/events/"), history)
    blotter.row(order["id"]).locator("td.col-toggle").click()

    lines = blotter.page.locator(".details li")
    expect(lines).to_have_count(last)
    expect(lines.last).to_contain_text("Expired")
