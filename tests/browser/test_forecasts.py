"""The pages about forecasts: legible from a desk to a phone, in both themes, with the keyboard and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.blotter import Blotter, serious_violations
from tests.browser.test_layout import DESK, OVERFLOW, PHONE, SMALL_TARGETS, TOUCH
from tests.servers import ROOT, Server
from tests.traders import Trader

# Each share as wide as one can be.
WIDEST = """() => document.querySelectorAll(".report td").forEach((cell) => {
    if (/^[0-9.]+\\s%$/.test(cell.textContent)) cell.textContent = "100.0\\u00a0%";
})"""
# The headings of tables that are wider than their place.
CUT = """() => [...document.querySelectorAll(".report-scroll")]
    .filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth)
    .map((each) => document.getElementById(each.getAttribute("aria-labelledby")).textContent)"""

Open = Callable[..., Blotter]

SEED = f"""
import sys
sys.path.append({str(ROOT)!r})
from tests.market.scorecard.records import drawn, drawn_cones, keep, keep_cones
keep_cones(row for row in drawn_cones(3000, open_from=2950) if row.number != 11)
keep([row for row in drawn(4000, open_from=3950) if row.number not in (17, 18, 19, 2500)])
"""


@pytest.fixture(scope="module")
def seeded(server: Server) -> Server:
    """The site with a record of 4,000 forecasts, four of which are missing, and of 3,000 cones."""
    server.shell(SEED)
    return server


def open_forecasts(open_as: Open, trader: Trader, **options: Any) -> Page:
    page = open_as(trader, **options).page
    page.click(".user-menu > summary")
    page.get_by_role("link", name="Forecasts", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How good the forecasts are")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_scorecard_is_legible_in_both_themes(seeded: Server, open_as: Open, trader: Trader, scheme: str) -> None:
    page = open_forecasts(open_as, trader, viewport=DESK, color_scheme=scheme)

    expect(page.locator(".proof-line")).to_have_text(["Numbers1–4,000: 4 missing", "Numbers1–3,000: 1 missing"])
    expect(page.get_by_role("note").first).to_contain_text("17–19, 2,500")
    expect(page.locator(".plot")).to_have_count(5)
    assert page.evaluate(OVERFLOW)["right"] == 0
    page.evaluate(WIDEST)
    assert page.evaluate(CUT) == []
    assert page.evaluate("document.documentElement.dataset.bsTheme") == scheme
    assert serious_violations(page) == []


def test_on_a_phone_nothing_is_cut_off_and_a_finger_hits(seeded: Server, open_as: Open, trader: Trader) -> None:
    page = open_forecasts(open_as, trader, **TOUCH)

    assert page.viewport_size == PHONE
    assert page.evaluate(OVERFLOW)["right"] == 0
    assert page.evaluate(SMALL_TARGETS) == []


def test_the_keyboard_leads_to_one_symbol_and_to_the_bins(seeded: Server, open_as: Open, trader: Trader) -> None:
    page = open_forecasts(open_as, trader)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the figures")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("A")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{seeded.url}/forecasts/?symbol=AAPL&minutes=")
    page.locator(".plot-card summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#bins-5")).to_be_visible()


def test_the_record_is_downloaded_for_what_is_shown(seeded: Server, open_as: Open, trader: Trader) -> None:
    page = open_forecasts(open_as, trader)
    page.get_by_role("combobox", name="Within").select_option("60")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(f"{seeded.url}/forecasts/?symbol=&minutes=60")

    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download as CSV").click()

    lines = downloading.value.path().read_text().splitlines()
    assert len(lines) > 1000
    assert {line.split(",")[3] for line in lines[1:]} == {"60"}

    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download the cone’s record").click()
    assert downloading.value.suggested_filename.startswith("cones-")


def test_why_no_direction_is_told_without_prices_too(seeded: Server, open_as: Open, trader: Trader) -> None:
    page = open_forecasts(open_as, trader)
    page.get_by_role("link", name="Why no direction").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Why no direction is shown")
    expect(page.locator(".report-empty")).to_contain_text("too few bars")
    assert serious_violations(page) == []
