"""Bars in Redis: replaced by their start, the newest kept, only the leader's, and read whole or from a moment on."""

from __future__ import annotations

import asyncio

import pytest
import redis.asyncio

from market.live import leader
from market.live.leader import Leader
from market.live.redis_board import BARS, CHUNK, KEPT_BARS, KEPT_SECONDS, Board, bars_after, bars_key, read_bars

Written = list[tuple[int, str]]


def bars(*minutes: int, more: str = "") -> Written:
    return [(60 * minute, f'{{"time":{60 * minute}{more}}}') for minute in minutes]


def texts(*minutes: int) -> list[str]:
    return [text for _, text in bars(*minutes)]


async def leading(client: redis.asyncio.Redis) -> Board:
    own = Leader(client)
    assert await own.acquire()
    return Board(client, own.term)


async def read(symbol: str) -> list[str]:
    return await asyncio.to_thread(read_bars, symbol)


async def test_old_bars_make_room_for_new_ones(client: redis.asyncio.Redis) -> None:
    board = await leading(client)

    assert await board.write_bars({"AAPL": bars(*range(KEPT_BARS))})
    assert await board.write_bars({"AAPL": [*bars(0, 7, more=',"again":1'), *bars(KEPT_BARS)]})

    kept = await bars_after(client, "AAPL", -1)
    assert len(kept) == KEPT_BARS == await client.zcard(bars_key("AAPL"))
    assert (kept[0], kept[-1]) == tuple(texts(1, KEPT_BARS))
    assert kept[6] == '{"time":420,"again":1}'


async def test_bars_go_when_no_new_one_has_come_for_long(client: redis.asyncio.Redis) -> None:
    board = await leading(client)
    await board.write_bars({"AAPL": bars(1)})
    await client.expire(bars_key("AAPL"), 9)

    await board.write_bars({"AAPL": bars(2)})

    assert 9 < await client.ttl(bars_key("AAPL")) <= KEPT_SECONDS
    assert await read("AAPL") == texts(1, 2)


async def test_readers_of_the_chart_get_the_newest_of_them(client: redis.asyncio.Redis) -> None:
    board = await leading(client)

    await board.write_bars({"AAPL": bars(*range(KEPT_BARS)), "KO": bars(3, 4)})

    assert await read("AAPL") == texts(*range(KEPT_BARS - BARS, KEPT_BARS))
    assert await read("KO") == texts(3, 4)
    assert await read("MSFT") == []


async def test_bars_after_a_moment_are_those_that_start_later(client: redis.asyncio.Redis) -> None:
    board = await leading(client)
    await board.write_bars({"AAPL": bars(1, 2, 4)})

    for after, found in ((0, (1, 2, 4)), (59, (1, 2, 4)), (60, (2, 4)), (180, (4,)), (240, ()), (10**10, ())):
        assert await bars_after(client, "AAPL", after) == texts(*found)
    assert await bars_after(client, "KO", 0) == []


@pytest.mark.parametrize("text", ["{", "7", "[]", "null", ""])
async def test_what_is_no_bar_is_left_out(client: redis.asyncio.Redis, text: str) -> None:
    board = await leading(client)
    await board.write_bars({"AAPL": bars(1, 3)})
    await client.zadd(bars_key("AAPL"), {text: 120})

    assert await bars_after(client, "AAPL", 0) == texts(1, 3) == await read("AAPL")


async def test_bars_of_an_earlier_leader_are_refused(client: redis.asyncio.Redis) -> None:
    late = await leading(client)
    await late.write_bars({"AAPL": bars(1)})
    await client.delete(leader.KEY)
    present = await leading(client)

    assert not await late.write_bars({"AAPL": bars(1, more=',"late":1')})
    assert await present.write_bars({"AAPL": bars(2)})

    assert await read("AAPL") == texts(1, 2)


@pytest.mark.parametrize("number", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 1500])
async def test_a_long_past_is_written_by_few_commands(client: redis.asyncio.Redis, number: int) -> None:
    board = await leading(client)
    await board.write_bars({"KO": bars(1)})  # loads the script
    before = await client.info("commandstats")

    assert await board.write_bars({"AAPL": bars(*range(number))})

    after = await client.info("commandstats")
    assert after["cmdstat_evalsha"]["calls"] - before["cmdstat_evalsha"]["calls"] == -(-number // CHUNK)
    assert await read("AAPL") == texts(*range(number))
