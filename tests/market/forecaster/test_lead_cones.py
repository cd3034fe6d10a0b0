"""Cones of the leading forecaster: in the record before they are told, once a bar, and with the price that came."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
import redis.asyncio
from django.db import OperationalError

from market.forecaster import record, symbol_market, wire
from market.forecaster.symbol_market import SymbolMarket
from market.live import redis_board
from market.live.redis_board import Board
from tests.market.conftest import until
from tests.market.forecaster.scenes import D, ask
from tests.market.forecaster.stage import Stage, cone_results, leading, recorded_cones, told, told_cone

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60
# With 400 bars.
KNOWN = (1, 5, 15)


class Door:
    """Holds back what is written to the record until it is opened; `tries` are the rows of each try."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.tries: list[list[Any]] = []
        self._open = threading.Event()
        self._append = record.append
        patch.setattr(record, "append", self)

    def __call__(self, rows: Any, term: str = "") -> None:
        self.tries.append(list(rows))
        assert self._open.wait(PATIENCE)
        self._append(rows, term)

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    found = Door(monkeypatch)
    yield found
    found.open()


async def rows() -> list[dict[str, Any]]:
    return await asyncio.to_thread(recorded_cones)


async def heard(stage: Stage, client: redis.asyncio.Redis, last: str) -> None:
    """The forecaster has this price, below the one before it."""
    await stage.price(client, "AAPL", last)
    while (await told(ask(last, is_stop=True, side="sell", minutes=(5,)), kept=False))[0]["touch"]["probability"] < 1:
        pass


async def test_a_cone_is_in_the_record_as_it_is_told(stage: Stage, client: redis.asyncio.Redis) -> None:
    stage.start()
    await leading(client)
    answer = await told_cone()
    stored = await rows()
    assert [(row["number"], row["symbol"], row["minutes"]) for row in stored] == [
        (number, "AAPL", minutes) for number, minutes in enumerate(KNOWN, 1)
    ]
    bands = [band for band in answer["bands"] if "levels" in band]
    for row, band in zip(stored, bands, strict=True):
        inner, outer = band["levels"]
        assert (row["minutes"], row["low_80"], row["high_80"]) == (band["minutes"], D(inner["low"]), D(inner["high"]))
        assert (row["low_95"], row["high_95"], row["close"]) == (D(outer["low"]), D(outer["high"]), D(answer["close"]))
        assert row["begins_at"] == datetime.fromtimestamp(answer["from"], UTC)
        assert row["at"] == datetime.fromisoformat(answer["as_of"])
    assert [row["is_apart"] for row in stored] == [True] * 3
    assert [band["minutes"] for band in answer["bands"]] == [1, 5, 15, 30, 60, 120, 240]


async def test_it_is_not_told_before_it_is_recorded(stage: Stage, client: redis.asyncio.Redis, door: Door) -> None:
    stage.start()
    await leading(client)
    telling = asyncio.create_task(told_cone())
    await until(lambda: door.tries, "the record")
    # Whoever asks for something else has an answer meanwhile.
    await told(kept=False)
    assert not telling.done()
    door.open()
    assert "bands" in await telling


async def test_who_asks_again_is_told_the_same_one_and_it_is_recorded_once(
    stage: Stage, client: redis.asyncio.Redis
) -> None:
    stage.start()
    await leading(client)
    first = await told_cone()
    assert await told_cone() == first
    assert len(await rows()) == 3

    coarse = await told_cone(tick="0.5")
    assert (coarse["from"], len(await rows())) == (first["from"], 6)
    assert await told_cone(tick="0.5") == coarse
    other = await told_cone("KO")
    assert (other["symbol"], len(await rows())) == ("KO", 9)


async def test_those_who_ask_while_it_is_being_recorded_are_told_the_same_one(
    stage: Stage, client: redis.asyncio.Redis, door: Door
) -> None:
    stage.start()
    await leading(client)
    telling = [asyncio.create_task(told_cone()) for _ in range(3)]
    await until(lambda: door.tries, "the record")
    telling += [asyncio.create_task(told_cone()) for _ in range(3)]
    # Requests are taken in order: those before this one have begun.
    await told(kept=False)
    while await client.exists(wire.ASKS):
        pass
    door.open()
    first, *others = [await each for each in telling]
    assert others == [first] * 5
    assert (len(door.tries), len(await rows())) == (1, 3)


