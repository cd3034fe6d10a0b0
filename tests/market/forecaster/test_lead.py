"""What the leading forecaster does at the same time: answer, learn, and note what came of what it said."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import orjson
import pytest
import redis.asyncio
from django.db import OperationalError

from market.forecaster import lead, record, symbol_market, wire
from market.forecaster.results import Results
from market.live import hub, redis_board
from market.live.redis_board import Board
from tests.market.conftest import until
from tests.market.forecaster.scenes import ask
from tests.market.forecaster.stage import Stage, leading, recorded, results, told

pytestmark = pytest.mark.django_db(transaction=True)


async def test_an_ask_gets_an_answer_that_is_in_the_record(stage: Stage, client: redis.asyncio.Redis) -> None:
    stage.start()
    await leading(client)
    points = await told()

    rows = await asyncio.to_thread(recorded)
    assert [row["number"] for row in rows] == [1, 2]
    for point, row in zip(points, rows, strict=True):
        assert point["touch"] == {
            "probability": row["touch"] / 1000,
            "low": row["touch_low"] / 1000,
            "high": row["touch_high"] / 1000,
        }
        assert (row["symbol"], row["minutes"], row["price"]) == ("AAPL", point["minutes"], 99)
    await told(kept=False)
    assert len(await asyncio.to_thread(recorded)) == 2


async def test_what_comes_of_it_is_noted_by_itself(stage: Stage, client: redis.asyncio.Redis) -> None:
    stage.start()
    await leading(client)
    await told()
    await stage.price(client, "AAPL", "99")
    while (await told(ask("99", minutes=(5,)), kept=False))[0]["touch"]["probability"] < 1:
        pass
    stage.ahead += 301
    await stage.price(client, "AAPL", "100")
    await until(lambda: results() == [(5, 1, ""), (15, None, "")], "the outcome")


async def test_what_is_no_request_or_fails_changes_nothing_for_the_next(
    stage: Stage, client: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stage.start()
    await leading(client)
    request: dict[str, Any] = {"key": f"{wire.ANSWERS}1", "until": stage.clock() + 60, "waits": True, "kept": True}
    request |= {"cone": None}
    wrong = [ask().wire(), [*ask().wire()[:2], "NaN", *ask().wire()[3:]]]
    for text in ("", "[]", "{}", orjson.dumps(request | {"asks": wrong}), orjson.dumps(request)):
        await client.rpush(wire.ASKS, text)  # type: ignore[misc]
    assert len(await told()) == 2
    assert len(await asyncio.to_thread(recorded)) == 2

    append = record.append
    monkeypatch.setattr(record, "append", lambda *_: 1 / 0)
    with pytest.raises(wire.NoForecaster, match="does not answer"):
        await told(ask("98"), seconds=0.3)
    monkeypatch.setattr(record, "append", append)
    assert len(await told(ask("98"))) == 3
    assert "A request was not answered." in caplog.messages


async def test_a_request_that_has_expired_is_dropped(stage: Stage, client: redis.asyncio.Redis) -> None:
    request = {"key": f"{wire.ANSWERS}late", "until": stage.clock() - 1, "waits": False, "kept": True, "cone": None}
    await client.rpush(wire.ASKS, orjson.dumps(request | {"asks": [ask().wire()]}))  # type: ignore[misc]
    stage.start()
    await leading(client)
    await told()
    assert not await client.exists(f"{wire.ANSWERS}late")
    assert len(await asyncio.to_thread(recorded)) == 2


async def test_one_that_waits_for_no_symbol_is_told_that_it_is_being_prepared(
    stage: Stage, client: redis.asyncio.Redis
) -> None:
    stage.start()
    await leading(client)
    points = await told(ask("99", symbol="KO", minutes=(5,)), kept=False)
    assert points[0]["unavailable"] in ("The forecast is being prepared.", "The price feed is connecting.")
    [point] = await told(ask("99", symbol="KO", minutes=(5,)))
    assert "touch" in point


async def test_a_symbol_without_any_price_is_waited_for_some_seconds_and_delays_no_other(
    stage: Stage, client: redis.asyncio.Redis
) -> None:
    stage.start()
    await leading(client)
    waiting = asyncio.create_task(told(ask("99", symbol="XOM", minutes=(5,))))
    await told()
    assert not waiting.done()
    stage.ahead += 2.1
    assert [point["unavailable"] for point in await waiting] == ["There is no price."]


async def test_a_symbol_whose_price_comes_after_its_bars_is_waited_for(
    stage: Stage, client: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(symbol_market, "GRACE_SECONDS", 600)
    monkeypatch.setattr(symbol_market, "BEGINNING_SECONDS", 600)
    stage.start()
    await leading(client)
    await told()
    asked = ask("99", symbol="XOM", minutes=(5,))
    waiting = asyncio.create_task(told(asked))
    await stage.bars(client, "XOM")
    while (await told(asked, kept=False))[0]["unavailable"] != "There is no price.":
        pass
    assert not waiting.done()
    await stage.price(client, "XOM", "100")
    assert "touch" in (await waiting)[0]


async def test_one_that_asks_is_told_in_time_that_its_symbol_has_not_come(
    stage: Stage, client: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(symbol_market, "GRACE_SECONDS", 600)
    monkeypatch.setattr(lead, "SPARE_SECONDS", 3.4)
    stage.start()
    await leading(client)
    until_then = stage.clock() + 3
    [answer] = await asyncio.to_thread(wire.ask, [ask("99", symbol="XOM", minutes=(5,))], seconds=3.5)
    assert answer is not None
    assert answer["points"][0]["unavailable"] == "The forecast is being prepared."
    assert datetime.fromisoformat(answer["as_of"]).timestamp() < until_then


async def test_a_symbol_is_learned_as_its_bars_become_complete_each_once(
    stage: Stage, client: redis.asyncio.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    stage.start()
    await leading(client)
    [before] = await told(ask("99", minutes=(5,)))
    [newest] = await client.zrange(redis_board.bars_key("AAPL"), -1, -1)
    bar = orjson.loads(newest)
    bar["time"] += 60
    assert await Board(client, "term").write_bars({"AAPL": [(bar["time"], orjson.dumps(bar).decode())]})
    stage.ahead += 120
    matured = before["matured"]
    while matured != before["matured"] + 1:
        [point] = await told(ask("99", minutes=(5,)))
        matured = point["matured"]
    assert not [text for text in caplog.messages if "is left out" in text]


async def test_an_interruption_of_the_feed_leaves_what_waits_unscored(
    stage: Stage, client: redis.asyncio.Redis
) -> None:
    stage.start()
    await leading(client)
    await told()
    await stage.feed(client, "stale")
    await until(lambda: results() == [(5, None, "feed"), (15, None, "feed")], "the results")
    assert {point["unavailable"] for point in await told()} == {"The price feed is stale."}
    await stage.feed(client)
    while "unavailable" in (await told())[0]:
        pass


async def test_while_the_database_is_away_nothing_is_shown_and_results_are_kept(
    stage: Stage, client: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[Any] = []

    def away(told: Any, *_: object) -> None:
        tried.append(told)
        raise OperationalError("refused")

    stage.start()
    await leading(client)
    await told(ask("99", minutes=(5,)))
    append, settle = record.append, record.settle
    monkeypatch.setattr(record, "append", away)
    monkeypatch.setattr(record, "settle", away)
    why = "The forecast can't be recorded at the moment."
    assert await told(ask("98")) == [
        {"minutes": minutes, "unavailable": why, "ready_in_minutes": None} for minutes in (5, 15, 60)
    ]
    stage.ahead += 301
    await stage.price(client, "AAPL", "100.5")
    await until(lambda: isinstance(tried[-1], Results) and tried[-1].touches == {1: 0}, "a try to note the result")
    assert await asyncio.to_thread(results) == [(5, None, "")]

    monkeypatch.setattr(record, "append", append)
    monkeypatch.setattr(record, "settle", settle)
    await until(lambda: results() == [(5, 0, "")], "the result")
    # Nothing is left of what was not shown.
    await stage.price(client, "AAPL", "100")
    while "unavailable" in (await told(ask("98", minutes=(5, 15))))[0]:
        pass
    assert [row["is_apart"] for row in await asyncio.to_thread(recorded)] == [True] * 3
    assert caplog.messages.count("The database does not answer (refused); no forecasts.") == 1
    assert caplog.messages.count("The database answers again.") == 1


async def test_a_symbol_that_is_followed_again_has_its_price_at_once(
    stage: Stage, client: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub keeps a symbol for some seconds after it was left, and tells only of what changes."""
    monkeypatch.setattr(hub, "GRACE_SECONDS", 600)
    monkeypatch.setattr("market.forecaster.engine.IDLE_SECONDS", 60)
    stage.start()
    await leading(client)
    await told(ask("99", symbol="KO", minutes=(5,)), kept=False)
    left = lead.Lead._watch
    watched: list[int] = []
    monkeypatch.setattr(lead.Lead, "_watch", lambda self: (watched.append(1), left(self)))
    stage.ahead += 61
    await until(lambda: watched, "its end")
    [point] = await told(ask("99", symbol="KO", minutes=(5,)))
    assert "touch" in point
