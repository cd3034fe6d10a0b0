"""The feed's process: it carries what is wanted, tells what changed, and stops where another leads."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest
import redis.asyncio

from market.live import leader, leases, redis_board, redis_client, runner
from market.live.bars import Bar
from market.live.leases import Lease
from market.live.listing import Listing, Terms
from market.live.runner import Runner
from market.live.ticks import Sink, State, Status, Tick
from market.support.tasks import Background
from tests.market.conftest import until

D = Decimal
SYMBOLS = [f"S{number}" for number in range(8)]


class Puppet:
    """A feed that a test moves: `wanted` is what it was last asked to carry."""

    name = "puppet"

    def __init__(self, limit: int | None = None) -> None:
        self.status = Status(State.LIVE, limit=limit)
        self.wanted: dict[str, str] = {}
        self.sink: Sink | None = None
        self.runs = 0

    def want(self, symbols: Mapping[str, str]) -> None:
        self.wanted = dict(symbols)

    def history(self, symbol: str) -> list[Bar]:
        return [Bar(60, D(1), D(2), D(1), D(2), D(5))]

    async def run(self, sink: Sink) -> None:
        self.runs += 1
        self.sink = sink
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.sink = None

    def trade(self, symbol: str, price: str, at: float = 90_000.0) -> None:
        assert self.sink is not None
        self.sink(Tick(symbol, at, D(price), D(1), is_trade=True))


class Listed(Listing):
    """Instruments without a database."""

    symbols = SYMBOLS

    async def refresh(self) -> None:
        self.terms = {symbol: Terms(f"up-{symbol}", D("0.01"), D(1), None) for symbol in self.symbols}


@asynccontextmanager
async def running(feed: Puppet, standing: tuple[str, ...] = ()) -> AsyncIterator[Runner]:
    own = Runner(feed, lambda sink: sink, Listed(), list(standing))
    task = Background(own.run)
    try:
        await until(lambda: feed.sink, "the feed's run")
        yield own
    finally:
        await task.end()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(runner, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(runner, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(runner, "RENEW_SECONDS", 0.1)
    monkeypatch.setattr(runner, "STATE_SECONDS", 0.1)
    monkeypatch.setattr(runner, "BARS_SECONDS", 0.05)


async def quote_of(client: redis.asyncio.Redis, symbol: str) -> dict[str, Any] | None:
    text = await client.hget(redis_board.QUOTES, symbol)  # type: ignore[misc]
    return json.loads(text) if text else None


async def test_what_viewers_want_is_carried_by_the_feed_s_names_and_let_go_after_a_while(
    client: redis.asyncio.Redis,
) -> None:
    feed = Puppet()
    async with running(feed):
        lease = Lease(client)
        await lease.renew({"S1": False, "S2": True, "NOBODY-HAS-IT": False})
        await until(lambda: feed.wanted == {"S1": "up-S1", "S2": "up-S2"}, "both")

        await lease.renew({"S2": True})
        await until(lambda: feed.wanted == {"S2": "up-S2"}, "the one that is left")

        await lease.end()
        await until(lambda: feed.wanted == {}, "none")


async def test_what_the_feed_has_no_name_for_is_never_asked_for_and_takes_no_place_but_is_told(
    client: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Listed.name_of
    monkeypatch.setattr(Listed, "name_of", lambda own, symbol: None if symbol in "S1 S2" else real(own, symbol))
    feed = Puppet(limit=1)
    async with running(feed, standing=("S1", "S3")) as own:
        await until(lambda: feed.wanted == {"S3": "up-S3"}, "the standing one that it has")
        assert own.state()["reason"] == ""
        feed.status.reason = "As usual."

        await Lease(client).renew({"S2": True, "S4": False})

        await until(lambda: feed.wanted == {"S4": "up-S4"}, "what is wanted of what it has")
        assert own.state()["reason"] == "As usual. No prices for S2 from puppet."
        assert own.state()["queued"] == []


async def test_a_page_that_is_loaded_again_costs_no_new_subscription(
    client: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "GRACE_SECONDS", 60)
    feed = Puppet()
    asked: list[dict[str, str]] = []
    monkeypatch.setattr(feed, "want", lambda symbols: asked.append(dict(symbols)))
    async with running(feed):
        lease = Lease(client)
        await lease.renew({"S1": False})
        await until(lambda: {"S1": "up-S1"} in asked, "the symbol")
        asked.clear()
        await lease.end()
        await until(lambda: len(asked) > 2, "further looks")
        await Lease(client).renew({"S1": False})
        before = len(asked)
        await until(lambda: len(asked) > before + 2, "further looks")

    assert all(each == {"S1": "up-S1"} for each in asked)


async def test_beyond_the_limit_symbols_wait_and_working_orders_go_first(client: redis.asyncio.Redis) -> None:
    feed = Puppet(limit=2)
    async with running(feed) as own:
        first, second = Lease(client), Lease(client)
        await first.renew({"S1": False, "S2": False})
        await until(lambda: set(feed.wanted) == {"S1", "S2"}, "the first two")

        await second.renew({"S3": True, "S4": False})
        await until(lambda: "S3" in feed.wanted and len(feed.wanted) == 2, "the one with orders")
        assert own.state()["in_use"] == 2
        assert set(own.state()["queued"]) == ({"S1", "S2"} - set(feed.wanted)) | {"S4"}

        await first.end()
        await until(lambda: set(feed.wanted) == {"S3", "S4"}, "the promotion")
        await until(lambda: own.state()["queued"] == [], "nobody waiting")


async def test_a_price_is_told_when_it_changed_and_only_then(client: redis.asyncio.Redis) -> None:
    feed = Puppet()
    told: list[str] = []
    async with client.pubsub(ignore_subscribe_messages=True) as ear:
        await ear.subscribe(redis_board.topic("S1"))
        async with running(feed, standing=("S1",)):
            await until(lambda: feed.wanted, "the standing symbol")
            feed.trade("S1", "100")
            feed.trade("S1", "100", at=91_000.0)
            await until_kept(client, "100")
            feed.trade("S1", "101")
            feed.trade("S1", "102")
            await until_kept(client, "102")
            feed.trade("S1", "102")
            feed.trade("S1", "103")
            await until_kept(client, "103")
        async for message in ear.listen():
            told.append(json.loads(message["data"])["last"])
            if told[-1] == "103":
                break

    assert told in (["100", "102", "103"], ["100", "101", "102", "103"])


async def until_kept(client: redis.asyncio.Redis, last: str) -> None:
    while True:
        quote = await quote_of(client, "S1")
        if quote is not None and quote["last"] == last:
            return


async def test_bars_begin_with_the_feed_s_own_history(client: redis.asyncio.Redis) -> None:
    feed = Puppet()
    async with running(feed, standing=("S1",)):
        await until(lambda: feed.wanted, "the standing symbol")
        feed.trade("S1", "7", at=125_000.0)
        found = await until(lambda: len(texts := redis_board.read_bars("S1")) == 2 and texts, "both bars")

    assert [(bar["time"], bar["close"]) for bar in map(json.loads, found)] == [(60, "2"), (120, "7")]


async def test_the_feed_s_state_ends_by_itself_when_nobody_tells_it_again(client: redis.asyncio.Redis) -> None:
    async with running(Puppet(), standing=("S1",)):
        await until(redis_board.feed_text, "the state")

    assert json.loads(redis_board.feed_text() or "")["name"] == "puppet"
    assert 0 < await client.ttl(redis_board.FEED) <= redis_board.FEED_SECONDS


async def test_whoever_has_lost_the_lead_stops_at_once_and_tells_nothing_more(client: redis.asyncio.Redis) -> None:
    feed = Puppet()
    async with running(feed, standing=("S1",)):
        await until(lambda: feed.wanted, "the standing symbol")
        await client.set(leader.KEY, 10**6, ex=30)
        feed.trade("S1", "666")
        await until(lambda: feed.sink is None, "the feed's end")
        assert await quote_of(client, "S1") is None
        assert not any("666" in text for text in redis_board.read_bars("S1"))

        await client.delete(leader.KEY)
        await until(lambda: feed.sink and feed.runs == 2, "leading again")
        await until_kept(client, "666")


async def test_two_processes_never_run_the_feed_together(client: redis.asyncio.Redis) -> None:
    one, other = Puppet(), Puppet()
    waiting = Runner(other, lambda sink: sink, Listed(), [])
    async with running(one):
        task = Background(waiting.run)
        lease = Lease(client)
        await lease.renew({"S1": False})
        await until(lambda: one.wanted, "the leader at work")
        assert other.runs == 0
    await until(lambda: other.sink, "the other one's turn")
    await until(lambda: other.wanted == {"S1": "up-S1"}, "what is wanted, carried on")
    await task.end()


async def test_an_instrument_that_is_taken_off_while_it_is_watched_is_let_go_and_the_others_stay(
    client: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = Puppet()
    async with running(feed, standing=("S1",)):
        await Lease(client).renew({"S1": False, "S2": False})
        await until(lambda: set(feed.wanted) == {"S1", "S2"}, "both")

        monkeypatch.setattr(Listed, "symbols", ["S2", "S3"])
        await until(lambda: set(feed.wanted) == {"S2"}, "the one that is left")
        assert feed.runs == 1


async def test_what_nobody_looks_at_gives_way_to_what_is_wanted(client: redis.asyncio.Redis) -> None:
    feed = Puppet(limit=2)
    async with running(feed, standing=("S1", "S2", "S3")) as own:
        await until(lambda: set(feed.wanted) == {"S1", "S2"}, "the standing ones")
        lease = Lease(client)
        await lease.renew({"S4": False})
        await until(lambda: set(feed.wanted) == {"S1", "S4"}, "one of them and the wanted one")
        await lease.renew({"S5": False, "S6": False})
        await until(lambda: set(feed.wanted) == {"S5", "S6"}, "the wanted ones")
        assert own.state()["queued"] == []


async def test_a_lead_that_is_had_again_begins_with_what_is_known(client: redis.asyncio.Redis) -> None:
    feed = Puppet()
    async with running(feed, standing=("S1",)):
        await until(lambda: feed.wanted, "the standing symbol")
        feed.trade("S1", "100")
        await until_kept(client, "100")

        await client.flushall()

        await until_kept(client, "100")


async def test_a_lease_that_makes_no_sense_is_ignored(client: redis.asyncio.Redis) -> None:
    feed = Puppet()
    async with running(feed):
        for number, text in enumerate(("{", "7", '["S3"]', '{"S2":"yes","nobody":1}')):
            await client.set(f"{leases.INDEX}.{number}", text)
            await client.sadd(leases.INDEX, number)  # type: ignore[misc]
        await Lease(client).renew({"S1": False})
        await until(lambda: set(feed.wanted) == {"S1", "S2"}, "what makes sense")
        assert feed.runs == 1


async def test_after_the_broker_has_forgotten_everything_one_leads_and_prices_and_bars_are_told_again(
    client: redis.asyncio.Redis,
) -> None:
    one, other = Puppet(), Puppet()
    async with running(one, standing=("S1",)):
        await until(lambda: one.wanted, "the standing symbol")
        task = Background(Runner(other, lambda sink: sink, Listed(), ["S1"]).run)
        one.trade("S1", "100")
        await until_kept(client, "100")

        await client.flushall()

        await until(lambda: one.runs + other.runs == 2, "another lead")
        await until(lambda: [one.sink, other.sink].count(None) == 1, "exactly one that leads")
        leading = one if one.sink else other
        await until(lambda: leading.wanted, "the standing symbol again")
        leading.trade("S1", "101", at=125_000.0)
        await until_kept(client, "101")
        await until(lambda: len(redis_board.read_bars("S1")) == 2, "the bars, from the beginning")
        assert one.runs + other.runs == 2
        await task.end()


async def test_two_that_have_both_got_the_lead_of_a_forgetful_broker_are_not_taken_for_one(
    client: redis.asyncio.Redis,
) -> None:
    first, second = leader.Leader(client), leader.Leader(client)
    assert await first.acquire()
    await client.flushall()
    assert await second.acquire()

    assert not await first.renew()
    assert await second.renew()
    await first.release()
    assert await second.renew()


async def test_a_broker_that_is_away_is_told_of_once_and_once_when_it_is_back(
    client: redis.asyncio.Redis, broker_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[str] = []

    def address() -> str:
        asked.append("redis://127.0.0.1:1/0" if len(asked) < 3 else broker_url)
        return asked[-1]

    monkeypatch.setattr(redis_client, "url", address)
    async with running(Puppet()):
        assert len(asked) > 3

    away, back = [record.getMessage() for record in caplog.records if record.name == runner.__name__]
    assert away.startswith("Redis does not answer (")
    assert back == "Redis answers again."