async def test_a_bar_that_comes_while_it_is_being_recorded_has_a_cone_of_its_own(
    stage: Stage, client: redis.asyncio.Redis, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: list[int] = []
    learn = SymbolMarket.learn

    async def learning(market: SymbolMarket, *arguments: Any) -> None:
        await learn(market, *arguments)
        learned.append(market.through)

    monkeypatch.setattr(SymbolMarket, "learn", learning)
    stage.start()
    await leading(client)
    telling = asyncio.create_task(told_cone())
    await until(lambda: door.tries, "the record")
    [newest] = await client.zrange(redis_board.bars_key("AAPL"), -1, -1)
    bar = orjson.loads(newest)
    bar["time"] += 60
    assert await Board(client, "term").write_bars({"AAPL": [(bar["time"], orjson.dumps(bar).decode())]})
    stage.ahead += 60
    await until(lambda: bar["time"] in learned, "the bar")
    door.open()

    first, second = await telling, await told_cone()
    assert (first["from"], second["from"]) == (bar["time"], bar["time"] + 60)
    assert await told_cone() == second
    assert [row["begins_at"].timestamp() for row in await rows()] == [bar["time"]] * 3 + [bar["time"] + 60] * 3
    assert [row["is_apart"] for row in await rows()] == [True] * 3 + [True, False, False]


async def test_while_the_database_is_away_none_is_told_and_nothing_is_left_of_it(
    stage: Stage, client: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("refused")

    stage.start()
    await leading(client)
    with monkeypatch.context() as patch:
        patch.setattr(record, "append", away)
        why = "The forecast can't be recorded at the moment."
        for _ in range(2):
            assert await told_cone() == {"symbol": "AAPL", "unavailable": why, "ready_in_minutes": None}
    assert await rows() == []

    answer = await told_cone()
    assert len(answer["bands"]) == 7
    assert [(row["number"], row["is_apart"]) for row in await rows()] == [(1, True), (2, True), (3, True)]


async def test_a_failure_of_another_kind_ends_one_request_and_leaves_nothing_of_it(
    stage: Stage, client: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []
    stage.start()
    await leading(client)
    # So that the cone need not wait for its symbol.
    await told()
    with monkeypatch.context() as patch:
        patch.setattr(record, "append", lambda *_: tries.append(1) or 1 / 0)
        while not tries:
            with pytest.raises(wire.NoForecaster, match="does not answer"):
                await asyncio.to_thread(wire.cone, wire.ConeAsk("AAPL", D("0.01")), 1)
    assert "bands" in await told_cone()
    assert [row["is_apart"] for row in await rows()] == [True] * 3


async def test_a_symbol_without_any_price_is_waited_for_and_then_refused(
    stage: Stage, client: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(symbol_market, "GRACE_SECONDS", 10)
    monkeypatch.setattr(symbol_market, "BEGINNING_SECONDS", 600)
    stage.start()
    await leading(client)
    telling = asyncio.create_task(told_cone("XOM"))
    await told_cone()
    assert not telling.done()
    stage.ahead += 10.1
    assert await telling == {"symbol": "XOM", "unavailable": "There is no price.", "ready_in_minutes": None}
    assert {row["symbol"] for row in await rows()} == {"AAPL"}


async def test_the_price_at_its_end_comes_into_the_record_by_itself(stage: Stage, client: redis.asyncio.Redis) -> None:
    stage.start()
    await leading(client)
    await told_cone()
    await heard(stage, client, "99")
    stage.ahead += 61
    await stage.price(client, "AAPL", "98")
    await until(lambda: cone_results() == [(1, D(99), ""), (5, None, ""), (15, None, "")], "the price")


async def test_an_interruption_of_the_feed_leaves_it_unscored_and_is_told_no_longer_than_it_lasts(
    stage: Stage, client: redis.asyncio.Redis
) -> None:
    stage.start()
    await leading(client)
    first = await told_cone()
    await stage.feed(client, "stale")
    unscored = [(minutes, None, "feed") for minutes in KNOWN]
    await until(lambda: cone_results() == unscored, "the reason")
    assert (await told_cone())["unavailable"] == "The price feed is stale."
    await stage.feed(client)
    while "unavailable" in (again := await told_cone()):
        pass
    assert {"from": again["from"], "close": again["close"]}.items() <= first.items()


async def test_a_restart_leaves_it_unscored_and_the_next_has_the_next_number_and_not_its_time(
    stage: Stage, client: redis.asyncio.Redis
) -> None:
    first = stage.start()
    await leading(client)
    await told_cone()
    await first.end()
    stage.start()
    await leading(client)
    await told_cone()
    stored = await rows()
    assert [(row["number"], row["unscored"], row["is_apart"]) for row in stored] == [
        *((number, "restart", True) for number in (1, 2, 3)),
        *((number, "", False) for number in (4, 5, 6)),
    ]
