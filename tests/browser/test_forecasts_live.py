"""Forecasts live: in the table, an order's details, the ticket and the scorecard, from recorded trades played again."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.blotter import Blotter
from tests.browser.conftest import enlisted
from tests.market.recordings import RECORDED
from tests.servers import Server, wait_for
from tests.traders import Trader

Open = Callable[..., Blotter]

# Long enough a past for an hour's forecast.
START = datetime(2019, 10, 12, 16, tzinfo=UTC)
TICK = Decimal("0.00000001")
BOUNDS = re.compile(r"^0\.00\d+ ?– ?0\.00\d+$")
WORDS = re.compile(r"\d.* %|likely|maybe")


def recording(folder: Path) -> Path:
    """Two days of trades: the recorded ones where they are at hand, else made ones, ten a minute."""
    if RECORDED.exists():
        return RECORDED
    file, wander = folder / "trades.csv", random.Random(1)
    at, price = START - timedelta(hours=40), 0.0015
    with file.open("w") as text:
        text.write("time,symbol,price,size\n")
        while at < START + timedelta(hours=12):
            at += timedelta(seconds=6)
            price *= 1 + wander.gauss(0, 0.0001)
            text.write(f"{at.isoformat()},XRPETH,{price:.8f},{wander.randint(1, 500)}\n")
    return file


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that plays the recording twenty times as fast, from the second day on."""
    folder = Path(tmp_path_factory.mktemp("replayed"))
    told = {"FEED_FILE": str(recording(folder)), "FEED_START": START.isoformat(), "FEED_SPEED": "20"}
    server = Server(folder, FEED="replay", PAPER_BROKER="off", **told)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="module")
def replayed_traders(replayed: Server) -> Iterator[Trader]:
    return enlisted(replayed, 2)


@pytest.fixture
def trader(replayed_traders: Iterator[Trader]) -> Trader:
    return next(replayed_traders)


def price_below(trader: Trader, share: str) -> str:
    """A price so far below the market (above for a negative share), on the tick."""
    quotes: list[dict[str, Any]] = []

    def known() -> list[dict[str, Any]]:
        quotes[:] = trader.server.request("GET", "/api/quotes/?symbols=XRPETH", user="alice")[1]["quotes"]
        return quotes

    wait_for(known, "a price")
    below = Decimal(quotes[0]["last"]) * (1 - Decimal(share))
    return f"{below.quantize(TICK):f}"


def test_a_trader_sees_how_likely_a_touch_is_before_the_order_and_as_long_as_it_works(
    open_as: Open, trader: Trader
) -> None:
    near, far, beyond, above = (price_below(trader, share) for share in ("0.0005", "0.02", "-0.1", "-0.0005"))
    blotter = open_as(trader, viewport={"width": 1680, "height": 1000})
    page = blotter.page

    page.keyboard.press("n")
    ticket = page.locator("#ticket")
    for name, text in (("symbol", "XRPETH"), ("quantity", "100"), ("price", near)):
        ticket.locator(f"[name={name}]").fill(text)
    expect(ticket).to_contain_text(re.compile(r"Touch within 5 min .*15 min .*60 min "))
    page.keyboard.press("Escape")

    ids = [trader.place(symbol="XRPETH", quantity="100", price=price)["id"] for price in (beyond, near, far)]
    ids.append(trader.place(symbol="XRPETH", quantity="100", price=above, side="sell")["id"])
    touches = [blotter.cell(order_id, "touch") for order_id in ids]
    for touch in touches:
        expect(touch).to_have_text(WORDS)

    def near_ones() -> list[str]:
        """Of both sides, since the market can't have gone through both prices, and stay there."""
        return [touches[place].inner_text() for place in (1, 3)]

    # Prices move: so do the numbers, by themselves.
    before = near_ones()
    wait_for(lambda: near_ones() != before, "another number")
    expect(touches[1]).to_have_attribute("title", re.compile(r"touch within 15 min .*trade through "))

    # A mark beside a number leads to how good its symbol's have been: arrow keys reach it after the row's first button.
    blotter.row(ids[0]).focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    number = touches[0].get_by_role("link")
    expect(number).to_be_focused()
    expect(number).to_have_attribute("href", "/forecasts/?symbol=XRPETH")

    # Wherever the market goes, it stays beyond the price of the first one, which is the last in the usual order.
    expect(touches[0]).to_have_text("100 · 100 · 100 %")
    beyond_first, far_first = [ids[0], ids[2]], [ids[2], ids[0]]

    def order() -> list[int]:
        """Of these two: the market may come to the third at any time, and equals keep the usual order."""
        return [order_id for order_id in blotter.ids() if order_id in (ids[0], ids[2])]

    assert order() == far_first
    for expected in (beyond_first, far_first):
        page.locator("#orders th.col-touch").click()
        wait_for(lambda wanted=expected: order() == wanted, "the order by touch")

    touches[1].dblclick()
    details = page.locator(".touch-details")
    expect(details).to_contain_text(re.compile(r"15 min"))
    expect(details).to_contain_text(re.compile("median time to touch"))
    assert "fill" not in details.inner_text().lower()
    page.locator(".details [data-action=chart]").click()
    page.locator("#chart").get_by_role("button", name="Table", exact=True).click()
    cone = page.locator(".chart-cone")
    expect(cone).to_contain_text(re.compile(r"From 0\.00\d+ at "))
    expect(cone.locator("tbody tr", has_text="15 min").locator("td")).to_have_text([BOUNDS, BOUNDS])
    details.get_by_role("link").click()
    page.wait_for_url("**/forecasts/**")
    expect(page.locator("main")).to_contain_text(re.compile(r"1–[\d,]+: 0 missing"))
