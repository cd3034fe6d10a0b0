"""A server process' prices: present at once, alive through a broker that goes or forgets, gone with their viewers."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Iterable
from typing import Any
from unittest.mock import Mock

import orjson
import pytest
import redis.asyncio

from market.live import feed_status, hub, leader, leases, redis_board, redis_client
from market.live.hub import QuoteHub
from market.live.redis_board import Board
from tests.market.conftest import until
from tests.servers import Redis

TERM = "term"


def text_of(symbol: str, last: str) -> str:
    return orjson.dumps({"symbol": symbol, "last": last}).decode()


def build(joined: str, changes: int, feed: str | None) -> str:
    return f'{{"quotes":[{joined}],"changes":{changes},"feed":{feed or "null"}}}'


class Glass:
    """A viewer that keeps the latest of what he is shown and everything that he is told to wait for."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.told: list[tuple[list[str], int]] = []

    def show(self, frame: str) -> bool:
        self.frames.append(json.loads(frame))
        return True

    def queued(self, symbols: Iterable[str], limit: int) -> None:
        self.told.append((list(symbols), limit))

    @property
    def seen(self) -> dict[str, str]:
        return {quote["symbol"]: quote["last"] for frame in self.frames for quote in frame["quotes"]}

    @property
    def feed(self) -> dict[str, Any]:
        [*_, last] = [frame["feed"] for frame in self.frames if frame["feed"]] or [{}]
        return dict(last)


