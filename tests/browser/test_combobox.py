"""A symbol is found by a few letters, by keys, mouse or finger, and the form stays a form."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.blotter import Blotter, values_of, violations
from tests.browser.test_layout import OVERFLOW, PHONE, TOUCH
from tests.browser.waiting import wait_for
from tests.traders import Trader

Open = Callable[..., Blotter]

HOSTILE = "<img src=x onerror=\"document.title='owned'\"><b>Bold</b> & \u202egnorw Co"

# Whether all of the list is on the screen, and each option in sight is what a click there would hit.
FITS = """() => {
  const popup = document.querySelector("#ticket .combobox");
  const box = popup.getBoundingClientRect();
  const inside = box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
  const inSight = [...popup.querySelectorAll("[role=option]")].map((option) => option.getBoundingClientRect())
    .filter(({ top, bottom }) => top >= box.top && bottom <= box.bottom);
  const hit = inSight.every(({ left, top, width, height }) =>
    popup.contains(document.elementFromPoint(left + width / 2, top + height / 2)));
  return { inside, hit, options: inSight.length > 0 };
}"""
FITTING = {"inside": True, "hit": True, "options": True}


def field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Symbol")


def options(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Symbols").get_by_role("option")


def symbols(page: Page) -> list[str]:
    return options(page).locator("b").all_inner_texts()


def open_ticket(blotter: Blotter, typed: str = "") -> Page:
    blotter.page.locator("#new-order").click()
    expect(field(blotter.page)).to_be_focused()
    blotter.page.keyboard.type(typed)
    return blotter.page


def where(found: list[dict[str, str]]) -> set[str]:
    """Which rule was broken by which element."""
    return {f"{each['id']} {each['target']}" for each in found}


def with_instruments(page: Page, *more: dict[str, Any]) -> None:
    """The page with these instruments besides those of the server."""

    def answer(route: Route) -> None:
        everything = route.fetch().json()
        body = json.dumps(everything + [everything[0] | one for one in more])
        route.fulfill(status=200, content_type="application/json", body=body)

    page.route("**/api/instruments/", answer)
    with page.expect_response("**/api/instruments/"):
        page.reload()


def test_an_order_is_placed_by_keys_alone_for_a_symbol_typed_wrong(open_as: Open, trader: Trader) -> None:
    page = open_as(trader).page
    press, type_ = page.keyboard.press, page.keyboard.type
    press("n")
    type_("appel")
    expect(options(page).first).to_have_accessible_name("AAPL Apple USD")
    expect(options(page).first.locator("mark")).to_have_text(["Apple"])

    press("ArrowDown")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    press("Enter")
    expect(options(page)).to_have_count(0)
    assert values_of(page, "#ticket", "symbol") == {"symbol": "AAPL"}
    expect(page.locator("[data-symbol-name]")).to_contain_text("Apple, USD")
    for text in ("", "18", "585.33"):
        press("Tab")
        type_(text)
    press("Enter")

    expect(page.locator("#ticket [data-message]")).to_contain_text("Placed: Buy 18 AAPL at 585.33, day.")
    [order] = trader.orders()
    assert (order["symbol"], order["quantity"], order["price"]) == ("AAPL", "18", "585.33")


def test_the_list_says_what_it_is_to_those_who_listen_and_a_mouse_picks_from_it(open_as: Open, trader: Trader) -> None:
    page = open_ticket(open_as(trader))
    expect(field(page)).to_have_attribute("aria-autocomplete", "list")
    expect(field(page)).to_have_attribute("aria-expanded", "false")

    page.keyboard.type("btc")
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    expect(options(page).locator("b")).to_have_text(["BTCEUR", "BTCUSD"])
    list_id = page.get_by_role("listbox", name="Symbols").get_attribute("id")
    expect(field(page)).to_have_attribute("aria-controls", str(list_id))
    expect(page.locator("#ticket [role=status]").filter(has_text="symbols found")).to_have_text("2 symbols found")

    page.keyboard.press("ArrowDown")
    active = field(page).get_attribute("aria-activedescendant")
    expect(page.locator(f"#{active}")).to_have_attribute("aria-selected", "true")
    page.keyboard.type("9")
    assert field(page).get_attribute("aria-activedescendant") is None
    expect(field(page)).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#ticket .combobox")).to_have_text("No symbol found")
    expect(page.locator("#ticket [role=status]").filter(has_text="No symbol")).to_have_text("No symbol found")

    field(page).fill("eur")
    options(page).filter(has_text="ETHEUR").click()
    assert values_of(page, "#ticket", "symbol") == {"symbol": "ETHEUR"}
    expect(field(page)).to_be_focused()
    expect(page.locator("#ticket .combobox")).to_be_hidden()
    field(page).click()
    expect(options(page)).not_to_have_count(0)
    page.locator("#ticket-title").click()
    expect(page.locator("#ticket .combobox")).to_be_hidden()


def test_each_key_does_what_the_pattern_says_and_esc_closes_the_list_first(open_as: Open, trader: Trader) -> None:
    page = open_ticket(open_as(trader))
    press = page.keyboard.press
    selected = page.locator("[role=option][aria-selected=true]")

    press("Alt+ArrowDown")
    expect(options(page)).to_have_count(8)
    few = symbols(page)
    assert few == sorted(few)
    expect(selected).to_have_count(0)
    press("Alt+ArrowUp")
    expect(options(page)).to_have_count(0)
    press("ArrowUp")
    expect(selected).to_contain_text(few[-1])
    press("ArrowDown")
    expect(selected).to_contain_text(few[0])
    press("End")
    expect(selected).to_contain_text(few[-1])
    press("Home")
    expect(selected).to_contain_text(few[0])

    page.keyboard.type("a")
    many = symbols(page)
    assert len(many) > 12
    press("PageDown")
    press("PageDown")
    inner = selected.bounding_box()
    outer = page.locator("#ticket .combobox").bounding_box()
    assert inner is not None
    assert outer is not None
    assert outer["y"] <= inner["y"] <= outer["y"] + outer["height"] - inner["height"]
    assert many.index(selected.locator("b").inner_text()) > 6
    press("PageUp")
    press("PageUp")
    expect(selected).to_contain_text(many[0])
    press("ArrowLeft")
    expect(selected).to_have_count(0)
    page.keyboard.type("x")
    assert values_of(page, "#ticket", "symbol") == {"symbol": "xa"}

    field(page).fill("")
    page.keyboard.type("bt")
    press("ArrowDown")
    press("Tab")
    expect(page.locator("#ticket .combobox")).to_be_hidden()
    expect(page.locator("#ticket [name=order_type]")).to_be_focused()
    assert values_of(page, "#ticket", "symbol") == {"symbol": "BTCEUR"}
    field(page).click()
    expect(options(page)).not_to_have_count(0)
    press("Escape")
    expect(page.locator("#ticket .combobox")).to_be_hidden()
    expect(page.locator("#ticket")).to_be_visible()
    assert values_of(page, "#ticket", "symbol") == {"symbol": "BTCEUR"}
    press("Escape")
    expect(page.locator("#ticket")).to_be_hidden()


def test_enter_and_tab_take_the_best_of_the_list_and_nothing_is_sent_by_that(open_as: Open, trader: Trader) -> None:
    page = open_ticket(open_as(trader))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    field(page).press_sequentially("appel")
    expect(options(page)).not_to_have_count(0)

    page.keyboard.press("Enter")

    assert values_of(page, "#ticket", "symbol") == {"symbol": "AAPL"}
    expect(field(page)).to_be_focused()
    expect(page.locator("#ticket [data-error=quantity]")).to_be_empty()
    page.keyboard.press("Enter")
    expect(page.locator("#ticket [data-error=quantity]")).to_have_text("Enter a quantity.")
    field(page).fill("")
    field(page).press_sequentially("appl")
    page.keyboard.press("Tab")
    assert values_of(page, "#ticket", "symbol") == {"symbol": "AAPL"}
    expect(page.locator("#ticket [name=order_type]")).to_be_focused()
    field(page).fill("\u202dmsft\u202c")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.locator("[data-symbol-name]")).to_contain_text("Microsoft")
    assert "POST" not in asked


def test_symbols_that_come_while_the_list_is_open_are_shown_in_it(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)
    held: list[Route] = []
    blotter.page.route("**/api/instruments/", lambda route: held.append(route))
    blotter.page.reload()
    blotter.until_state("live")
    page = open_ticket(blotter, "aapl")
    expect(page.locator("#ticket .combobox")).to_have_text("The symbols are being loaded …")

    held[0].continue_()

    expect(options(page).locator("b")).to_have_text(["AAPL"])


def test_what_is_not_traded_is_shown_and_not_picked_and_a_hostile_name_is_text(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)
    untraded = {"symbol": "AAPL.OLD", "name": "Apple, before", "active": False}
    with_instruments(blotter.page, untraded, {"symbol": "EVIL", "name": HOSTILE})
    title = blotter.page.title()
    page = open_ticket(blotter, "aapl")
    expect(options(page).locator("b")).to_have_text(["AAPL", "AAPL.OLD"])
    expect(options(page).last).to_have_attribute("aria-disabled", "true")
    expect(options(page).last).to_contain_text("not traded")

    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    options(page).last.click(force=True)

    assert values_of(page, "#ticket", "symbol") == {"symbol": "aapl"}
    expect(options(page)).to_have_count(2)

    field(page).fill("bold")
    name = options(page).filter(has_text="EVIL").locator(".combobox-detail")
    expect(name.locator("mark")).to_have_text(["Bold"])
    assert name.text_content() == HOSTILE
    assert name.evaluate("name => [...name.querySelectorAll('*')].map(({ localName }) => localName)") == ["mark"]
    field(page).fill('<img src=x onerror=alert(1)>"\\[(a+)+$')
    expect(page.locator(".combobox img")).to_have_count(0)
    assert page.title() == title


def test_nothing_clips_the_list(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)
    page = blotter.page
    for width, height in ((1440, 900), (1024, 330), (320, 480), (PHONE["width"], PHONE["height"])):
        page.set_viewport_size({"width": width, "height": height})
        open_ticket(blotter, "a")
        expect(options(page).first).to_be_visible()
        wait_for(lambda: page.evaluate(FITS) == FITTING, "the list in its place")

        page.locator("#ticket").evaluate("ticket => { ticket.scrollTop = 60; }")
        page.set_viewport_size({"width": width, "height": height - 60})
        expect(options(page).first).to_be_visible()
        wait_for(lambda: page.evaluate(FITS) == FITTING, "the list in its place")
        assert page.evaluate(OVERFLOW)["right"] == 0
        page.reload()


def test_a_finger_finds_and_picks(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader, **TOUCH)
    page = blotter.page
    page.locator("#new-order").tap()
    field(page).tap()
    expect(options(page)).to_have_count(8)
    field(page).press_sequentially("mcirosoft")
    box = options(page).first.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    wait_for(lambda: page.evaluate(FITS) == FITTING, "the list in its place")

    options(page).first.tap()

    assert values_of(page, "#ticket", "symbol") == {"symbol": "MSFT"}
    expect(page.locator("#ticket .combobox")).to_be_hidden()


@pytest.mark.parametrize("device", [{}, TOUCH], ids=["desk", "phone"])
def test_nobody_is_kept_out_by_the_open_list(open_as: Open, trader: Trader, device: dict[str, Any]) -> None:
    blotter = open_as(trader, reduced_motion="reduce", **device)
    more = [{"symbol": f"QQ{number}", "name": "One of many", "active": number != 9} for number in range(14)]
    with_instruments(blotter.page, *more)
    blotter.until_state("live")
    page = open_ticket(blotter)
    before = where(violations(page))

    page.keyboard.type("qq")
    page.keyboard.press("ArrowDown")
    expect(options(page)).to_have_count(14)
    expect(options(page).last).to_contain_text("not traded")
    page.keyboard.press("PageDown")
    assert page.evaluate("document.getAnimations().length") == 0
    found = violations(page)
    assert where(found) <= before
    assert [each for each in found if each["impact"] in ("serious", "critical")] == []

    page.keyboard.type("zzzz9")
    expect(page.locator("#ticket .combobox")).to_have_text("No symbol found")
    found = violations(page)
    assert where(found) <= before
    assert [each for each in found if each["impact"] in ("serious", "critical")] == []
