"""The latest price wins and the last one always arrives, as often as each viewer wants, however slow another is."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterable
from typing import Any

import pytest

from market.live.viewers import Interest, Pace
from tests.market.hands import until
from tests.market.jumps import in_no_time, now, pass_time


class Glass:
    """A viewer that keeps what he is shown, and when; `shut` takes nothing, `broken` raises."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.times: list[float] = []
        self.asked = 0
        self.shut = False
        self.broken = False

    def show(self, frame: str) -> bool:
        self.asked += 1
        if self.broken:
            raise LookupError("no longer there")
        if self.shut:
            return False
        self.frames.append(json.loads(frame))
        self.times.append(now())
        return True

    def queued(self, symbols: Iterable[str], limit: int) -> None:
        raise AssertionError("nothing is queued here")

    @property
    def seen(self) -> dict[str, int]:
        """The latest that he knows of each symbol."""
        return {symbol: value for frame in self.frames for symbol, value in frame["quotes"].items()}

    @property
    def changes(self) -> int:
        return sum(frame["changes"] for frame in self.frames)


class Market:
    """Prices that a test moves, for the paces it makes."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {}
        self.paces: list[Pace] = []
        self.built = 0

    def pace(self, per_second: float) -> Pace:
        self.paces.append(Pace(self._frame, per_second))
        return self.paces[-1]

    def move(self, symbol: str, value: int) -> None:
        self.values[symbol] = value
        for pace in self.paces:
            pace.changed(symbol)

    def _frame(self, symbols: Iterable[str], changes: int, with_feed: bool) -> str:
        self.built += 1
        quotes = {symbol: self.values[symbol] for symbol in symbols if symbol in self.values}
        return json.dumps({"quotes": quotes, "changes": changes}) if quotes or with_feed else ""


def looking(pace: Pace, *symbols: str) -> tuple[Glass, Interest]:
    glass = Glass()
    interest = Interest(glass)
    interest.wanted = frozenset(symbols)
    pace.enter(interest)
    return glass, interest


@pytest.fixture
def market() -> Market:
    return Market()


async def busy(market: Market, seconds: float) -> int:
    """Prices of X that come each millisecond for so long; the last one."""
    loop = asyncio.get_running_loop()
    over, done = loop.time() + seconds, asyncio.Event()
    values = itertools.count(1)

    def move() -> None:
        market.move("X", next(values))
        if loop.time() < over:
            loop.call_later(0.001, move)
        else:
            done.set()

    move()
    await done.wait()
    return market.values["X"]


@pytest.mark.parametrize("per_second", [5, 10, 20])
@in_no_time
async def test_at_most_so_many_frames_a_second_and_the_last_price_at_their_end(market: Market, per_second: int) -> None:
    glass, _ = looking(market.pace(per_second), "X")

    last = await busy(market, 0.5)
    await until(lambda: glass.seen == {"X": last}, "the last price")

    pauses = [later - time for time, later in itertools.pairwise(glass.times)]
    assert pauses == pytest.approx([1 / per_second] * len(pauses), abs=0.002)
    assert glass.changes == last
    assert [frame["quotes"]["X"] for frame in glass.frames] == sorted({frame["quotes"]["X"] for frame in glass.frames})


@in_no_time
async def test_the_first_price_after_a_rest_is_shown_at_once(market: Market) -> None:
    pace = market.pace(0.1)
    glass, _ = looking(pace, "X")
    market.move("X", 1)
    await until(lambda: glass.frames, "the price")
    await pass_time(1000)

    moved = now()
    market.move("X", 2)
    await until(lambda: glass.seen == {"X": 2}, "the next price")

    assert glass.times == [0, moved]


@in_no_time
async def test_each_is_shown_what_he_wants_and_those_alike_share_a_frame(market: Market) -> None:
    pace = market.pace(20)
    alike = [looking(pace, "X", "Y")[0] for _ in range(50)]
    other, _ = looking(pace, "Y", "Z")

    market.move("X", 1)
    market.move("Y", 2)
    market.move("Y", 3)
    market.move("Z", 4)
    await until(lambda: other.frames and all(glass.frames for glass in alike), "the prices")

    assert all(glass.frames == [{"quotes": {"X": 1, "Y": 3}, "changes": 3}] for glass in alike)
    assert other.seen == {"Y": 3, "Z": 4}
    assert market.built == 2
    assert (pace.sent, pace.conflated) == (51, 51)


@in_no_time
async def test_whoever_is_behind_gets_the_latest_later_and_delays_nobody(market: Market) -> None:
    pace = market.pace(20)
    slow, interest = looking(pace, "X", "Y")
    quick, _ = looking(pace, "X")
    slow.shut = True
    market.move("Y", 7)

    last = await busy(market, 0.5)
    await until(lambda: quick.seen == {"X": last}, "the quick one's last price")

    assert not slow.frames
    assert interest.unseen == {"X": last, "Y": 1}
    pauses = [later - time for time, later in itertools.pairwise(quick.times)]
    assert pauses == pytest.approx([1 / 20] * len(pauses), abs=0.002)
    slow.shut = False
    await until(lambda: slow.frames, "the slow one's prices")
    assert [(frame["quotes"], frame["changes"]) for frame in slow.frames] == [({"X": last, "Y": 7}, last + 1)]
    assert not interest.unseen


@in_no_time
async def test_a_viewer_that_fails_spoils_it_for_nobody(market: Market, caplog: pytest.LogCaptureFixture) -> None:
    pace = market.pace(20)
    glasses = [looking(pace, "X")[0] for _ in range(9)]
    glasses[3].broken = True

    market.move("X", 1)
    await until(lambda: glasses[3].asked and sum(glass.seen == {"X": 1} for glass in glasses) == 8, "eight of nine")

    assert "Sending prices to a viewer failed" in caplog.text


@in_no_time
async def test_what_was_not_shown_goes_along_to_another_pace(market: Market) -> None:
    rare, often = market.pace(1), market.pace(20)
    glass, interest = looking(rare, "X")
    witness, _ = looking(often, "X")
    market.move("X", 1)
    await until(lambda: glass.frames, "the first price")
    market.move("X", 2)
    await until(lambda: witness.seen == {"X": 2}, "the other pace's flush")

    rare.leave(interest)
    often.enter(interest)
    often.changed()

    await until(lambda: glass.seen == {"X": 2}, "the last price")


@in_no_time
async def test_a_pace_that_nobody_keeps_counts_nothing_up(market: Market) -> None:
    pace = market.pace(20)
    _, interest = looking(pace, "X")
    pace.leave(interest)
    for value in range(1000):
        market.move("X", value)

    glass, _ = looking(pace, "X")
    market.move("X", 1000)
    await until(lambda: glass.frames, "the price")

    assert glass.changes == 1
