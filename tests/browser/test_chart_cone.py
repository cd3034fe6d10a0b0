"""The cone on the chart: drawn ahead of the last bar, in figures beside it, with a switch."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.blotter import Blotter, serious_violations
from tests.browser.charted import MINUTE, Chart, this_minute, wave
from tests.browser.test_chart import no_sideways_scroll
from tests.browser.test_layout import SMALL_TARGETS, TOUCH
from tests.browser.waiting import wait_for
from tests.traders import Trader

Open = Callable[..., Blotter]

# The colours down the picture at this share of its width, where they stand for some pixels; once where they go on.
COLUMN = """(share) => {
  const canvas = document.querySelector("#chart canvas");
  const { data } = canvas.getContext("2d").getImageData(Math.round(canvas.width * share), 0, 1, canvas.height);
  const [colours, pixels] = [[], []];
  for (let i = 0; i < data.length; i += 4) {
    const colour = data.slice(i, i + 3).join();
    if (colour === pixels.at(-1)) pixels.push(colour);
    else pixels.splice(0, Infinity, colour);
    if (pixels.length > 8 && colour !== colours.at(-1)) colours.push(colour);
  }
  return colours;
}"""
# One may be a line of the grid.
AHEAD = (0.74, 0.77, 0.8, 0.83)
DAY = 24 * 60
SHORT = "Needs 57 more hours of prices."
OLD = {"symbol": "AAPL", "unavailable": "The price is 4 min old.", "ready_in_minutes": None}


class Cone:
    """The endpoint; `answer` is its answer, a status that it refuses with, or None to leave requests unanswered."""

    def __init__(self, page: Page, answer: dict[str, Any] | int | None) -> None:
        self.answer = answer
        self.asked: list[str] = []
        page.route("**/api/forecasts/cone/*", self._answer)

    def _answer(self, route: Route) -> None:
        self.asked.append(route.request.url.split("symbol=")[1])
        if isinstance(self.answer, int):
            body = {"code": "internal", "message": "It is broken."}
            route.fulfill(status=self.answer, body=json.dumps(body), content_type="application/json")
        elif self.answer is not None:
            route.fulfill(body=json.dumps(self.answer), content_type="application/json")


def cone(close: str = "585.40") -> dict[str, Any]:
    """Of the bar before this minute's; the wave goes up and down by 2.2."""
    middle = float(close)

    def band(minutes: int) -> dict[str, Any]:
        sides = {0.8: 0.15 * minutes**0.5, 0.95: 0.24 * minutes**0.5}
        levels = [
            {"level": level, "low": f"{middle - by:.2f}", "high": f"{middle + by:.2f}"} for level, by in sides.items()
        ]
        return {"minutes": minutes, "levels": levels}

    bands = [*map(band, (1, 5, 15, 30, 60, 120)), {"minutes": 240, "unavailable": SHORT, "ready_in_minutes": 3390}]
    return {"symbol": "AAPL", "as_of": "2026-12-01T14:00:03Z", "from": this_minute(), "close": close, "bands": bands}


def columns(page: Page, shares: tuple[float, ...] = AHEAD) -> list[list[str]]:
    return [page.evaluate(COLUMN, share) for share in shares]


def has_bands(page: Page, shares: tuple[float, ...] = AHEAD) -> bool:
    """Whether ahead of the bars a band lies within another, and that within the chart's ground."""

    def nested(colours: list[str]) -> bool:
        return len(colours) == 5 and len(set(colours)) == 3 and colours == colours[::-1]

    return any(map(nested, columns(page, shares)))


def has_nothing(page: Page) -> bool:
    """Whether nothing but lines is ahead of the bars."""
    return all(len(colours) == 1 for colours in columns(page))


def minute_at_the_left(page: Page, chart: Chart) -> int:
    """Of the oldest bar in sight, in minutes of its day."""
    box = chart.face.bounding_box()
    assert box is not None
    newest = chart.part("legend").text_content()
    for x in (2, 1):
        page.mouse.move(box["x"] + x, box["y"] + 100)
    wait_for(lambda: chart.part("legend").text_content() != newest, "a bar of the past under the pointer")
    hour, minute = str(chart.part("legend").text_content())[:5].split(":")
    page.mouse.move(0, 0)
    wait_for(lambda: chart.part("legend").text_content() == newest, "the newest bar in the legend")
    return 60 * int(hour) + int(minute)


