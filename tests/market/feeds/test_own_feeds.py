"""The feeds that need nobody: a pretended market, and one that was recorded."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from market.feeds import replay
from market.feeds.clock import Clock
from market.feeds.replay import BadFile, ReplayFeed
from market.feeds.sim import SimFeed
from market.live.bars import Bar
from market.live.listing import Terms
from market.live.ticks import Feed, Tick
from tests.market.jumps import in_no_time, now
from tests.market.recordings import RECORDED, last_price, made

D = Decimal
JUMPING = Clock(now, now)
HEAD = "time,symbol,price,size\n"
TRADES = """time,symbol,price,size,side
2019-10-11T00:00:01Z,XRPETH,0.5,10,sell
2019-10-11T00:00:02Z,BTCUSD,9000,1,buy
2019-10-11T00:00:03Z,XRPETH,0.7,20,sell
2019-10-11T00:00:04Z,XRPETH,0.6,30,buy
"""


async def ticks_of(feed: Feed, until: Callable[[list[Tick]], bool], wanted: dict[str, str]) -> list[Tick]:
    """What the feed tells until the fact holds."""
    told: list[Tick] = []
    news = asyncio.Event()

    def sink(tick: Tick) -> None:
        told.append(tick)
        news.set()

    feed.want(wanted)
    running = asyncio.ensure_future(feed.run(sink))
    try:
        while not until(told):
            news.clear()
            await news.wait()
    finally:
        running.cancel()
    return told


def sim(seed: int = 1, latest: Decimal | None = None) -> SimFeed:
    return SimFeed(lambda symbol: Terms(symbol, D("0.05"), D("0.1"), latest), seed, Clock(wall=lambda: 1000.0))


@in_no_time
async def test_the_pretended_market_is_on_its_ticks_and_between_bid_and_ask() -> None:
    feed = SimFeed(lambda symbol: Terms(symbol, D("0.05"), D("0.1"), None), 1, JUMPING)
    told = await ticks_of(feed, lambda told: len(told) >= 1000, {name: name for name in ("AAPL", "BTCUSD", "X", "Y")})

    assert {tick.symbol for tick in told} == {"AAPL", "BTCUSD", "X", "Y"}
    for tick in told:
        assert tick.bid is not None
        assert tick.ask is not None
        assert 0 < tick.bid < tick.ask
        prices = [price for price in (tick.bid, tick.ask, tick.last) if price is not None]
        assert all(price % D("0.05") == 0 for price in prices)
        assert tick.last in (None, tick.bid, tick.ask)
        assert tick.is_trade == (tick.last is not None)


def test_the_same_seed_makes_the_same_prices_and_another_one_others() -> None:
    def path(seed: int) -> list[Tick]:
        line = sim(seed)._line("AAPL")
        return [line.step(0.5, number) for number in range(50)]

    assert path(1) == path(1)
    assert path(1) != path(2)


def test_a_path_goes_on_from_where_the_symbol_stood_when_the_feed_last_ran() -> None:
    price = sim(latest=D("777.00"))._line("AAPL").step(0.001, 0).ask

    assert price is not None
    assert abs(price - D(777)) < 2


def write(folder: Path, text: str) -> Path:
    file = folder / "prices.csv"
    file.write_text(text)
    return file


async def test_at_the_end_of_a_recording_every_symbol_stands_where_the_file_says(tmp_path: Path) -> None:
    feed = ReplayFeed(replay.read(write(tmp_path, TRADES)), None)

    def both(told: list[Tick]) -> bool:
        return feed.status.reason != "" and {tick.symbol for tick in told} == {"XRPETH", "BTCUSD"}

    told = await ticks_of(feed, both, {"XRPETH": "", "BTCUSD": ""})

    last = {tick.symbol: tick.last for tick in told}
    assert last == {"XRPETH": D("0.6"), "BTCUSD": D(9000)}
    assert {tick.symbol: tick.day_open for tick in told} == {"XRPETH": D("0.5"), "BTCUSD": D(9000)}


async def test_whoever_comes_after_the_end_is_told_the_last_price_at_once(tmp_path: Path) -> None:
    feed = ReplayFeed(replay.read(write(tmp_path, TRADES)), None)
    await ticks_of(feed, lambda told: bool(told), {"BTCUSD": ""})
    feed.want({})

    told = await ticks_of(feed, lambda told: bool(told), {"XRPETH": ""})

    assert [tick.last for tick in told][-1] == D("0.6")


PAST = """time,symbol,price,size
2019-10-11T09:00:10Z,XRPETH,0.5,1
2019-10-11T09:00:50Z,XRPETH,0.7,2
2019-10-11T09:00:55Z,XRPETH,0.6,1
2019-10-11T09:02:00Z,XRPETH,0.4,5
2019-10-11T09:03:05Z,XRPETH,0.8,3
2019-10-11T09:03:20Z,XRPETH,0.9,1
2019-10-11T09:03:30Z,BTCUSD,9000,1
"""


async def test_what_was_recorded_before_the_start_is_the_past_and_the_rest_is_played(tmp_path: Path) -> None:
    start = datetime(2019, 10, 11, 9, 3, 10, tzinfo=UTC)
    clock = Clock(wall=lambda: 1_000_000_030.0)
    feed = ReplayFeed(replay.read(write(tmp_path, PAST)), None, start, clock)

    past = feed.history("XRPETH")
    told = await ticks_of(feed, lambda told: len(told) >= 2, {"XRPETH": "", "BTCUSD": ""})

    # The minute in which the start is has begun already: what was before it in it is neither past nor played.
    end = 1_000_000_030 // 60 * 60
    assert past == [
        Bar(end - 180, D("0.5"), D("0.7"), D("0.5"), D("0.6"), D(4)),
        Bar(end - 60, D("0.4"), D("0.4"), D("0.4"), D("0.4"), D(5)),
    ]
    assert feed.history("BTCUSD") == []
    assert [(tick.last, tick.day_open) for tick in told[:2]] == [(D("0.9"), D("0.5")), (D(9000), D(9000))]


async def test_a_recording_without_a_start_has_no_past(tmp_path: Path) -> None:
    assert ReplayFeed(replay.read(write(tmp_path, PAST)), None).history("XRPETH") == []


@in_no_time
async def test_recorded_gaps_are_kept_divided_by_the_speed(tmp_path: Path) -> None:
    feed = ReplayFeed(replay.read(write(tmp_path, TRADES)), 20.0, clock=JUMPING)

    told = await ticks_of(feed, lambda told: len(told) == 3, {"XRPETH": ""})

    assert [tick.at / 1000 * 20 for tick in told] == pytest.approx([0, 2, 3])


def test_of_a_bar_its_four_prices_are_played_in_an_order_that_ends_with_its_close(tmp_path: Path) -> None:
    file = write(tmp_path, "time,symbol,open,high,low,close,volume\n2019-11-01T14:30:00+00:00,SPX,10,12,9,11,5\n")

    found = replay.read(file)

    assert [(each.price, each.size) for each in found] == [(D(10), 0), (D(9), 0), (D(12), 0), (D(11), D(5))]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("time,price\n", "the columns must be"),
        ("time,symbol,price,size\n", "has no prices"),
        ("time,symbol,price,size\nyesterday,X,1,1\n", "line 2"),
        ("time,symbol,price,size\n2019-10-11T00:00:01,X,1,1\n", "no time zone"),
        ("time,symbol,price,size\n2019-10-11T00:00:01Z,X,-1,1\n", "not a price"),
        ("time,symbol,price,size\n2019-10-11T00:00:01Z,X,NaN,1\n", "not a price"),
        ("time,symbol,price,size\n2019-10-11T00:00:01Z,X,one,1\n", "line 2"),
        ("time,symbol,price,size\n2019-10-11T00:00:01Z,X\n", "line 2"),
        (f"{HEAD}2019-10-11T00:00:01Z,BTC/USD,1.5,1\n", "line 2: 'BTC/USD' is not a symbol"),
        (f"{HEAD}2019-10-11T00:00:01Z,rpd,1.5,1\n", "line 2: 'rpd' is not a symbol"),
        (f"{HEAD}2019-10-11T00:00:01Z,,1.5,1\n", "line 2: '' is not a symbol"),
        (f"{HEAD}2019-10-11T00:00:01Z,{'X' * 40},1.5,1\n", "line 2: .* is not a symbol"),
        (f'{HEAD}2019-10-11T00:00:01Z,"R""Q",1.5,1\n', "line 2: .* is not a symbol"),
        (f'{HEAD}2019-10-11T00:00:01Z,"X\n",1.5,1\n2019,Y,1,1\n', "line 4: "),
        (f"{HEAD}2019-10-11T00:00:01Z,X,1_0,1\n", "line 2: '1_0' is not a price"),
        (f"{HEAD}2019-10-11T00:00:01Z,X,\u0661,1\n", "line 2: .* is not a price"),
        (f"{HEAD}2019-10-11T00:00:01Z,X,0,1\n", "line 2: '0' is not a price"),
        (f"{HEAD}2019-10-11T00:00:01Z,X,sNaN,1\n", "line 2: 'sNaN' is not a price"),
        (f"{HEAD}2019-10-11T00:00:01Z,X,1,Infinity\n", "line 2: 'Infinity' is not a price or size"),
        (f"{HEAD}2019-10-11T00:00:01Z,X,1e30,1\n", "line 2: '1e30' is not a price"),
        (f"{HEAD}2019-10-11T00:00:01Z,X,1e-13,1\n", "line 2: '1e-13' is not a price"),
        (f"{HEAD}2019-10-11T00:00:01Z,X,1,1e16\n", "line 2: '1e16' is not a price or size: it is too large"),
        (f"time,symbol,open,high,low,close\n2019-10-11T00:00:01Z,X,1,{'9' * 16},1,1\n", "line 2: '9+' is not a price"),
        (f'{HEAD}2019-10-11T00:00:01Z,"X,1,1\n', "line 2: .* never closed"),
        ('"time,symbol,price,size\n', "line 1: .* never closed"),
        ("time,symbol,price,size,price\n", "the columns must be"),
    ],
)
def test_a_bad_recording_is_refused_with_its_line(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(BadFile, match=reason):
        replay.read(write(tmp_path, text))


def test_a_recording_in_another_encoding_stops_the_feed_with_one_line(tmp_path: Path, settings: Any) -> None:
    file = tmp_path / "prices.csv"
    settings.FEED, settings.FEED_FILE = "replay", str(file)
    text = f"{HEAD}2019-10-11T00:00:01Z,X,1,1\n2019-10-11T00:00:01Z,caf\u00e9,1,1\n"
    for encoding, line in (("latin-1", 3), ("utf-16", 1)):
        file.write_bytes(text.encode(encoding))
        with pytest.raises(CommandError, match=rf"^FEED_FILE: prices\.csv, line {line}: it is not UTF-8\.$"):
            call_command("run_feed")


def test_a_start_after_the_end_of_the_recording_stops_the_feed_with_one_line(
    tmp_path: Path, settings: Any, db: None
) -> None:
    settings.FEED, settings.FEED_FILE = "replay", str(write(tmp_path, TRADES))
    settings.FEED_START = datetime(2019, 10, 12, tzinfo=UTC)
    with pytest.raises(CommandError, match=r"^FEED_START: .* has no price at 2019-10-12T00:00:00\+00:00 or later\.$"):
        call_command("run_feed")


def test_small_prices_may_be_written_with_an_exponent_as_programs_do(tmp_path: Path) -> None:
    [found] = replay.read(write(tmp_path, f"{HEAD}2019-10-11T00:00:01Z,X,1.5e-05,2E3\n"))

    assert (found.price, found.size) == (D("0.000015"), D(2000))


@pytest.mark.parametrize("is_real", [False, True] if RECORDED.exists() else [False])
async def test_a_whole_recording_ends_at_the_file_s_last_price(is_real: bool, tmp_path: Path) -> None:
    file = RECORDED if is_real else write(tmp_path, made(3000))
    feed = ReplayFeed(replay.read(file), None)

    told = await ticks_of(feed, lambda told: feed.status.reason != "" and bool(told), {"XRPETH": "XRPETH"})

    assert told[-1].last == last_price(file)


@in_no_time
async def test_the_pretended_market_goes_on_after_the_clock_was_put_back() -> None:
    hour_ago = iter(itertools.chain([5000.0] * 5, itertools.repeat(1400.0)))
    feed = SimFeed(lambda symbol: Terms(symbol, D("0.05"), D("0.1"), None), 1, Clock(now, lambda: next(hour_ago)))

    told = await ticks_of(feed, lambda told: len(told) >= 12, {"AAPL": "", "X": "", "Y": ""})

    assert {tick.at for tick in told} == {5_000_000.0, 1_400_000.0}


@in_no_time
async def test_a_recording_that_was_broken_off_goes_on_from_there(tmp_path: Path) -> None:
    feed = ReplayFeed(replay.read(write(tmp_path, TRADES)), 4.0, clock=JUMPING)
    before = await ticks_of(feed, lambda told: len(told) == 1, {"XRPETH": ""})

    after = await ticks_of(feed, lambda told: len(told) == 2, {"XRPETH": ""})

    assert [tick.last for tick in before + after] == [D("0.5"), D("0.7"), D("0.6")]
