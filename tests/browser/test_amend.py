"""Orders are amended and cancelled in their rows, and nothing typed is lost when somebody else was faster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser.blotter import Blotter, Holding, ids, values_of
from tests.traders import Trader, new_order

Open = Callable[..., Blotter]


def amend_form(blotter: Blotter, order: dict[str, Any]) -> Page:
    blotter.row(order["id"]).get_by_role("button", name="Amend").click()
    expect(blotter.page.locator("form.amend")).to_be_visible()
    return blotter.page


def test_an_order_is_amended_in_its_row_and_a_refusal_stands_under_its_field(open_as: Open, trader: Trader) -> None:
    order = trader.place()
    blotter = open_as(trader)
    page = amend_form(blotter, order)
    assert values_of(page, "form.amend", "quantity", "price") == {"quantity": "100", "price": "585.33"}
    expect(page.locator("form.amend [name=stop_price]")).to_be_hidden()

    page.fill("form.amend [name=quantity]", "7e1")
    page.get_by_role("button", name="Amend", exact=True).click()
    expect(page.locator("form.amend [data-error=quantity]")).to_have_text("Write it in digits, such as 25000 or 1.1.")
    page.fill("form.amend [name=quantity]", "070")
    expect(page.locator("form.amend [data-error=quantity]")).to_be_empty()
    page.fill("form.amend [name=text]", "smaller")
    expect(page.locator("form.amend [name=quantity]")).to_have_value("70")
    page.get_by_role("button", name="Amend", exact=True).click()

    expect(page.locator("form.amend")).to_be_hidden()
    expect(blotter.cell(order["id"], "quantity")).to_have_text("70")
    amended = trader.order(order["id"])
    assert (amended["quantity"], amended["text"], amended["price"]) == ("70", "smaller", "585.33")

    trader.fill(order, "40")
    amend_form(blotter, order)
    page.fill("form.amend [name=quantity]", "39")
    page.get_by_role("button", name="Amend", exact=True).click()

    expect(page.locator("form.amend [data-error=quantity]")).not_to_be_empty()
    assert values_of(page, "form.amend", "quantity") == {"quantity": "39"}
    assert trader.order(order["id"])["quantity"] == "70"
    page.keyboard.press("Escape")
    expect(page.locator("form.amend")).to_be_hidden()


def test_on_a_stale_version_yours_and_now_are_shown_and_mine_can_be_dropped_or_sent(
    open_as: Open, trader: Trader
) -> None:
    order = trader.place()
    blotter = open_as(trader)
    page = amend_form(blotter, order)
    page.fill("form.amend [name=text]", "mine")
    trader.amend(order, text="theirs")
    page.get_by_role("button", name="Amend", exact=True).click()
    expect(page.locator("[data-now=text]")).to_have_text("yours mine · now theirs")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("form.amend")).to_be_hidden()
    expect(blotter.cell(order["id"], "text")).to_have_text("theirs")
    assert trader.order(order["id"])["version"] == 2

    amend_form(blotter, order)
    page.fill("form.amend [name=price]", "590")
    trader.amend(order, price="580", quantity="90")

    page.get_by_role("button", name="Amend", exact=True).click()

    send_mine = page.get_by_role("button", name="Send mine on the new version")
    expect(send_mine).to_be_visible()
    expect(page.locator("form.amend [data-message]")).to_contain_text("changed meanwhile (version 3)")
    expect(page.locator("[data-now=price]")).to_have_text("yours 590 · now 580")
    assert values_of(page, "form.amend", "price", "quantity") == {"price": "590", "quantity": "90"}
    assert trader.order(order["id"])["price"] == "580"

    send_mine.click()

    expect(page.locator("form.amend")).to_be_hidden()
    amended = trader.order(order["id"])
    assert (amended["price"], amended["quantity"], amended["version"]) == ("590", "90", 4)


def test_a_note_keeps_the_blanks_at_its_ends_where_something_else_is_amended(open_as: Open, trader: Trader) -> None:
    order = trader.place(text="  padded note ")
    blotter = open_as(trader)
    page = amend_form(blotter, order)
    form = page.locator("form.amend")
    page.get_by_role("button", name="Amend", exact=True).click()
    expect(form).to_have_count(0)
    assert trader.order(order["id"])["version"] == 1

    amend_form(blotter, order)
    page.fill("form.amend [name=quantity]", "90")
    trader.amend(order, price="580")
    page.get_by_role("button", name="Amend", exact=True).click()
    expect(form.locator("[data-now=price]")).to_have_text("now 580")
    expect(form.locator("[data-now=text]")).to_have_text("now   padded note ")
    page.get_by_role("button", name="Send mine on the new version").click()
    expect(form).to_have_count(0)
    amended = trader.order(order["id"])
    assert (amended["quantity"], amended["text"], amended["version"]) == ("90", "  padded note ", 3)


def test_what_is_typed_while_an_amendment_is_on_its_way_stays_and_its_refusal_is_told_where_the_form_is_closed(
    open_as: Open, trader: Trader
) -> None:
    order, other = trader.place(), trader.place()
    blotter = open_as(trader)
    page = amend_form(blotter, order)
    quantity, note = page.locator("form.amend [name=quantity]"), page.locator("form.amend [name=text]")
    amend = page.locator("form.amend [type=submit]")
    holding = Holding(page, f"**/api/orders/{order['id']}/", "PATCH")

    page.fill("form.amend [name=price]", "590.50")
    amend.press("Enter")
    note.fill("typed since")
    holding.next().continue_()
    expect(page.locator("form.amend [data-message]")).to_have_text("Amended. What you typed since has not been sent.")
    expect(note).to_be_focused()
    assert values_of(page, "form.amend", "price", "text") == {"price": "590.5", "text": "typed since"}
    assert trader.order(order["id"])["text"] == ""

    amend.press("Enter")
    expect(quantity).to_be_focused()
    quantity.fill("80")
    holding.next().abort()
    expect(page.locator("form.amend [data-message]")).to_contain_text("No answer from the server")
    expect(quantity).to_be_focused()
    expect(page.locator("#notices .notice")).to_have_count(0)

    amend.press("Enter")
    quantity.press("Escape")
    holding.next().abort()
    notice = page.locator("#notices .notice")
    expect(notice).to_contain_text("Perhaps not amended, buy 100 AAPL: No answer from the server.")
    notice.get_by_role("button").click()
    amend_form(blotter, order)
    amend.press("Enter")
    blotter.row(other["id"]).locator(".row-toggle").click()
    holding.next().fulfill(status=409, json={"code": "illegal", "message": "Too late."})
    expect(notice).to_contain_text("Not amended, buy 100 AAPL: Too late.")

    amend_form(blotter, order)
    expect(note).to_have_value("typed since")
    amend.press("Enter")
    holding.next().continue_()
    expect(page.locator("form.amend")).to_have_count(0)
    amended = trader.order(order["id"])
    assert (amended["quantity"], amended["price"], amended["text"]) == ("80", "590.5", "typed since")


def test_a_late_answer_to_a_form_that_was_discarded_changes_nothing_in_the_next(open_as: Open, trader: Trader) -> None:
    order = trader.place()
    blotter = open_as(trader)
    page = amend_form(blotter, order)
    form = page.locator("form.amend")
    quantity, note = form.locator("[name=quantity]"), form.locator("[name=text]")
    holding = Holding(page, f"**/api/orders/{order['id']}/", "PATCH")

    def send_and_discard(amount: str) -> Route:
        note.fill("")
        quantity.fill(amount)
        quantity.press("Enter")
        late = holding.next()
        page.get_by_role("button", name="Discard").click()
        expect(form).to_have_count(0)
        amend_form(blotter, order)
        note.fill("of the next")
        return late

    send_and_discard("80").fulfill(status=409, json={"code": "illegal", "message": "Too late."})
    expect(page.locator("#notices .notice")).to_contain_text("Not amended, buy 100 AAPL: Too late.")
    assert values_of(page, "form.amend", "quantity", "text") == {"quantity": "100", "text": "of the next"}
    expect(form.locator("[data-message]")).to_be_empty()
    expect(form.locator("[aria-invalid]")).to_have_count(0)

    send_and_discard("80").continue_()
    expect(blotter.cell(order["id"], "quantity")).to_have_text("80")
    assert values_of(page, "form.amend", "quantity", "text") == {"quantity": "100", "text": "of the next"}
    expect(form.locator("[data-message]")).to_be_empty()
    expect(note).to_be_focused()

    note.press("Escape")
    expect(form).to_have_count(0)
    amend_form(blotter, order)
    expect(note).to_have_value("of the next")
    note.press("Enter")
    holding.next().continue_()
    expect(form.locator("[data-now=quantity]")).to_have_text("now 80")
    page.get_by_role("button", name="Send mine on the new version").click()
    holding.next().continue_()
    expect(form).to_have_count(0)
    amended = trader.order(order["id"])
    assert (amended["quantity"], amended["text"], amended["version"]) == ("80", "of the next", 3)


def test_a_row_that_is_being_edited_stays_while_others_come_and_it_changes(open_as: Open, trader: Trader) -> None:
    order = trader.place()
    blotter = open_as(trader)
    blotter.tab("working")
    page = amend_form(blotter, order)
    page.fill("form.amend [name=quantity]", "55")

    trader.place()
    trader.fill(order, "100")

    expect(blotter.cell(order["id"], "status")).to_have_text("Filled")
    expect(page.get_by_role("button", name="Show 1 new order")).to_be_visible()
    assert blotter.ids() == [order["id"]]
    assert values_of(page, "form.amend", "quantity") == {"quantity": "55"}

    page.get_by_role("button", name="Discard").click()

    blotter.until_ids(ids(trader.orders(tab="working")))


def test_a_cancel_asks_in_its_cell_naming_side_quantity_and_symbol(open_as: Open, trader: Trader) -> None:
    waiting, working = trader.place(), trader.place(side="sell", quantity="30", symbol="MSFT", price="470")
    trader.report(working, "accept")
    blotter = open_as(trader)
    cell = blotter.row(working["id"]).locator("td.col-actions")
    cell.get_by_role("button", name="Cancel").click()
    expect(cell).to_contain_text("Cancel sell 30 MSFT?")

    cell.get_by_role("button", name="Keep").click()
    expect(cell).not_to_contain_text("?")
    assert trader.order(working["id"])["status"] == "new"
    cell.get_by_role("button", name="Cancel").click()
    cell.get_by_role("button", name="Yes, cancel").click()

    expect(blotter.cell(working["id"], "status")).to_have_text("Cancelling")
    expect(cell.get_by_role("button")).to_have_count(0)
    trader.report(working, "cancel")
    expect(blotter.cell(working["id"], "status")).to_have_text("Cancelled")

    other = blotter.row(waiting["id"]).locator("td.col-actions")
    other.get_by_role("button", name="Cancel").click()
    other.get_by_role("button", name="Yes, cancel buy 100 AAPL").click()
    expect(blotter.cell(waiting["id"], "status")).to_have_text("Cancelled")


def test_what_is_typed_into_a_row_stays_wherever_one_goes_until_it_is_sent_or_discarded(
    open_as: Open, trader: Trader
) -> None:
    order = trader.place_many([new_order() for _ in range(12)])[-1]
    blotter = open_as(trader)
    page = blotter.page
    page.select_option("#page-size", "10")
    expect(page.locator("#totals")).to_have_text("1–10 of 12 orders")
    note = page.locator("form.amend [name=text]")
    action = blotter.row(order["id"]).locator("[data-action=amend]")
    amend_form(blotter, order)
    note.fill("typed")

    page.locator("#orders th.col-created_at").click()
    expect(blotter.row(order["id"])).to_be_in_viewport()
    expect(page.locator("#orders tbody tr[data-order-id]")).to_have_count(11)
    expect(note).to_have_value("typed")
    page.get_by_role("button", name="Next page").click()
    expect(page.locator("#totals")).to_have_text("11–12 of 12 orders")
    expect(note).to_have_value("typed")
    blotter.tab("filled")
    expect(page.locator("#totals")).to_contain_text("0 orders")
    expect(note).to_have_value("typed")
    blotter.tab("all")
    page.fill("#search", "nothing like this")
    blotter.until_ids([order["id"]])
    expect(note).to_have_value("typed")
    page.keyboard.press("Escape")
    expect(page.locator("#orders tbody tr[data-order-id]")).to_have_count(11)
    page.keyboard.press("Escape")
    expect(note).to_have_value("typed")

    for opener in (".row-toggle", "[data-action=amend]"):
        page.locator("#orders tbody tr[data-order-id]").last.locator(opener).click()
        expect(action).to_have_accessible_name("Amend buy 100 AAPL: typed, not sent")
        action.click()
        expect(note).to_have_value("typed")
    note.press("Escape")
    expect(note).to_have_count(0)
    expect(blotter.row(order["id"])).to_be_focused()
    action.click()
    expect(note).to_have_value("typed")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("#orders tbody tr[data-order-id]")).to_have_count(10)
    page.select_option("#page-size", "25")
    action.click()
    expect(note).to_have_value("")
    assert trader.order(order["id"])["version"] == 1