class Leading:
    """The feed's process, as a hub hears it."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._client = client
        self._board = Board(client, TERM)

    async def price(self, symbol: str, last: str) -> None:
        await self._client.set(leader.KEY, TERM)
        assert await self._board.write({symbol: text_of(symbol, last)})

    async def state(self, state: str = "live", **more: Any) -> None:
        await self._board.tell({"name": "puppet", "state": state, "reason": "", "counts": {}} | more)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(hub, "GRACE_SECONDS", 0.1)
    monkeypatch.setattr(hub, "OPERATION_SECONDS", 0.5)
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.1)
    monkeypatch.setattr(feed_status, "LOOK_SECONDS", 0.05)


@pytest.fixture
async def prices(empty_board: None) -> AsyncIterator[QuoteHub]:
    own = QuoteHub(build)
    yield own
    await own.close()


@pytest.fixture
def feed(client: redis.asyncio.Redis) -> Leading:
    return Leading(client)


async def listeners(client: redis.asyncio.Redis, symbol: str) -> int:
    [(_, count)] = await client.pubsub_numsub(redis_board.topic(symbol))
    return int(count)


async def until_wanted(client: redis.asyncio.Redis, wanted: dict[str, bool]) -> None:
    while await leases.wanted(client) != wanted:
        pass


async def test_a_newcomer_is_shown_the_present_value_at_once_and_then_what_changes(
    prices: QuoteHub, feed: Leading
) -> None:
    await feed.price("X", "1")
    await feed.state()
    first, second = Glass(), Glass()

    prices.watch(first, ["X"], 20)
    await until(lambda: first.seen == {"X": "1"} and first.feed.get("state") == "live", "the present value")
    prices.watch(second, ["X", "Y"], 20)
    await until(lambda: second.seen == {"X": "1"}, "the present value again")
    assert second.frames[0]["changes"] == 0
    await feed.price("Y", "5")
    await feed.price("X", "2")
    await until(lambda: second.seen == {"X": "2", "Y": "5"}, "both changes")
    await until(lambda: first.seen == {"X": "2"}, "its change")

    assert (prices.viewers, prices.symbols, prices.taken) == (2, 2, 3)
    assert prices.frames == len(first.frames) + len(second.frames)


async def test_the_first_frame_after_a_start_has_the_prices_and_the_feed_as_it_is(
    prices: QuoteHub, feed: Leading
) -> None:
    await feed.price("X", "1")
    await feed.state()
    glass = Glass()
    prices.watch(glass, ["X"], 20)
    await until(lambda: glass.frames, "the first frame")
    assert (glass.seen, glass.frames[0]["feed"]["state"]) == ({"X": "1"}, "live")


async def test_a_newcomer_s_first_frame_has_the_feed_and_all_prices_also_of_what_nobody_else_watches(
    prices: QuoteHub, feed: Leading
) -> None:
    for symbol in ("X", "Y"):
        await feed.price(symbol, "1")
    await feed.state()
    first, newcomer, again = Glass(), Glass(), Glass()
    prices.watch(first, ["X"], 20)
    await until(lambda: first.frames, "the first frame")
    prices.watch(newcomer, ["X", "Y", "Z"], 10)
    await until(lambda: newcomer.frames, "the newcomer's first frame")
    prices.watch(again, ["Y", "Z"], 5)
    await until(lambda: again.frames, "the first frame of one whose symbols are known")

    for glass, known in ((first, {"X"}), (newcomer, {"X", "Y"}), (again, {"Y"})):
        [shown, *_] = glass.frames
        assert {quote["symbol"] for quote in shown["quotes"]} == known
        assert (shown["feed"]["name"], shown["feed"]["state"]) == ("puppet", "live")


@pytest.mark.parametrize("news", ["the feed", "a price"])
async def test_what_is_heard_before_the_broker_was_asked_makes_no_half_a_frame(
    prices: QuoteHub, feed: Leading, news: str
) -> None:
    for symbol in ("X", "Y"):
        await feed.price(symbol, "1")
    await feed.state()
    glass = Glass()
    prices.watch(glass, ["X", "Y"], 20)
    if news == "the feed":
        prices._hear_feed('{"name":"puppet","state":"connecting","reason":""}')
    else:
        prices._take("X", text_of("X", "1"))
    await until(lambda: glass.frames, "the first frame")

    [shown, *_] = glass.frames
    assert {quote["symbol"] for quote in shown["quotes"]} == {"X", "Y"}
    assert (shown["feed"]["name"], shown["feed"]["state"]) == ("puppet", "live")


async def test_the_feed_is_asked_for_after_a_break_whether_anybody_looks_or_not(
    prices: QuoteHub, feed: Leading, client: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    await feed.state()
    glass = Glass()
    prices.watch(glass, ["X"], 20)
    await until(lambda: glass.frames, "the first frame")
    await client.persist(redis_board.FEED)
    prices.leave(glass)
    await until(lambda: prices.symbols == 0, "nothing followed")
    lost = Mock(wraps=prices.feed.lose)
    monkeypatch.setattr(prices.feed, "lose", lost)

    await client.client_kill_filter(_type="pubsub")

    await until(lambda: lost.called and '"live"' in prices.feed.text, "the feed as it is")


async def test_without_a_feed_the_first_frame_says_so(prices: QuoteHub) -> None:
    glass = Glass()
    prices.watch(glass, ["X"], 20)
    await until(lambda: glass.frames, "the first frame")
    assert (glass.frames[0]["quotes"], glass.feed["state"]) == ([], "connecting")


async def test_a_symbol_is_one_subscription_and_goes_with_the_last_viewer(
    prices: QuoteHub, feed: Leading, client: redis.asyncio.Redis
) -> None:
    one, other = Glass(), Glass()
    prices.watch(one, ["X"], 10)
    prices.watch(other, ["X", "Y"], 5, frozenset({"Y"}))
    await until_wanted(client, {"X": False, "Y": True})
    assert await listeners(client, "X") == 1

    prices.leave(one)
    prices.watch(other, ["X"], 5)
    await until_wanted(client, {"X": False})
    prices.leave(other)
    prices.leave(other)
    await until_wanted(client, {})
    await until(lambda: prices.symbols == 0, "nothing followed")
    while await listeners(client, "X"):
        pass
    assert not prices.texts


async def test_who_comes_back_while_a_symbol_is_let_go_sees_its_price(prices: QuoteHub, feed: Leading) -> None:
    await feed.price("X", "1")
    first, again = Glass(), Glass()
    prices.watch(first, ["X"], 20)
    await until(lambda: first.seen, "the price")

    prices.leave(first)
    prices._leaving.pop("X").cancel()
    prices._forget("X")  # its time is over, and before anybody has acted on that
    prices.watch(again, ["X"], 20)

    await until(lambda: again.seen == {"X": "1"}, "the price again")


async def test_who_has_to_wait_is_told_once_each_time(prices: QuoteHub, feed: Leading) -> None:
    glass = Glass()
    prices.watch(glass, ["X", "Y"], 20)
    await feed.state(limit=50, queued=["Y", "Z"])
    await until(lambda: glass.told == [(["Y"], 50)], "the word")
    await feed.state(limit=50, queued=["Y"], in_use=50)
    await until(lambda: glass.feed.get("in_use") == 50, "the next state")
    assert glass.feed["queued"] == ["Y"]

    await feed.state(limit=50, queued=[])
    await until(lambda: glass.feed["queued"] == [], "the promotion")
    await feed.state(limit=50, queued=["Y", "X"])
    await until(lambda: len(glass.told) == 2, "the second word")

    assert glass.told[1] == (["X", "Y"], 50)


async def test_a_feed_that_dies_without_a_word_is_told_as_down_and_heard_again_when_it_is_back(
    prices: QuoteHub, feed: Leading, monkeypatch: pytest.MonkeyPatch, client: redis.asyncio.Redis
) -> None:
    glass = Glass()
    await feed.price("X", "1")
    await feed.state()
    prices.watch(glass, ["X"], 20)
    await until(lambda: glass.feed.get("state") == "live", "a live feed")

    monkeypatch.setattr(feed_status, "SILENT_SECONDS", 0.2)
    await client.delete(redis_board.FEED)
    await until(lambda: glass.feed["state"] == "down", "its end")
    assert glass.feed["reason"] == "The feed is not responding."

    monkeypatch.setattr(feed_status, "SILENT_SECONDS", 10)
    await feed.state()
    await until(lambda: glass.feed["state"] == "live", "its return")
    await feed.price("X", "2")
    await until(lambda: glass.seen == {"X": "2"}, "its prices")


async def test_garbage_in_the_broker_stops_nothing(
    prices: QuoteHub, feed: Leading, client: redis.asyncio.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    glass = Glass()
    await client.hset(redis_board.QUOTES, mapping={"X": '{"symbol":', "Y": "[1]"})  # type: ignore[misc]
    await client.set(redis_board.FEED, "no JSON")
    prices.watch(glass, ["X", "Y"], 20)
    await until_wanted(client, {"X": False, "Y": False})
    for garbage in ("{", "null", "[]", '{"state":"live"}', '"live"'):
        await client.publish(redis_board.FEED, garbage)
        await client.publish(redis_board.topic("X"), garbage.replace("live", "X"))

    await feed.price("Y", "2")
    await feed.state()
    await until(lambda: glass.seen == {"Y": "2"} and glass.feed.get("state") == "live", "what is sound")

    assert "The price hub failed" not in caplog.text


async def test_what_nobody_foresaw_stops_prices_for_a_moment_only(
    prices: QuoteHub, feed: Leading, monkeypatch: pytest.MonkeyPatch
) -> None:
    glass = Glass()
    real = redis_board.said
    fails = iter([True])

    def said(text: Any) -> Any:
        if next(fails, False):
            raise LookupError("a fault of ours")
        return real(text)

    monkeypatch.setattr(redis_board, "said", said)
    await feed.price("X", "1")
    prices.watch(glass, ["X"], 20)

    await until(lambda: glass.seen == {"X": "1"}, "the price all the same")


async def test_a_broker_that_has_forgotten_everything_is_told_what_is_wanted(
    prices: QuoteHub, feed: Leading, client: redis.asyncio.Redis
) -> None:
    glass = Glass()
    prices.watch(glass, ["X"], 20, frozenset({"X"}))
    await until_wanted(client, {"X": True})

    await client.flushall()

    await until_wanted(client, {"X": True})
    await feed.price("X", "3")
    await until(lambda: glass.seen == {"X": "3"}, "prices that go on")


async def test_prices_go_on_after_the_broker_went_and_came_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    own = Redis()
    own.start()
    monkeypatch.setattr(redis_client, "url", lambda: own.url)
    glass, newcomer, prices = Glass(), Glass(), QuoteHub(build)
    try:
        async with redis_client.connect_async(5) as client:
            feed = Leading(client)
            await feed.price("X", "1")
            prices.watch(glass, ["X"], 20)
            await until(lambda: glass.seen == {"X": "1"}, "a price")

            await asyncio.to_thread(own.stop)
            await until(lambda: glass.feed.get("state") == "down", "word that it is away")
            prices.watch(newcomer, ["X"], 20)
            await until(lambda: newcomer.seen == {"X": "1"}, "what is known, meanwhile")
        await asyncio.to_thread(own.start)
        async with redis_client.connect_async(5) as client:
            feed = Leading(client)
            await feed.price("X", "2")
            await feed.state()
            await until(lambda: glass.seen == {"X": "2"} and glass.feed["state"] == "live", "prices again")
            await until_wanted(client, {"X": False})
            await until(lambda: "Redis answers again." in caplog.text, "word that it is back")
    finally:
        await prices.close()
        own.stop()
    assert caplog.text.count("Redis does not answer (") == caplog.text.count("Redis answers again.") == 1


async def test_a_broker_that_hangs_is_told_as_away_and_prices_go_on_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Redis()
    own.start()
    monkeypatch.setattr(redis_client, "url", lambda: own.url)
    glass, prices = Glass(), QuoteHub(build)
    try:
        async with redis_client.connect_async(5) as client:
            feed = Leading(client)
            await feed.price("X", "1")
            await feed.state()
            prices.watch(glass, ["X"], 20)
            await until(lambda: glass.seen == {"X": "1"} and glass.feed.get("state") == "live", "a price")
            assert own.process is not None
            own.process.send_signal(signal.SIGSTOP)
            try:
                await until(lambda: glass.feed["state"] == "down", "word that it is away")
            finally:
                own.process.send_signal(signal.SIGCONT)
            await feed.state()
            await feed.price("X", "2")
            await until(lambda: glass.seen == {"X": "2"} and glass.feed["state"] == "live", "prices again")
    finally:
        await prices.close()
        own.stop()


async def test_the_places_of_a_hub_that_is_closed_are_free_at_once(
    prices: QuoteHub, client: redis.asyncio.Redis
) -> None:
    prices.watch(Glass(), ["X"], 20)
    await until_wanted(client, {"X": False})

    await prices.close()

    assert await client.smembers(leases.INDEX) == set()  # type: ignore[misc]
