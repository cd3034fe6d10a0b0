"""What the chart shows first: the newest bars at their usual width, however many there are."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.blotter import Blotter
from tests.browser.charted import Chart, wave
from tests.browser.waiting import wait_for
from tests.traders import Trader


def test_a_chart_of_1500_bars_opens_with_as_many_of_them_in_view_as_one_of_240(
    open_as: Callable[..., Blotter], trader: Trader
) -> None:
    page = open_as(trader).page
    history = wave(1500)
    chart = Chart(page, {"AAPL": history[-240:], "BTCUSD": history})

    chart.open("AAPL")
    chart.until("ready")
    few = bar_at_the_left(page, chart)
    chart.choose("BTCUSD")
    chart.until_asked("AAPL", "BTCUSD")
    chart.until("ready")

    wait_for(lambda: bar_at_the_left(page, chart) == few, "the same bar at the left edge")


def bar_at_the_left(page: Page, chart: Chart) -> str:
    """The legend of a bar near the left edge, which is not the newest one's."""
    box = chart.face.bounding_box()
    assert box is not None
    newest = chart.part("legend").text_content()

    def pointed() -> str | None:
        for x in (99, 100):
            page.mouse.move(box["x"] + x, box["y"] + 100)
        found = chart.part("legend").text_content()
        return None if found == newest else found

    found = str(wait_for(pointed, "a bar of the past under the pointer"))
    page.mouse.move(0, 0)
    wait_for(lambda: chart.part("legend").text_content() == newest, "the newest bar in the legend")
    return found
