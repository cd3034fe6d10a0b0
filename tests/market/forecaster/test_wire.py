"""Asking from any process: who answers, who is told at once that there is none, and what is no request."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
import redis
import redis.asyncio

from market.forecaster import wire
from market.forecaster.answering import refusal
from market.forecaster.asks import Ask, ConeAsk
from market.forecaster.wire import NoForecaster, Request
from market.live import redis_client
from tests.market.forecaster.scenes import NOW, D, ask
from tests.tables import failing

NO_ONE = "redis://127.0.0.1:1/0"
ASKS = [ask("99.5"), ask("101", "sell", "KO")]
CONE = ConeAsk("AAPL", D("0.01"))


@pytest.fixture
async def lead(client: redis.asyncio.Redis) -> redis.asyncio.Redis:
    """Some forecaster leads."""
    await client.set(wire.LEADER, "term")
    return client


def request(**fields: Any) -> str:
    sound: dict[str, Any] = {"key": f"{wire.ANSWERS}1", "until": 5, "waits": True, "kept": False, "cone": None}
    return orjson.dumps(sound | {"asks": [each.wire() for each in ASKS]} | fields).decode()


async def one_request(client: redis.asyncio.Redis) -> Request:
    told: Any = await client.blpop([wire.ASKS], timeout=30)
    found = Request.read(told[1])
    assert found is not None
    return found


def answers(asked: Request) -> list[Any]:
    return [refusal(each, f"No {each.symbol}.", NOW) for each in asked.asks]


async def test_an_ask_from_a_thread_gets_its_answers_in_order(lead: redis.asyncio.Redis) -> None:
    asking = asyncio.create_task(asyncio.to_thread(wire.ask, ASKS, seconds=30))
    asked = await one_request(lead)
    assert (asked.asks, asked.waits, asked.kept) == (ASKS, True, True)
    await wire.reply(lead, asked, [answers(asked)[0], None])

    first, second = await asking
    assert first is not None
    assert first["points"][0]["unavailable"] == "No AAPL."
    assert second is None


async def test_a_cone_is_asked_for_by_itself_waits_for_its_symbol_and_is_recorded(lead: redis.asyncio.Redis) -> None:
    asking = asyncio.create_task(asyncio.to_thread(wire.cone, CONE, 30))
    asked = await one_request(lead)
    assert (asked.cone, list(asked.asks), asked.symbols) == (CONE, [], {"AAPL"})
    assert (asked.waits, asked.kept) == (True, True)
    told: Any = {"symbol": "AAPL", "from": 1, "close": "100", "bands": []}
    await wire.reply(lead, asked, [told])
    assert await asking == told


async def test_a_cone_is_asked_for_as_long_as_it_is_waited_for(
    lead: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "time", SimpleNamespace(time=lambda: NOW))
    for seconds in (30, wire.SECONDS):
        more = () if seconds == wire.SECONDS else (seconds,)
        asking = asyncio.create_task(asyncio.to_thread(wire.cone, CONE, *more))
        asked = await one_request(lead)
        assert asked.until == NOW + seconds
        told: Any = {}
        await wire.reply(lead, asked, [told])
        await asking


async def test_what_is_not_recorded_waits_for_nothing(lead: redis.asyncio.Redis) -> None:
    asking = asyncio.create_task(asyncio.to_thread(wire.ask, ASKS, kept=False, seconds=30))
    asked = await one_request(lead)
    await wire.reply(lead, asked, answers(asked))
    await asking
    assert (asked.waits, asked.kept) == (False, False)


async def test_an_event_loop_asks_for_what_it_will_show_and_waits_for_no_symbol(
    lead: redis.asyncio.Redis, client: redis.asyncio.Redis
) -> None:
    async with redis_client.connect_async(40) as other:
        asking = asyncio.create_task(wire.ask_async(other, ASKS, 30))
        asked = await one_request(lead)
        assert (asked.asks, asked.waits, asked.kept) == (ASKS, False, True)
        await wire.reply(lead, asked, answers(asked))
        assert await asking == answers(asked)


async def test_two_who_ask_at_once_get_their_own_answers(lead: redis.asyncio.Redis) -> None:
    asking = [asyncio.create_task(asyncio.to_thread(wire.ask, [each], seconds=30)) for each in ASKS]
    asked = [await one_request(lead) for _ in ASKS]
    for each in reversed(asked):
        await wire.reply(lead, each, answers(each))
    for each, done in zip(ASKS, asking, strict=True):
        assert await done == [refusal(each, f"No {each.symbol}.", NOW)]


async def test_without_a_forecaster_that_is_said_at_once_and_nothing_is_left(client: redis.asyncio.Redis) -> None:
    in_threads = asyncio.to_thread(wire.ask, ASKS, seconds=600), asyncio.to_thread(wire.cone, CONE, 600)
    for asking in (*in_threads, wire.ask_async(client, ASKS, 600)):
        with pytest.raises(NoForecaster) as raised:
            await asking
        assert raised.value.why == "The forecaster does not run."
    assert not await client.exists(wire.ASKS)


async def test_one_that_does_not_answer_is_not_waited_for_any_longer(lead: redis.asyncio.Redis) -> None:
    in_threads = asyncio.to_thread(wire.ask, ASKS, seconds=0.05), asyncio.to_thread(wire.cone, CONE, 0.05)
    for asking in (*in_threads, wire.ask_async(lead, ASKS, 0.05)):
        with pytest.raises(NoForecaster) as raised:
            await asking
        assert raised.value.why == "The forecaster does not answer."


async def test_without_redis_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_client, "url", lambda: NO_ONE)
    async with redis_client.connect_async(1) as away:
        in_threads = asyncio.to_thread(wire.ask, ASKS, seconds=1), asyncio.to_thread(wire.cone, CONE, 1)
        for asking in (*in_threads, wire.ask_async(away, ASKS, 1)):
            with pytest.raises(NoForecaster) as raised:
                await asking
            assert raised.value.why == "The forecaster does not answer."


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"answers":5}', '{"answers":[null]}', '{"answers":[1,2,3]}'])
async def test_an_answer_of_another_shape_is_none(lead: redis.asyncio.Redis, text: str) -> None:
    asking = asyncio.create_task(asyncio.to_thread(wire.ask, ASKS, seconds=30))
    asked = await one_request(lead)
    await lead.rpush(asked.key, text)  # type: ignore[misc]
    with pytest.raises(NoForecaster):
        await asking


@pytest.mark.parametrize("answers", ["5", "[]", "[{},{}]", "[null]", "[5]", '["text"]', "[[]]", '[[["bands",[]]]]'])
async def test_a_cone_of_another_shape_is_none(lead: redis.asyncio.Redis, answers: str) -> None:
    asking = asyncio.create_task(asyncio.to_thread(wire.cone, CONE, 30))
    asked = await one_request(lead)
    await lead.rpush(asked.key, f'{{"answers":{answers}}}')  # type: ignore[misc]
    with pytest.raises(NoForecaster, match="does not answer"):
        await asking


async def test_an_answer_that_nobody_takes_expires(client: redis.asyncio.Redis) -> None:
    asked = Request(f"{wire.ANSWERS}gone", 0, False, True, ASKS)
    await wire.reply(client, asked, answers(asked))
    assert 0 < await client.ttl(asked.key) <= wire.KEPT_SECONDS


def test_a_request_is_read_as_it_was_written() -> None:
    assert Request.read(request()) == Request(f"{wire.ANSWERS}1", 5.0, True, False, ASKS)
    assert Request.read(request(until=1.5, waits=False, kept=True, asks=[])) == Request(
        f"{wire.ANSWERS}1", 1.5, False, True, []
    )


def test_a_request_for_a_cone_is_read_as_it_was_written() -> None:
    for tick in ("0.01", "0.00000001", "1E-8", "25"):
        asked = Request(f"{wire.ANSWERS}1", 5.0, True, True, [], ConeAsk("BRK.B", D(tick)))
        assert Request.read(asked.text()) == asked
    touches = Request(f"{wire.ANSWERS}1", 5.0, True, True, ASKS)
    assert (Request.read(touches.text()), touches.symbols) == (touches, {"AAPL", "KO"})


def test_anything_else_is_no_cone() -> None:
    assert Request.read(request(asks=[], cone=CONE.wire())) is not None
    wrong: list[Any] = [5, "text", {}, [], [None], ["AAPL"], ["AAPL", "0.01", 1], ["AAPL", None], [None, "0.01"]]
    wrong += [["AAPL", tick] for tick in ("", "x", "0", "-0.01", "NaN", "Infinity", "1E-9", "1E15", [], {}, 0.1 + 0.2)]
    wrong += [[symbol, "0.01"] for symbol in ("", "aapl", "A B", "A" * 21, "AAPL\n", ["AAPL"])]

    def check(cone: Any) -> None:
        assert Request.read(request(asks=[], cone=cone)) is None

    assert failing([[each] for each in wrong], lambda each: check(each[0])) == []


def test_anything_else_is_no_request() -> None:
    sound = json.loads(request())
    wrong = ["", "x", "[]", "null", "5", '"text"', "{}"]
    wrong += [json.dumps({name: value for name, value in sound.items() if name != left}) for left in sound]
    wrong += [request(key=key) for key in (None, 5, "", [], "market.quotes", f"x{wire.ANSWERS}1")]
    wrong += [request(until=until) for until in (None, "soon", [])]
    wrong += [request(asks=asks) for asks in (None, 5, "text", [None], [[]], [ASKS[0].wire(), 5], [["NaN"] * 7])]
    nan = Ask.wire(ASKS[0])
    nan[2] = "NaN"
    wrong += [request(asks=[nan]), request(asks=[ASKS[0].wire()] * (wire.MOST + 1))]

    def check(text: str) -> None:
        assert Request.read(text) is None

    assert failing(wrong, check) == []
    assert Request.read(request(asks=[ASKS[0].wire()] * wire.MOST)) is not None
