"""The keyboard's place on the page: never lost, never on something else, and nothing happens that was not meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.browser.blotter import Blotter, values_of
from tests.browser.waiting import wait_for
from tests.traders import Trader, new_order

Open = Callable[..., Blotter]

TABLE = re.compile(r"/api/orders/\?format=datatables")


def action(row: Locator, name: str) -> Locator:
    return row.locator(f"[data-action={name}]")


def hold(page: Page, key: str) -> None:
    """Pressed, held until it has been repeated three times, and let go."""
    for _ in range(4):
        page.keyboard.down(key)
    page.keyboard.up(key)


def box_of(button: Locator) -> dict[str, float]:
    box = button.bounding_box()
    assert box is not None
    return {"x": box["x"], "width": box["width"]}


def compose_and_give_up(cdp: CDPSession, text: str) -> None:
    """An input method composes, and takes the Esc that ends it."""
    cdp.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    escape = {"type": "rawKeyDown", "key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 229}
    cdp.send("Input.dispatchKeyEvent", escape)


def test_the_focus_stays_on_the_same_button_whatever_others_do_to_the_order(open_as: Open, trader: Trader) -> None:
    order = trader.place(quantity="5")
    blotter = open_as(trader)
    page, row = blotter.page, blotter.row(order["id"])

    action(row, "cancel").focus()
    trader.amend(order, quantity="6")
    expect(blotter.cell(order["id"], "quantity")).to_have_text("6")
    expect(action(row, "cancel")).to_be_focused()

    action(row, "cancel").click()
    expect(action(row, "keep")).to_be_focused()
    trader.amend(order, quantity="7")
    expect(row).to_contain_text("Cancel buy 7 AAPL?")
    expect(action(row, "keep")).to_be_focused()

    expect(action(row, "confirm")).to_be_enabled()
    action(row, "confirm").focus()
    trader.amend(order, quantity="8")
    expect(row).to_contain_text("Cancel buy 8 AAPL?")
    expect(action(row, "keep")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row).not_to_contain_text("?")
    expect(row).to_be_focused()

    action(row, "amend").focus()
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    blotter.until_state("offline")
    expect(action(row, "amend")).to_be_disabled()
    expect(row).to_be_focused()
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    blotter.until_state("live")
    expect(action(row, "amend")).to_be_focused()
    assert trader.order(order["id"])["status"] == "pending_new"


def test_no_press_cancels_twice_meant_or_held_and_its_own_key_then_enter_do(open_as: Open, trader: Trader) -> None:
    order, other = trader.place(), trader.place()
    blotter = open_as(trader)
    page, row = blotter.page, blotter.row(order["id"])

    action(row, "cancel").dblclick()
    action(row, "cancel").focus()
    hold(page, "Enter")
    expect(action(row, "keep")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row).to_be_focused()
    action(row, "cancel").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(row).not_to_contain_text("?")

    for width in (360, 320):
        page.set_viewport_size({"width": width, "height": 740})
        if not action(row, "cancel").is_visible():
            row.click(position={"x": 20, "y": 12})
        for x, y in ((8, 38), (15, 33), (20, 41)):
            pressed = box_of(action(row, "cancel"))
            action(row, "cancel").dblclick(position={"x": x, "y": y})
            if action(row, "keep").count() == 0:
                action(row, "cancel").click()
            yes = box_of(action(row, "confirm"))
            assert yes["x"] >= pressed["x"] + pressed["width"]
            action(row, "keep").click()
            expect(action(row, "cancel")).to_be_visible()
    assert {each["status"] for each in trader.orders()} == {"pending_new"}

    page.set_viewport_size({"width": 1440, "height": 900})
    row.focus()
    page.keyboard.press("c")
    expect(action(row, "confirm")).to_be_focused()
    page.keyboard.press("Escape")
    expect(row).to_be_focused()
    page.keyboard.press("c")
    page.keyboard.press("Enter")
    expect(blotter.cell(order["id"], "status")).to_have_text("Cancelled")
    expect(row).to_be_focused()
    assert trader.order(other["id"])["status"] == "pending_new"


def test_the_place_goes_to_the_neighbour_when_its_order_leaves(open_as: Open, trader: Trader) -> None:
    first, second, third, fourth = trader.place_many([new_order() for _ in range(4)])[::-1]
    blotter = open_as(trader)
    page = blotter.page
    blotter.tab("working")
    blotter.until_ids([order["id"] for order in (first, second, third, fourth)])

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(blotter.row(second["id"])).to_be_focused()
    trader.fill(second, "100")
    expect(blotter.row(second["id"])).to_have_count(0)
    expect(blotter.row(third["id"])).to_be_focused()
    page.keyboard.press("j")
    expect(blotter.row(fourth["id"])).to_be_focused()

    action(blotter.row(fourth["id"]), "cancel").focus()
    trader.report(fourth, "reject", text="No")
    expect(blotter.row(fourth["id"])).to_have_count(0)
    expect(blotter.row(third["id"])).to_be_focused()
    new = trader.place()
    blotter.until_ids([new["id"], first["id"], third["id"]])
    expect(blotter.row(third["id"])).to_be_focused()

    # The key may have been meant for the order that has left: Enter right behind it keeps the neighbour.
    page.keyboard.press("c")
    expect(action(blotter.row(third["id"]), "keep")).to_be_focused()
    page.keyboard.press("Enter")
    expect(blotter.row(third["id"])).to_be_focused()
    expect(blotter.row(third["id"])).not_to_contain_text("?")
    assert trader.order(third["id"])["status"] == "pending_new"
    page.keyboard.press("k")
    page.keyboard.press("c")
    expect(action(blotter.row(first["id"]), "confirm")).to_be_focused()
    page.keyboard.press("Escape")


def test_the_place_goes_to_the_page_before_when_its_page_is_gone(open_as: Open, trader: Trader) -> None:
    last, before, *_ = trader.place_many([new_order() for _ in range(11)])
    blotter = open_as(trader)
    blotter.page.select_option("#page-size", "10")
    blotter.tab("working")
    blotter.page.get_by_role("button", name="Next page").click()
    blotter.until_ids([last["id"]])
    blotter.page.keyboard.press("j")

    trader.fill(last, "100")

    expect(blotter.row(before["id"])).to_be_focused()
    expect(blotter.page.locator("#totals")).to_have_text("1–10 of 10 orders")


def test_the_table_is_one_stop_of_tab_and_sorted_opened_and_left_by_keys(open_as: Open, trader: Trader) -> None:
    older, newer = trader.place(symbol="MSFT", price="470"), trader.place()
    blotter = open_as(trader)
    page = blotter.page
    press = page.keyboard.press
    reachable = page.locator("#orders tbody [tabindex='0'], #orders tbody button:not([tabindex='-1'])")
    expect(reachable).to_have_count(1)
    expect(blotter.row(newer["id"])).to_have_attribute("tabindex", "0")

    head = page.locator("#orders th.col-symbol [role=button]")
    head.focus()
    box = head.bounding_box()
    assert box is not None
    assert box["width"] >= 40
    assert box["height"] >= 24
    hold(page, "Enter")
    expect(page.locator("#orders th.col-symbol")).to_have_attribute("aria-sort", "ascending")
    expect(head).to_be_focused()
    hold(page, " ")
    expect(page.locator("#orders th.col-symbol")).to_have_attribute("aria-sort", "descending")
    blotter.until_ids([older["id"], newer["id"]])
    expect(page.locator("#realtime")).to_have_attribute("aria-pressed", "true")

    press("ArrowDown")
    expect(blotter.row(older["id"])).to_be_focused()
    expect(reachable).to_have_count(1)
    press("ArrowDown")
    expect(blotter.row(newer["id"])).to_be_focused()
    for name in ("toggle", "amend", "cancel"):
        press("ArrowRight")
        expect(action(blotter.row(newer["id"]), name)).to_be_focused()
    press("ArrowLeft")
    press("Enter")
    expect(page.locator("form.amend [name=quantity]")).to_be_focused()
    press("Escape")
    expect(blotter.row(newer["id"])).to_be_focused()
    press("Tab")
    assert page.evaluate("document.activeElement.closest('#orders') === null")

    blotter.cell(older["id"], "status").dblclick()
    expect(page.locator(".details")).to_contain_text(older["client_order_id"])
    press("Escape")
    expect(page.locator(".details")).to_have_count(0)


def test_esc_is_for_what_has_the_focus_and_single_keys_can_be_switched_off(open_as: Open, trader: Trader) -> None:
    order = trader.place()
    blotter = open_as(trader)
    page = blotter.page
    press = page.keyboard.press
    menu, card = page.locator(".user-menu"), page.locator("#latency-details")

    page.locator(".user-menu summary").click()
    expect(menu).to_have_attribute("open", "")
    press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    page.locator(".user-menu summary").click()
    page.locator("#totals").click()
    expect(menu).not_to_have_attribute("open", "")
    page.locator("#details-toggle").click()
    page.locator("#connection").click()
    expect(card).to_be_hidden()
    page.locator("#details-toggle").click()
    expect(card).to_be_visible()
    press("Escape")
    expect(card).to_be_hidden()
    expect(page.locator("#details-toggle")).to_be_focused()

    blotter.row(order["id"]).locator(".row-toggle").click()
    page.fill("#search", "nothing like this")
    blotter.until_ids([])
    press("Escape")
    expect(page.locator("#search")).to_have_value("")
    blotter.until_ids([order["id"]])
    expect(page.locator("#search")).to_be_focused()
    press("Escape")
    expect(blotter.row(order["id"])).to_be_focused()

    page.locator("#monitor-body").focus()
    press(" ")
    hold(page, " ")
    expect(page.locator("#realtime")).to_have_attribute("aria-pressed", "true")
    press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    expect(page.get_by_role("button", name="Close", exact=True)).to_be_focused()
    page.get_by_label("Use single-key shortcuts").uncheck()
    press("Escape")
    expect(page.locator("#keys-dialog")).to_be_hidden()
    page.reload()
    blotter.until_state("live")
    press("n")
    press("?")
    expect(page.locator("#ticket")).to_be_hidden()
    expect(page.locator("#keys-dialog")).to_be_hidden()


def test_tabs_pages_and_sides_have_keys_of_their_own_that_the_list_tells(open_as: Open, trader: Trader) -> None:
    trader.place_many([new_order() for _ in range(32)])
    trader.fill(trader.place(), "100")
    blotter = open_as(trader)
    page = blotter.page
    press = page.keyboard.press
    totals, quantity = page.locator("#totals"), page.locator("#ticket [name=quantity]")
    buys, sells = (page.locator(f"#ticket [name=side][value={side}]") for side in ("buy", "sell"))

    page.select_option("#page-size", "10")
    totals.click()
    hold(page, "l")
    expect(totals).to_have_text("11–20 of 33 orders")
    press("h")
    expect(totals).to_have_text("1–10 of 33 orders")
    press("h")
    press("j")
    for key, tab, count in (("2", "filled", 1), ("3", "closed", 0), ("1", "working", 32), ("4", "all", 33)):
        press(key)
        expect(page.locator(f"[data-tab={tab}]")).to_have_attribute("aria-selected", "true")
        expect(totals).to_contain_text(f"{count} order")

    press("s")
    expect(sells).to_be_checked()
    page.keyboard.type("b2")
    assert values_of(page, "#ticket", "symbol") == {"symbol": "b2"}
    expect(sells).to_be_checked()
    press("Escape")
    press("Escape")
    expect(page.locator("#ticket")).to_be_hidden()
    press("b")
    expect(buys).to_be_checked()
    expect(quantity).to_be_focused()
    page.locator("#ticket [type=submit]").focus()
    press("s")
    expect(sells).to_be_checked()
    expect(quantity).to_be_focused()
    expect(page.locator("[data-tab=all]")).to_have_attribute("aria-selected", "true")

    page.locator("#ticket [type=submit]").focus()
    press("?")
    told = page.locator("#keys-dialog kbd").all_inner_texts()
    assert set("bs1234hl") <= set(told)


def test_the_esc_of_an_input_method_closes_nothing(open_as: Open, trader: Trader) -> None:
    order = trader.place()
    blotter = open_as(trader)
    page = blotter.page
    cdp = page.context.new_cdp_session(page)
    action(blotter.row(order["id"]), "amend").click()
    note = page.locator("form.amend [name=text]")
    note.focus()
    compose_and_give_up(cdp, "にほん")
    expect(note).to_be_visible()

    page.click("#new-order")
    page.focus("#ticket [name=text]")
    compose_and_give_up(cdp, "にほん")
    expect(page.locator("#ticket")).to_be_visible()

    page.click("#filters-toggle")
    page.focus("#filters [name=symbol]")
    compose_and_give_up(cdp, "にほん")
    expect(page.locator("#filters")).to_be_visible()


def test_a_new_page_begins_at_its_top_and_is_named_when_it_is_there(open_as: Open, trader: Trader) -> None:
    trader.place_many([new_order() for _ in range(60)])
    blotter = open_as(trader)
    page = blotter.page
    scroll = page.locator("#orders-scroll")
    totals = page.locator("#totals")
    expect(totals).to_have_text("1–25 of 60 orders")
    waiting: list[Any] = []
    page.route(TABLE, lambda route: waiting.append(route))

    def turn(click: Callable[[], None], before: str, after: str) -> None:
        scroll.evaluate("box => box.scrollTo(0, box.scrollHeight)")
        click()
        wait_for(lambda: waiting, "the request")
        expect(totals).to_have_text(before)
        while waiting:
            waiting.pop().continue_()
        expect(totals).to_have_text(after)
        wait_for(lambda: scroll.evaluate("box => box.scrollTop") == 0, "the top of the list")

    first, second = "1–25 of 60 orders", "26–50 of 60 orders"
    turn(lambda: page.get_by_role("button", name="Next page").click(), first, second)
    turn(lambda: page.locator("#orders th.col-symbol").click(), second, first)
    turn(lambda: page.click("[data-tab=working]"), first, first)
    page.unroute(TABLE)
    page.get_by_role("button", name="Last page").click()
    expect(totals).to_have_text("51–60 of 60 orders")
    expect(page.get_by_role("navigation", name="Pages")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#orders tbody tr[data-order-id]").first).to_be_focused()


def test_the_details_of_a_second_order_are_shown_and_written_in_place(open_as: Open, trader: Trader) -> None:
    one, two = trader.place(text="ראשון"), trader.place()
    blotter = open_as(trader)
    page = blotter.page
    details = page.locator(".details")
    blotter.row(two["id"]).locator(".row-toggle").click()
    expect(details).to_contain_text(two["client_order_id"])
    blotter.row(one["id"]).locator(".row-toggle").click()
    expect(details).to_contain_text(one["client_order_id"])
    expect(details.locator("li")).to_have_count(1)

    details.locator(".details-client_order_id bdi").select_text()
    trader.fill(one, "20")
    expect(details.locator("li")).to_have_count(2)
    assert page.evaluate("getSelection().toString()") == one["client_order_id"]
    details.get_by_role("button", name="Chart").focus()
    held: list[Any] = []

    def answer_the_first_last(route: Any) -> None:
        response = route.fetch()
        if not held:
            held.append((route, response))
        else:
            route.fulfill(response=response)

    page.route(f"**/api/orders/{one['id']}/events/*", answer_the_first_last)
    trader.fill(one, "20")
    wait_for(lambda: held, "the first question")
    trader.amend(one, text="שני")
    expect(details.locator("li")).to_have_count(4)
    route, response = held[0]
    route.fulfill(response=response)
    expect(details.locator("li")).to_have_count(4)
    expect(details.get_by_role("button", name="Chart")).to_be_focused()
    letters = details.locator("li").last.evaluate(LETTERS)
    assert letters["before"] < letters["after"], "the old note stands before the new one"

    page.unroute(f"**/api/orders/{one['id']}/events/*")
    page.route(f"**/api/orders/{one['id']}/events/*", lambda route: route.abort())
    trader.fill(one, "20")
    expect(details).to_contain_text("could not be read")
    expect(details.locator("li")).to_have_count(4)


# Where the first letter of the note of before and of the note of after stand in a line.
LETTERS = """line => {
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  const places = {};
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (const [name, word] of [["before", "ראשון"], ["after", "שני"]]) {
      const at = node.data.indexOf(word);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      places[name] = range.getBoundingClientRect().left;
    }
  }
  return places;
}"""
