"""The page goes on on a machine that is taken to another time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.browser.blotter import Blotter
from tests.browser.charted import Chart, wave
from tests.browser.test_chart import DRAWN
from tests.browser.waiting import wait_for
from tests.traders import Trader

Open = Callable[..., Blotter]

KOLKATA = timedelta(hours=5, minutes=30)


def minute(bar_time: int, ahead: timedelta = timedelta()) -> str:
    return f"{datetime.fromtimestamp(bar_time, UTC) + ahead:%H:%M}"


def test_filters_and_chart_tell_the_same_moments_by_the_clocks_of_another_zone(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)
    page = blotter.page
    clocks = page.context.new_cdp_session(page)
    clocks.send("Emulation.setTimezoneOverride", {"timezoneId": "UTC"})
    page.add_init_script(DRAWN)
    page.reload()
    blotter.until_state("live")
    # Less than the zones are apart: none of its minutes is of both.
    history = wave(300)
    chart = Chart(page, {"AAPL": history})
    chart.open()
    chart.until("ready")
    expect(chart.part("legend")).to_contain_text(minute(history[-1]["time"]))
    page.click("#filters-toggle")
    after = page.locator("#filters [name=created_after]")
    after.fill("2026-01-05T09:30:00")
    chip = page.locator("#chips .chip")
    expect(chip).to_contain_text("09:30:00")

    page.evaluate("drawn.clear()")
    clocks.send("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Kolkata"})

    expect(chip).to_contain_text("15:00:00")
    expect(after).to_have_value("2026-01-05T15:00")
    expect(chart.part("legend")).to_contain_text(minute(history[-1]["time"], KOLKATA))
    here = {minute(bar["time"], KOLKATA) for bar in history}
    wait_for(lambda: here & set(page.evaluate("[...drawn]")), "minutes of this zone on the axis")
    with page.expect_request(lambda request: "created_after=2026-01-05T09%3A30%3A00.000000Z" in request.url):
        page.select_option("#filters [name=side]", "sell")
