"""The forecaster's process on a real Redis and database: one answers, another takes over, and what it survives."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
import redis.asyncio
from django.core.management import CommandError, call_command
from django.db import OperationalError

from market.forecaster import record, wire
from market.live import leases, redis_client
from tests.market.conftest import until
from tests.market.forecaster.scenes import ask
from tests.market.forecaster.stage import Stage, leading, recorded, results, told
from tests.servers import Redis
from tests.tables import failing

pytestmark = pytest.mark.django_db(transaction=True)


async def test_without_a_forecaster_that_is_said_at_once(stage: Stage) -> None:
    with pytest.raises(wire.NoForecaster, match="does not run"):
        await told()


async def test_a_second_stands_by_and_takes_over_and_what_waited_is_not_scored(
    stage: Stage, client: redis.asyncio.Redis
) -> None:
    first = stage.start()
    await leading(client)
    term = await client.get(wire.LEADER)
    await told()
    stage.start()
    await told(ask("98.5", minutes=(5,)))
    assert await client.get(wire.LEADER) == term

    await first.end()
    await leading(client)
    assert await client.get(wire.LEADER) != term
    [point] = await told(ask("98", minutes=(5,)))
    assert "touch" in point
    restarted = [(5, None, "restart"), (15, None, "restart"), (5, None, "restart")]
    assert await asyncio.to_thread(results) == [*restarted, (5, None, "")]
    # The time of the first one goes on.
    assert [row["is_apart"] for row in await asyncio.to_thread(recorded)] == [True, True, False, False]


async def test_one_that_ends_lets_go_of_its_lead_and_its_symbols(stage: Stage, client: redis.asyncio.Redis) -> None:
    process = stage.start()
    await leading(client)
    await told()
    assert await leases.wanted(client) == {"AAPL": False}
    await process.end()
    assert await leases.wanted(client) == {}
    assert not await client.exists(wire.LEADER)


async def test_one_that_has_lost_the_lead_stops_answering(
    stage: Stage, client: redis.asyncio.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    stage.start()
    await leading(client)
    await client.set(wire.LEADER, "another", ex=60)
    await until(lambda: "Another forecaster leads now." in caplog.messages, "the loss")
    with pytest.raises(wire.NoForecaster, match="does not answer"):
        await told(seconds=0.3)
    assert await asyncio.to_thread(recorded) == []
    assert await client.get(wire.LEADER) == "another"


async def test_a_database_that_is_away_at_the_start_is_waited_for(
    stage: Stage, client: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[int] = []
    begin = record.begin

    def refused(term: str) -> int:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("refused")
        return begin(term)

    monkeypatch.setattr(record, "begin", refused)
    stage.start()
    await until(lambda: len(tries) == 3, "the third try")
    await leading(client)
    assert len(await told()) == 2
    assert caplog.messages.count("The database does not answer (refused); no forecasts.") == 1


async def test_after_redis_was_started_again_it_answers_as_before(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    own = Redis()
    own.start()
    monkeypatch.setattr(redis_client, "url", lambda: own.url)
    try:
        async with redis_client.connect_async(5) as client:
            await stage.prepare(client)
            stage.start()
            await leading(client)
            await told()
        await asyncio.to_thread(own.stop)
        await until(lambda: any("Redis does not answer" in text for text in caplog.messages), "the outage")
        await asyncio.to_thread(own.start)
        async with redis_client.connect_async(5) as client:
            await stage.prepare(client)
            await leading(client)
            assert len(await told()) == 2
        assert not any("TaskGroup" in text for text in caplog.messages)
        restarted = [(5, None, "restart"), (15, None, "restart")]
        assert await asyncio.to_thread(results) == [*restarted, (5, None, ""), (15, None, "")]
        assert "2 forecasts of an earlier process are not scored." in caplog.messages
    finally:
        for each in stage.processes:
            await each.end()
        await asyncio.to_thread(own.stop)


def test_the_command_refuses_where_there_are_no_prices(settings: Any) -> None:
    def check(value: str) -> None:
        settings.FEED = value
        with pytest.raises(CommandError, match="FEED is off"):
            call_command("run_forecaster")

    assert failing(["off"], check) == []