def switch(chart: Chart) -> Locator:
    return chart.root.get_by_role("button", name="Cone", exact=True)


def figures(chart: Chart) -> list[list[str]]:
    rows = chart.root.locator(".chart-cone tbody tr")
    texts: list[list[str]] = rows.evaluate_all(
        "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    return texts


def test_two_bands_lie_ahead_of_the_last_bar_and_as_much_of_the_past_is_in_sight_as_without(
    open_as: Open, trader: Trader
) -> None:
    page = open_as(trader).page
    served = Cone(page, OLD)
    chart = Chart(page, {"AAPL": wave(), "BTCUSD": wave()})
    chart.open()
    chart.until("ready")
    expect(chart.part("cone-note")).to_have_text("No cone: The price is 4 min old.")
    assert has_nothing(page)
    left = minute_at_the_left(page, chart)

    served.answer = cone()
    chart.choose("BTCUSD")
    wait_for(lambda: has_bands(page), "two bands")

    expect(chart.part("cone-note")).to_be_hidden()
    assert list(dict.fromkeys(served.asked)) == ["AAPL", "BTCUSD"]
    assert abs(minute_at_the_left(page, chart) - left) <= 1
    newest = chart.part("legend").text_content()
    box = chart.face.bounding_box()
    assert box is not None
    for x in (0.75, 0.7):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + 100)
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert chart.part("legend").text_content() == newest
    expect(chart.face).to_have_attribute("aria-label", re.compile("^Chart of BTCUSD, one-minute bars, last price"))

    served.answer = None
    chart.choose("AAPL")
    wait_for(lambda: has_nothing(page), "the other symbol's cone gone")


def test_a_new_bar_grows_within_the_cone_and_moves_the_others_on(open_as: Open, trader: Trader) -> None:
    page = open_as(trader).page
    Cone(page, cone())
    chart = Chart(page, {"AAPL": (history := wave())})
    chart.own()
    chart.until("ready")
    wait_for(lambda: has_bands(page), "two bands")
    left = minute_at_the_left(page, chart)

    chart.quote("AAPL", "585.50", history[-1]["time"] + MINUTE + 1)

    expect(chart.part("legend")).to_contain_text("O\u00a0585.50")
    wait_for(lambda: minute_at_the_left(page, chart) == (left + 1) % DAY, "the next minute at the left edge")
    assert has_bands(page)


def test_who_has_moved_is_left_there_and_can_look_as_far_ahead_as_the_cone_reaches(
    open_as: Open, trader: Trader
) -> None:
    page = open_as(trader).page
    served = Cone(page, None)
    chart = Chart(page, {"AAPL": wave()})
    chart.open()
    chart.until("ready")
    wait_for(lambda: served.asked, "the cone asked for")
    for _ in range(10):
        chart.do("earlier")
    left = minute_at_the_left(page, chart)
    served.answer = cone()
    switch(chart).click()
    switch(chart).click()
    expect(chart.root.locator(".chart-cone tbody tr")).to_have_count(7)
    assert minute_at_the_left(page, chart) == left

    for _ in range(16):
        chart.do("later")
    wait_for(lambda: has_bands(page, (0.4, 0.43, 0.46, 0.5)), "more of the cone than at first")
    chart.do("newest")
    wait_for(lambda: has_bands(page) and not has_bands(page, (0.3, 0.33)), "as at first")


def test_its_switch_takes_it_off_stops_asking_and_is_remembered(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)
    page = blotter.page
    served = Cone(page, cone())
    chart = Chart(page, {"AAPL": wave()})
    chart.open()
    chart.until("ready")
    wait_for(lambda: has_bands(page), "two bands")
    expect(switch(chart)).to_have_attribute("aria-pressed", "true")

    chart.root.locator("[data-chart-do=candles]").focus()
    page.keyboard.press("Tab")
    expect(switch(chart)).to_be_focused()
    page.keyboard.press("Space")

    expect(switch(chart)).to_have_attribute("aria-pressed", "false")
    wait_for(lambda: has_nothing(page), "no bands")
    chart.do("table")
    expect(chart.root.locator(".chart-cone")).to_be_hidden()
    asked = len(served.asked)
    page.reload()
    blotter.until_state("live")
    chart.until("ready")
    expect(switch(chart)).to_have_attribute("aria-pressed", "false")
    assert len(served.asked) == asked
    chart.do("candles")
    switch(chart).click()
    wait_for(lambda: has_bands(page), "two bands on a line of prices")
    assert len(served.asked) > asked


def test_it_is_read_after_each_full_minute_and_its_absence_is_told_quietly(open_as: Open, trader: Trader) -> None:
    page = open_as(trader, at=trader.server).page
    page.clock.install()
    served = Cone(page, 503)
    chart = Chart(page, {"AAPL": wave()})
    chart.own()
    chart.until("ready")
    wait_for(lambda: served.asked, "the cone asked for")

    served.answer = OLD
    page.clock.fast_forward(MINUTE * 1000)
    expect(chart.part("cone-note")).to_have_text("No cone: The price is 4 min old.")
    chart.do("table")
    expect(chart.part("cone-origin")).to_have_text("No cone: The price is 4 min old.")
    served.answer = 503
    asked = len(served.asked)
    page.clock.fast_forward(MINUTE * 1000)
    wait_for(lambda: len(served.asked) > asked, "the cone asked for again")
    expect(chart.part("cone-note")).to_be_visible()
    assert page.locator("#notices").inner_text() == ""
    served.answer = cone()
    page.clock.fast_forward(MINUTE * 1000)
    expect(chart.part("cone-note")).to_be_hidden()
    expect(chart.root.locator(".chart-cone tbody tr")).to_have_count(7)


def test_its_bounds_are_there_in_figures_for_everybody(open_as: Open, trader: Trader) -> None:
    page = open_as(trader, reduced_motion="reduce").page
    Cone(page, cone())
    chart = Chart(page, {"AAPL": wave()})
    chart.open()
    chart.until("ready")
    chart.do("table")

    table = page.get_by_role("table", name="Where the price may be")
    expect(table).to_be_visible()
    rows = figures(chart)
    assert rows[0] == ["1 min", "585.25 – 585.55", "585.16 – 585.64"]
    assert [row[0] for row in rows] == ["1 min", "5 min", "15 min", "30 min", "1 h", "2 h", "4 h"]
    assert rows[-1] == ["4 h", SHORT]
    expect(chart.part("cone-origin")).to_have_text(re.compile(r"^From 585.40 at \d\d:\d\d$"))
    link = page.get_by_role("link", name="How good is it?")
    expect(link).to_have_attribute("href", "/forecasts/")
    assert len(chart.table()) == 30
    assert serious_violations(page) == []


def test_with_forced_colours_its_outline_alone_is_drawn(open_as: Open, trader: Trader) -> None:
    page = open_as(trader, color_scheme="light").page
    Cone(page, cone())
    chart = Chart(page, {"AAPL": wave()})
    chart.open()
    chart.until("ready")
    wait_for(lambda: has_bands(page), "two bands")
    filled = chart.picture()

    page.emulate_media(forced_colors="active")

    wait_for(lambda: has_nothing(page), "no fill")
    outlined = chart.picture()
    switch(chart).click()
    wait_for(lambda: chart.picture() not in (filled, outlined), "no outline")


def test_a_phone_has_its_switch_and_figures_within_reach_of_fingers(open_as: Open, trader: Trader) -> None:
    page = open_as(trader, **TOUCH).page
    Cone(page, cone())
    chart = Chart(page, {"AAPL": wave()})
    page.get_by_role("button", name="Chart", exact=True).first.click()
    chart.choose("AAPL")
    chart.until("ready")
    wait_for(lambda: has_bands(page), "two bands")
    chart.do("table")
    expect(chart.root.locator(".chart-cone tbody tr")).to_have_count(7)
    assert page.evaluate(SMALL_TARGETS) == []
    assert no_sideways_scroll(page)
    switch(chart).click()
    wait_for(lambda: has_nothing(page), "no bands")
